import { describeSeat } from '../../core/catalog/approval-rule';
import type { Catalog } from '../../core/catalog';
import { enumerate, plainText } from '../../core/text';
import { describeMoment } from '../../core/time/words';
import type { Refusal } from './decide';
import type { Approval } from './record';
import { standingOf } from './stage';

/** What a sentence about a refused decision needs to know. */
export interface RefusalFacts {
  readonly catalog: Catalog;
  readonly deciders: readonly { readonly name: string }[];
  /** What is required and does not hold. */
  readonly lacking: readonly string[];
  readonly now: number;
  readonly timeZone: string;
}

/** One plain sentence for a click or command that decided nothing. */
export function refusalWords(refusal: Refusal, approval: Approval, facts: RefusalFacts): string {
  const label = plainText(approval.label);
  switch (refusal) {
    case 'own request':
      return `You asked for ${label} yourself, so others decide: ${decidersWords(approval, facts)}. Nothing was changed.`;
    case 'committer':
      return `You wrote part of what ${label} asks for, so others decide: ${decidersWords(approval, facts)}. Nothing was changed.`;
    case 'later stage':
      return `Your say in ${label} comes later; first it is up to ${decidersWords(approval, facts)}. Nothing was changed.`;
    case 'evidence':
      return `${label} can't be approved yet: ${plainText(enumerate(facts.lacking), 400)}. Nothing was changed.`;
    case 'not an approver':
      return `You may not decide on ${label}. ${canDecideWords(approval, facts)} Nothing was changed.`;
    case 'no reason':
      return `A rejection needs a reason. Write \`reject ${label} because …\` or use the card. Nothing was changed.`;
    case 'changed':
      return `What ${label} would do has changed since it was requested, so the request has ended. Request it again.`;
    case 'lapsed':
      return `${label} has ended, so your approval wasn't counted. ${plainText(approval.ended?.note ?? '', 500)}`;
    case 'gone':
      return `${label} does not wait for a decision any more. Nothing was changed.`;
    case 'twice':
      return `You have approved ${label} already; others are still missing.`;
    case 'over':
      return overWords(approval, facts);
  }
}

/** `Avery Approver or Noor Operator can decide.` */
export function canDecideWords(approval: Approval, facts: Pick<RefusalFacts, 'catalog' | 'deciders'>): string {
  const who = decidersWords(approval, facts);
  return facts.deciders.length > 0 ? `${who} can decide.` : `${who.charAt(0).toUpperCase()}${who.slice(1)}.`;
}

const maxNamed = 4;

function decidersWords(approval: Approval, { catalog, deciders }: Pick<RefusalFacts, 'catalog' | 'deciders'>): string {
  if (deciders.length === 0)
    return `nobody can yet, because no one else has ${plainText(seatNow(catalog, approval), 60)}`;
  const named = deciders.slice(0, maxNamed).map((each) => plainText(each.name, 60));
  const more = deciders.length - named.length;
  return enumerate(more > 0 ? [...named, `${more} more`] : named, 'or');
}

function overWords({ label, state, stateSince, approvals, ended }: Approval, { now, timeZone }: RefusalFacts): string {
  const at = describeMoment(stateSince, now, timeZone);
  const shown = plainText(label);
  if (state === 'lapsed') return `${shown} ended at ${at}. ${plainText(ended?.note ?? '', 500)}`;
  if (state === 'expired') return `${shown} expired at ${at}; nobody decided in time.`;
  if (state === 'approved') {
    const names = enumerate(approvals.map((each) => plainText(each.person.name, 60)));
    return `${shown} was already approved by ${names} at ${at}.`;
  }
  const how = state === 'rejected' ? 'rejected' : 'cancelled';
  const why = ended?.note ? `: ${plainText(ended.note, 500)}` : '.';
  return `${shown} was already ${how} by ${plainText(ended?.person.name ?? 'somebody', 60)} at ${at}${why}`;
}

function seatNow(catalog: Catalog, approval: Approval): string {
  const { stage } = standingOf(catalog, approval);
  return stage ? describeSeat(stage) : 'a seat';
}
