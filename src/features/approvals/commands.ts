import { z } from 'zod';
import type { Action, ArgumentSpec, Command, Person, Reply, Turn } from '../../chat/contract';
import { defineAction } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import type { Act } from '../../core/operations';
import { mayEverywhere, scopeOfReach } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { secondApproval } from './contract';
import { waitingCard } from './list/cards';
import type { Approval } from './record';
import type { ApprovalStore, DecisionResult } from './store';
import { describeDecision, describeRefusal, previewDecision } from './text';
import type { ApprovalEvent, Refusal } from './workflow';

export interface ApprovalParts {
  readonly deps: FeatureDependencies;
  readonly approvals: ApprovalStore;
}

type DecisionType = 'approve' | 'reject';

/** What one may type to decide. */
export function approvalCommands(parts: ApprovalParts): Command[] {
  return [
    typed(parts, 'approve', {
      summary: 'Approves a request',
      words: { name: 'note', kind: 'text', summary: 'a note to go with it' },
      example: 'approve D-1042',
    }),
    typed(parts, 'reject', {
      summary: 'Rejects a request, with the reason',
      words: { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      example: 'reject D-1042 because the tax fix has no test',
    }),
  ];
}

function typed(
  parts: ApprovalParts,
  type: DecisionType,
  { summary, words, example }: { readonly summary: string; readonly words: ArgumentSpec; readonly example: string },
): Command {
  const { approvals } = parts;
  return {
    name: type,
    operation: type,
    summary,
    topic: 'Decide',
    arguments: [{ name: 'id', kind: 'word', summary: 'what to decide on, for example D-1042', required: false }, words],
    examples: [example],
    right: 'approve',
    inManifest: true,
    acts: async (turn, { id }) =>
      id === undefined ? [] : decisionActs(parts, turn, type, [(await named(parts, id)).id]),
    preview: async (turn, { id }) => (id === undefined ? '' : preview(parts, turn, await named(parts, id), type)),
    async run(turn, args) {
      const { id } = args;
      if (id === undefined) return waitingCard(parts, turn);
      const record = await named(parts, id);
      const said = (lookUp(args, words.name) ?? '').slice(0, 500);
      const isDecider = async (): Promise<boolean> =>
        (await approvals.deciders(record.value)).some(({ id }) => id === turn.person.id);
      // Without a reason the card asks for one.
      if (type === 'reject' && said.trim() === '' && (await isDecider())) return approvals.card(record, viewerOf(turn));
      return decideAndShow(parts, turn, record.id, eventOf(type, turn, said));
    },
  };
}

async function named({ approvals }: ApprovalParts, label: string): Promise<Stored<Approval>> {
  const record = await approvals.find(label);
  if (record) return record;
  throw new UserError(`There is no request ${plainText(label, 40)}. Write \`approvals\` to see what waits.`);
}

/** As a button sends it. */
export const approvalId = z.string().regex(/^[0-9a-f]{32}$/);
const words = z.string().max(500).default('');
const choice = z.string().max(100).default('-');

/** An approval with what was chosen on its card: `-` leaves a thing as it was requested. */
const Narrowed = z.object({ id: approvalId, 'choice-1': choice, 'choice-2': choice, 'choice-3': choice });

/** What was chosen, as it would have been typed. */
function joinChoices(given: z.infer<typeof Narrowed>): string {
  return [given['choice-1'], given['choice-2'], given['choice-3']].filter((each) => each !== '-').join(' ');
}

/** What one may click on an approval card. Everything is read from the store at the click. */
export function approvalActions(parts: ApprovalParts): Action[] {
  return [
    defineAction({
      verb: 'approvals.view',
      operation: 'look',
      input: z.object({ id: approvalId }),
      async run(turn, { id }) {
        const record = await known(parts, turn, id);
        return parts.approvals.card(record, turn.person.id);
      },
    }),
    clicked(
      parts,
      'approvals.approve',
      'approve',
      Narrowed.transform((given) => ({ id: given.id, said: joinChoices(given) })),
    ),
    clicked(
      parts,
      'approvals.approve-with-note',
      'approve',
      Narrowed.extend({ note: words }).transform((given) => ({
        id: given.id,
        // What stands behind `note:` is never read as a limit, so what was chosen stands before it.
        said: `${joinChoices(given)} ${given.note}`.trim(),
      })),
    ),
    clicked(
      parts,
      'approvals.reject',
      'reject',
      z.object({ id: approvalId, reason: words }).transform(({ id, reason }) => ({ id, said: reason })),
    ),
  ];
}

function clicked(
  parts: ApprovalParts,
  verb: string,
  type: DecisionType,
  input: z.ZodType<{ id: string; said: string }>,
): Action {
  return defineAction({
    verb,
    operation: type,
    acts: (turn, { id }) => decisionActs(parts, turn, type, [id]),
    input,
    freeText: ['note', 'reason'],
    async preview(turn, { id }) {
      const record = await parts.approvals.find(id);
      return record ? preview(parts, turn, record, type) : '';
    },
    run: (turn, { id, said }) => decideAndShow(parts, turn, id, eventOf(type, turn, said)),
  });
}

function eventOf(type: DecisionType, turn: Turn, said: string): ApprovalEvent & { readonly type: DecisionType } {
  const person = personOf(turn);
  return type === 'approve' ? { type, person, note: said } : { type, person, reason: said };
}

/** Decides and answers with the card as it stands: the loser of two clicks sees who was first. */
async function decideAndShow(
  parts: ApprovalParts,
  turn: Turn,
  id: string,
  event: ApprovalEvent & { readonly type: DecisionType },
): Promise<Reply> {
  const { deps, approvals } = parts;
  const result = await approvals.decide(id, event);
  const { refusal, approval } = result;
  const record = { id, value: approval };
  const isTyped = turn.trigger === 'typed';
  if (!refusal) {
    // The card is there already, in the chat or the channel; a second one would say the same.
    if (isTyped) return { text: describeDecision(event.type, deps.catalog(), approval) };
    return approvals.card(record, turn.person.id);
  }
  const isLate = refusal === 'over' || refusal === 'twice';
  if (refusal === 'over') await refuseOutsiders(parts, turn, approval);
  // A late or second click gets the card as it stands; a typed line gets the fact in a sentence.
  if (isLate && !isTyped) return approvals.card(record, turn.person.id);
  const notice = await explainRefusal(parts, result, refusal);
  return isLate ? { notice } : { notice, audit: { target: approval.label, outcome: `refused: ${refusal}` } };
}

/** Why nothing was decided, in a sentence with those who can. */
export async function explainRefusal(
  { deps, approvals }: ApprovalParts,
  { approval, lacking }: DecisionResult,
  refusal: Refusal,
): Promise<string> {
  const deciders = await approvals.deciders(approval);
  return describeRefusal(refusal, approval, { catalog: deps.catalog(), deciders, lacking, now: deps.clock.now() });
}

/** Who has decided what is for those who may look there, who asked and who may decide. */
async function refuseOutsiders({ deps, approvals }: ApprovalParts, turn: Turn, approval: Approval): Promise<void> {
  const { requester, target } = approval.request;
  const { id: personId } = turn.person;
  if (personId === requester.id || (await approvals.hasSeatEver(personId, approval))) return;
  if (!mayEverywhere(deps.catalog(), personId, 'view', scopeOfReach(target)))
    throw new UserError('You may not look at this request. Write access viewer to ask for it.');
}

/** The request, for those who may look at it. */
async function known(parts: ApprovalParts, turn: Turn, idOrLabel: string): Promise<Stored<Approval>> {
  const record = await parts.approvals.find(idOrLabel);
  if (!record) throw new UserError('This request is not known any more.');
  await refuseOutsiders(parts, turn, record.value);
  return record;
}

/** What a decision would change, to those who may look at the request. */
async function preview(
  parts: ApprovalParts,
  turn: Turn,
  { value }: Stored<Approval>,
  type: DecisionType,
): Promise<string> {
  await refuseOutsiders(parts, turn, value);
  return previewDecision(type, parts.deps.catalog(), value);
}

/**
 * What deciding on these would be, on their real targets. Deciding on a second approval is never held itself: the one who has to
 * approve an approval would have to be approved without end.
 */
export async function decisionActs(
  parts: ApprovalParts,
  turn: Turn,
  operation: DecisionType,
  ids: readonly string[],
): Promise<readonly Act[]> {
  const acts: Act[] = [];
  for (const id of new Set(ids)) {
    const { kind, target } = (await known(parts, turn, id)).value.request;
    if (kind !== secondApproval) acts.push({ operation, reach: target });
  }
  return acts;
}

/** A card that answers a typed line stands before everybody there: without one person's buttons, unless it is their own chat. */
function viewerOf(turn: Turn): string | undefined {
  return turn.trigger === 'typed' && turn.place.kind !== 'personal' ? undefined : turn.person.id;
}

/** The person of a turn as records keep it. */
export function personOf({ person }: Turn): Person {
  return { id: person.id, name: person.name };
}
