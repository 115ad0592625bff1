import { withCopies } from './copies';
import { decide } from './decide';
import type { ApprovalEvent, DecisionContext, Refusal } from './decide';
import { hasLaterSeat, seatOf } from './deciders';
import { isPractice } from './practice';
import { reckoned } from './reckon';
import type { Circumstances } from './reckon';
import type { Approval } from './record';

export interface Judgment {
  readonly refusal: Refusal | undefined;
  /** Undefined: the record stays as it is. */
  readonly next: Approval | undefined;
}

/** What an event makes of an approval as it counts now: first the votes and the rule, then the decision. Pure. */
export function judge(
  stored: Approval,
  event: ApprovalEvent,
  circumstances: Circumstances,
  known: Pick<DecisionContext, 'boundTo' | 'ground' | 'lacking'>,
): Judgment {
  const { catalog, delegations, now } = circumstances;
  const approval = stored.state === 'waiting' ? reckoned(stored, circumstances) : stored;
  const who = 'person' in event ? event.person.id : '';
  const seat = seatOf(catalog, approval, who, delegations);
  const laterSeat = !seat && hasLaterSeat(catalog, approval, who);
  const practice = isPractice(catalog, approval);
  const verdict = decide(approval, event, { ...known, now, catalog, seat, laterSeat, practice });
  const decided = verdict.next ?? (approval === stored ? undefined : approval);
  return {
    refusal: 'refusal' in verdict ? verdict.refusal : undefined,
    next: decided && withCopies(catalog, decided, delegations),
  };
}
