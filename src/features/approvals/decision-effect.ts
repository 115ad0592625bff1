import type { Catalog } from '../../core/catalog';
import { plainText, plural } from '../../core/text';
import type { Approval } from './record';
import { standingOf } from './stage';

/** What a decision would change, with the request as it stands now. Pure; whether it counts is decided when it is made. */
export function decisionEffect(kind: 'approve' | 'reject', catalog: Catalog, approval: Approval): string {
  const { label, state, askedFacts, request } = approval;
  const title = plainText(askedFacts?.title ?? request.kind, 200);
  const what = `${plainText(label, 40)}, ${title}, asked for by ${plainText(request.requester.name, 60)}`;
  if (state !== 'waiting') return `${what}, is ${state} already: nothing would change.`;
  if (kind === 'reject') return `Ends ${what}. Nothing is ${askedFacts?.nothingIs ?? 'done'} by it.`;
  const left = standingOf(catalog, approval).missing - 1;
  return left > 0
    ? `Approves ${what}. Then ${plural(left, 'more approval')} ${left === 1 ? 'is' : 'are'} missing.`
    : `Approves ${what}. It is the last approval that is missing: it begins at once.`;
}

/** What a typed decision did, in a sentence: the card itself stands where the request was made, and in each approver's chat. Pure. */
export function decidedWords(kind: 'approve' | 'reject', catalog: Catalog, approval: Approval): string {
  const { label, state, askedFacts, request } = approval;
  const what = `${plainText(label, 40)}**, ${plainText(askedFacts?.title ?? request.kind, 200)}`;
  if (kind === 'reject') return `**You rejected ${what}. Nothing is ${askedFacts?.nothingIs ?? 'done'}.`;
  if (state === 'approved') return `**You approved ${what}. It has every approval it needs.`;
  const { missing } = standingOf(catalog, approval);
  return `**You approved ${what}. ${plural(missing, 'more approval')} ${missing === 1 ? 'is' : 'are'} missing.`;
}
