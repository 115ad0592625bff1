import { z } from 'zod';
import type { Action, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import type { Act } from '../../core/operations';
import { mayEverywhere, scopeOfReach } from '../../core/catalog/rights';
import { plainText } from '../../core/text';
import { defineAction } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { personOf } from './book';
import type { ApprovalBook, Identified } from './book';
import { secondApproval } from './contract';
import { decidedWords, decisionEffect } from './decision-effect';
import type { ApprovalEvent } from './decide';
import type { Approval } from './record';
import { refusalWords } from './refusal-words';

const id = z.string().regex(/^[0-9a-f]{32}$/);
const words = z.string().max(500).default('');

/** Decides and answers with the card as it stands: the loser of two clicks sees who was first. */
export async function decideAndShow(
  deps: FeatureDependencies,
  book: ApprovalBook,
  turn: Turn,
  approvalId: string,
  event: ApprovalEvent,
): Promise<Reply> {
  const { refusal, approval, lacking } = await book.decide(approvalId, event);
  const record = { id: approvalId, value: approval };
  if (!refusal) {
    // The card is there already, in the chat or the channel; a second one would say the same.
    if (turn.trigger === 'typed' && (event.kind === 'approve' || event.kind === 'reject'))
      return { text: decidedWords(event.kind, deps.catalog(), approval) };
    return book.card(record, viewerOf(turn));
  }
  if (refusal === 'over') await refuseOutsiders(deps, book, turn, approval);
  // A late or second click gets the card as it stands; a typed line gets the fact in a sentence.
  if ((refusal === 'over' || refusal === 'twice') && turn.trigger !== 'typed') return book.card(record, turn.person.id);
  const catalog = deps.catalog();
  const notice = refusalWords(refusal, approval, {
    catalog,
    deciders: await book.deciders(approval),
    lacking,
    now: deps.clock.now(),
    timeZone: catalog.timeZone,
  });
  if (refusal === 'over' || refusal === 'twice') return { notice };
  return { notice, audit: { target: approval.label, outcome: `refused: ${refusal}` } };
}

/** Who has decided what is for those who may look there, who asked and who may decide. */
async function refuseOutsiders(
  deps: FeatureDependencies,
  book: ApprovalBook,
  turn: Turn,
  approval: Approval,
): Promise<void> {
  const { requester, target } = approval.request;
  const { id: personId } = turn.person;
  if (personId === requester.id || (await book.hasSay(personId, approval))) return;
  if (!mayEverywhere(deps.catalog(), personId, 'view', scopeOfReach(target)))
    throw new UserError('You may not look at this request. Write access viewer to ask for it.');
}

/** What a decision would change, to those who may look at the request. */
export async function foreseen(
  deps: FeatureDependencies,
  book: ApprovalBook,
  turn: Turn,
  { value }: Identified,
  kind: 'approve' | 'reject',
): Promise<string> {
  await refuseOutsiders(deps, book, turn, value);
  return decisionEffect(kind, deps.catalog(), value);
}

/**
 * What deciding on these would be, on their real targets. Deciding on a second approval is never held itself: the one who has to
 * approve an approval would have to be approved without end.
 */
export async function decisionActs(
  deps: FeatureDependencies,
  book: ApprovalBook,
  turn: Turn,
  operation: 'approve' | 'reject',
  idsOrLabels: readonly string[],
): Promise<readonly Act[]> {
  const acts: Act[] = [];
  for (const each of new Set(idsOrLabels)) {
    const record = await book.find(each);
    if (!record) throw new UserError('This request is not known any more.');
    await refuseOutsiders(deps, book, turn, record.value);
    const { kind, target } = record.value.request;
    if (kind !== secondApproval) acts.push({ operation, reach: target });
  }
  return acts;
}

/** A card that answers a typed line stands before everybody there: without one person's buttons, unless it is their own chat. */
export function viewerOf(turn: Turn): string | undefined {
  return turn.trigger === 'typed' && turn.place.kind !== 'personal' ? undefined : turn.person.id;
}

const choice = z.string().max(100).default('-');

/** An approval with what was chosen on its card: `-` leaves a thing as it was asked. */
const Narrowed = z.object({ id, 'choice-1': choice, 'choice-2': choice, 'choice-3': choice });

function chosenWords(given: z.infer<typeof Narrowed>): string {
  return [given['choice-1'], given['choice-2'], given['choice-3']].filter((each) => each !== '-').join(' ');
}

const maxAtOnce = 10;

/** What a choice of several sends: their ids with commas between. */
const Chosen = z.object({
  id: z.string(),
  chosen: z
    .string()
    .max(1_000)
    .default('')
    .transform((text) => text.split(',').filter((each) => each !== ''))
    .pipe(z.array(id).max(maxAtOnce, 'Choose at most ten at once.')),
});

/** Each is decided by itself, with every rule checked anew; the answer says of each what came of it. */
async function approveChosen(
  deps: FeatureDependencies,
  book: ApprovalBook,
  turn: Turn,
  chosen: readonly string[],
): Promise<Reply> {
  if (chosen.length === 0) throw new UserError('Nothing was chosen, so nothing was approved.');
  const outcomes: string[] = [];
  for (const approvalId of new Set(chosen)) outcomes.push(await approveOne(deps, book, turn, approvalId));
  return { notice: outcomes.join(' ') };
}

/** What came of one of several, in a sentence. */
async function approveOne(
  deps: FeatureDependencies,
  book: ApprovalBook,
  turn: Turn,
  approvalId: string,
): Promise<string> {
  const event: ApprovalEvent = { kind: 'approve', person: personOf(turn), note: '' };
  try {
    const { refusal, approval, lacking } = await book.decide(approvalId, event);
    if (!refusal) return `${plainText(approval.label)}: approved.`;
    const catalog = deps.catalog();
    const { timeZone } = catalog;
    const deciders = await book.deciders(approval);
    return refusalWords(refusal, approval, { catalog, deciders, lacking, now: deps.clock.now(), timeZone });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** What one may click on an approval card. Everything is read from the store at the click. */
export function approvalActions(deps: FeatureDependencies, book: ApprovalBook): Action[] {
  const decided = (
    verb: string,
    operation: 'approve' | 'reject',
    input: z.ZodType<{ id: string; words: string }>,
    event: (turn: Turn, words: string) => ApprovalEvent,
  ): Action =>
    defineAction({
      verb,
      operation,
      acts: (turn, given) => decisionActs(deps, book, turn, operation, [given.id]),
      input,
      freeText: ['note', 'reason'],
      async preview(turn, given) {
        const record = await book.find(given.id);
        return record ? foreseen(deps, book, turn, record, operation) : '';
      },
      run: (turn, given) => decideAndShow(deps, book, turn, given.id, event(turn, given.words)),
    });
  return [
    defineAction({
      verb: 'approvals.view',
      operation: 'look',
      input: z.object({ id }),
      async run(turn, input) {
        const record = await book.find(input.id);
        if (!record) throw new UserError('This request is not known any more.');
        await refuseOutsiders(deps, book, turn, record.value);
        return book.card(record, turn.person.id);
      },
    }),
    defineAction({
      verb: 'approvals.approve-chosen',
      operation: 'approve',
      acts: (turn, given) => decisionActs(deps, book, turn, 'approve', given.chosen),
      input: Chosen,
      run: (turn, given) => approveChosen(deps, book, turn, given.chosen),
    }),
    decided(
      'approvals.approve',
      'approve',
      Narrowed.transform((given) => ({ id: given.id, words: chosenWords(given) })),
      (turn, note) => ({ kind: 'approve', person: personOf(turn), note }),
    ),
    decided(
      'approvals.approve-with-note',
      'approve',
      Narrowed.extend({ note: words }).transform((given) => ({
        id: given.id,
        // What stands behind `note:` is never read as a limit, so what was chosen stands before it.
        words: `${chosenWords(given)} ${given.note}`.trim(),
      })),
      (turn, note) => ({ kind: 'approve', person: personOf(turn), note }),
    ),
    decided(
      'approvals.reject',
      'reject',
      z.object({ id, reason: words }).transform((given) => ({ id: given.id, words: given.reason })),
      (turn, reason) => ({ kind: 'reject', person: personOf(turn), reason }),
    ),
  ];
}
