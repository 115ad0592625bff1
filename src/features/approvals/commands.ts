import { cannotSee } from '../../core/catalog/refusals';
import { z } from 'zod';
import { defineAction, isSeenByAll, listTopic } from '../../chat/contract';
import type { Action, Command, Person, Question, Reply, Turn } from '../../chat/contract';
import { mayWithin } from '../../core/catalog/rights';
import { MissingWordError, UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import type { Act } from '../../core/operations';
import { plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { secondApproval } from './contract';
import { approvalLists, describeLacking, showWaiting, waitingShows } from './list';
import { hasSeatEver } from './policy';
import { approvalTopic } from './record';
import type { Approval, Identified } from './record';
import type { ApprovalStore, DecisionResult } from './store';
import { barredFrom, decisionQuestion, describeDecision, describeRefusal, previewDecision } from './text';

export interface ApprovalParts {
  readonly deps: FeatureDependencies;
  readonly approvals: ApprovalStore;
}

type DecisionType = 'approve' | 'reject';

const typedDecisions = [
  {
    type: 'approve',
    summary: 'Approve a request',
    words: { name: 'note', kind: 'text', summary: 'a note to go with it' },
    example: 'approve D-1042',
  },
  {
    type: 'reject',
    summary: 'Reject a request with a reason',
    words: { name: 'reason', kind: 'text', summary: 'why', keyword: 'because', isNeeded: true },
    example: 'reject D-1042 because the tax fix has no test',
  },
] as const;

/** The commands that show what is waiting everywhere, and that approve or reject. */
export function approvalCommands(parts: ApprovalParts): Command[] {
  const { approvals } = parts;
  const decisions = typedDecisions.map(({ type, summary, words, example }): Command => ({
    name: type,
    operation: type,
    summary,
    topic: 'Decide',
    arguments: [
      { name: 'id', label: 'Request', kind: 'word', summary: 'its number, such as D-1042 or A-1f93c7' },
      words,
    ],
    examples: [example],
    right: 'approve',
    refusalOf: ({ id: personId }, { id }) => describeLacking(parts, type, personId, id),
    acts: async (turn, { id }) =>
      id === undefined ? [] : decisionActs(parts, turn, type, [(await named(parts, id)).id]),
    preview: async (turn, { id }) => (id === undefined ? '' : preview(parts, turn, await named(parts, id), type)),
    async run(turn, args) {
      if (args['id'] === undefined)
        return { ...(await showWaiting(parts, turn)), about: listTopic('approvals', waitingShows) };
      const record = await named(parts, args['id']);
      const said = (lookUp(args, words.name) ?? '').slice(0, 500);
      const isDecider = async (): Promise<boolean> =>
        (await approvals.deciders(record.value)).some(({ id }) => id === turn.person.id);
      if (type === 'reject' && said.trim() === '' && (await isDecider()))
        throw new MissingWordError('reason', 'A rejection needs a reason. Nothing was changed.');
      return decideAndShow(parts, turn, type, { id: record.id, said });
    },
  }));
  const open = async (turn: Turn, label: string): Promise<Reply | undefined> =>
    (await approvals.find(label)) && show(parts, turn, await known(parts, turn, label));
  return [...approvalLists(parts, open), ...decisions];
}

async function named({ approvals }: ApprovalParts, label: string): Promise<Stored<Approval>> {
  const record = await approvals.find(label);
  if (record) return record;
  throw new UserError(`There is no request ${plainText(label, 40)}. Type \`approvals\` to see what’s waiting.`);
}

const approvalId = z.string().regex(/^[0-9a-f]{32}$/);
const words = z.string().max(500).default('');
const choice = z.string().max(100).default('-');
/** The state in which the question was asked; cards of earlier versions asked nothing. */
const revision = z
  .string()
  .regex(/^[a-z ]{0,20}$/)
  .default('');

type Given = Readonly<Record<'id' | 'said', string>> & { readonly revision?: string };

/** An approval with the choices from its card: `-` leaves something as it was requested. */
const Narrowed = z.object({ id: approvalId, 'choice-1': choice, 'choice-2': choice, 'choice-3': choice });

/** The choices, as somebody would have typed them. */
function joinChoices(given: z.infer<typeof Narrowed>): string {
  return [given['choice-1'], given['choice-2'], given['choice-3']].filter((each) => each !== '-').join(' ');
}

const maxAtOnce = 10;

/** What selecting several sends: their ids separated by commas. */
const Chosen = z
  .string()
  .max(1_000)
  .default('')
  .transform((text) => text.split(',').filter((each) => each !== ''))
  .pipe(z.array(approvalId).max(maxAtOnce, 'Select at most ten requests at a time. Nothing was approved.'));

/** The buttons on the card of an approval and on the list of waiting ones. Everything is read from the store at the click. */
export function approvalActions(parts: ApprovalParts): Action[] {
  const decision = (verb: string, type: DecisionType, input: z.ZodType<Given>, asks?: true): Action =>
    defineAction({
      verb,
      ...(asks && { asks: (turn: Turn, id: string) => askDecision(parts, turn, type, id) }),
      operation: type,
      acts: (turn, { id }) => decisionActs(parts, turn, type, [id]),
      input,
      freeText: ['note', 'reason'],
      async preview(turn, { id }) {
        const record = await parts.approvals.find(id);
        return record ? preview(parts, turn, record, type) : '';
      },
      run: (turn, given) => decideAndShow(parts, turn, type, given),
    });
  return [
    defineAction({
      verb: 'approvals.view',
      operation: 'look',
      input: z.object({ id: approvalId }),
      run: async (turn, { id }) => show(parts, turn, await known(parts, turn, id)),
    }),
    decision(
      'approvals.approve',
      'approve',
      Narrowed.transform((given) => ({ id: given.id, said: joinChoices(given) })),
    ),
    decision(
      'approvals.approve-with-note',
      'approve',
      // Text after `note:` is never a limit, so the choices come before it.
      Narrowed.extend({ note: words, revision }).transform((given) => ({
        id: given.id,
        said: `${joinChoices(given)} ${given.note}`.trim(),
        revision: given.revision,
      })),
      true,
    ),
    decision(
      'approvals.reject',
      'reject',
      z
        .object({ id: approvalId, reason: words, revision })
        .transform(({ reason, ...given }) => ({ ...given, said: reason })),
      true,
    ),
    defineAction({
      verb: 'approvals.approve-chosen',
      operation: 'approve',
      acts: (turn, { chosen }) => decisionActs(parts, turn, 'approve', chosen),
      input: z.object({ id: z.string(), chosen: Chosen }),
      run: (turn, { chosen }) => approveChosen(parts, turn, chosen),
    }),
  ];
}

const decisionBy = (person: Person, type: DecisionType, said = '') =>
  type === 'approve' ? { type, person, note: said } : { type, person, reason: said };

/** Decides and answers with the current card: after two clicks, the later person sees who was first. */
async function decideAndShow(
  parts: ApprovalParts,
  turn: Turn,
  type: DecisionType,
  { id, said, revision: asked = '' }: Given,
): Promise<Reply> {
  const { deps, approvals } = parts;
  const result = await approvals.decide(id, decisionBy(turn.person, type, said));
  const { refusal, approval } = result;
  // People who answer a question or type a line are told in a sentence if it came too late.
  const isTyped = turn.trigger === 'typed' || (asked !== '' && refusal !== undefined);
  const isLate = refusal === 'over' || refusal === 'twice';
  if (refusal === 'over') await refuseOutsiders(parts, turn, approval);
  // A click gets the current card. A typed line gets a sentence: the card is already in the chat or the channel.
  if ((!refusal || isLate) && !isTyped) return show(parts, turn, { id, value: approval }, asked !== '');
  if (!refusal) return { text: describeDecision(type, deps.catalog(), approval) };
  const notice = await explainRefusal(parts, type, result, refusal);
  return isLate ? { notice } : { notice, audit: { target: approval.label, outcome: `refused: ${refusal}` } };
}

/** The question before a decision with words, for people who can make it. */
async function askDecision(parts: ApprovalParts, turn: Turn, type: DecisionType, id: string): Promise<Question> {
  const { deps, approvals } = parts;
  const { value } = await known(parts, turn, id);
  const event = decisionBy(turn.person, type);
  const refusal = await approvals.refusalOf(value, event);
  if (refusal) throw new UserError(await explainRefusal(parts, type, { approval: value, lacking: [] }, refusal));
  return decisionQuestion(deps.catalog(), { type, approval: value, after: await approvals.after(value, event) });
}

/** Decides each one separately, with every rule checked again; the answer gives the outcome of each. */
async function approveChosen(parts: ApprovalParts, turn: Turn, chosen: readonly string[]): Promise<Reply> {
  if (chosen.length === 0) throw new UserError('You didn’t select any requests. Nothing was approved.');
  const outcomes: string[] = [];
  for (const id of new Set(chosen)) outcomes.push(await approveOne(parts, turn, id));
  return { notice: outcomes.join(' ') };
}

async function approveOne(parts: ApprovalParts, turn: Turn, id: string): Promise<string> {
  try {
    const result = await parts.approvals.decide(id, { type: 'approve', person: turn.person, note: '' });
    if (result.refusal) return await explainRefusal(parts, 'approve', result, result.refusal);
    return `${plainText(result.approval.label)}: approved.`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Why nothing was decided, in a sentence. Rejects with a `RefusalError` if others can decide. */
async function explainRefusal(
  { deps, approvals }: ApprovalParts,
  type: DecisionType,
  { approval, lacking }: Pick<DecisionResult, 'approval' | 'lacking'>,
  refusal: NonNullable<DecisionResult['refusal']>,
): Promise<string> {
  const deciders = await approvals.deciders(approval);
  const barred = barredFrom(type, refusal, approval, deciders);
  if (barred) throw barred;
  return describeRefusal(refusal, approval, { catalog: deps.catalog(), deciders, lacking, now: deps.clock.now() });
}

/** Only viewers of the service, the requester and the approvers can see who decided what. */
async function refuseOutsiders({ deps, approvals }: ApprovalParts, turn: Turn, approval: Approval): Promise<void> {
  const { requester, target } = approval.request;
  const { id: personId } = turn.person;
  const given = { catalog: deps.catalog(), delegations: await approvals.delegations.active() };
  if (personId === requester.id || hasSeatEver(approval, personId, given)) return;
  if (!mayWithin(given.catalog, personId, 'view', target)) throw cannotSee(given.catalog, target, 'this request');
}

async function known(parts: ApprovalParts, turn: Turn, idOrLabel: string): Promise<Stored<Approval>> {
  const record = await parts.approvals.find(idOrLabel);
  if (!record) throw new UserError('This request no longer exists. Type `approvals` to see what’s waiting.');
  await refuseOutsiders(parts, turn, record.value);
  return record;
}

/** What a decision would change, for people who can view the request. */
async function preview(
  parts: ApprovalParts,
  turn: Turn,
  { value }: Stored<Approval>,
  type: DecisionType,
): Promise<string> {
  await refuseOutsiders(parts, turn, value);
  const after = await parts.approvals.after(value, decisionBy(turn.person, type));
  return previewDecision(parts.deps.catalog(), { type, approval: value, after }, parts.deps.clock.now());
}

/**
 * The acts of deciding on these, with their real targets. A decision on a second approval is never held itself: otherwise, every approval would need another
 * one, without end.
 */
async function decisionActs(
  parts: ApprovalParts,
  turn: Turn,
  operation: DecisionType,
  ids: readonly string[],
): Promise<readonly Act[]> {
  const acts: Act[] = [];
  for (const id of new Set(ids)) {
    const { kind, target: reach } = (await known(parts, turn, id)).value.request;
    const { pipeline } = reach;
    if (kind !== secondApproval) acts.push({ operation, reach, ...(pipeline !== undefined && { pipeline }) });
  }
  return acts;
}

/** The card, as an answer that is kept current; a dialog needs to know what it shows, in case the message below shows it, too. */
async function show({ approvals }: ApprovalParts, turn: Turn, record: Identified, inDialog = false): Promise<Reply> {
  const card = await approvals.draw(record, viewerOf(turn));
  const isAlone = turn.place.kind !== 'personal' && !isSeenByAll(turn);
  // In a channel, nothing changes anymore for somebody who clicked on a decided approval.
  if (!inDialog && isAlone && record.value.state !== 'waiting') return card;
  return { ...card, about: isAlone ? approvals.topic(record) : approvalTopic(record.id) };
}

/** A card that answers a typed line is seen by everybody there, so it has no personal buttons unless it's in their own chat. */
function viewerOf(turn: Turn): string | undefined {
  return isSeenByAll(turn) ? undefined : turn.person.id;
}
