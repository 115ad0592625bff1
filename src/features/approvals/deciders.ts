import type { Person } from '../../chat/contract';
import { holdsSeat, seatHolders } from '../../core/approval-rule';
import type { ApprovalSeat, Catalog } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import type { ApprovalRequest } from './contract';
import { whyBarred } from './decide';
import type { ApprovalEvent, Refusal, Seat } from './decide';
import type { Approval } from './record';
import { haveVoted, standingOf } from './stage';

/** Who may decide on a request, and by what right. Pure. */

/** Somebody who decides for another until then. */
export interface Delegation {
  readonly from: Person;
  readonly to: Person;
  readonly until: number;
}

/** Whether this person is barred from having a say, whatever seat they hold. */
function isBarred({ rule, requester, committerIds = [] }: ApprovalRequest, personId: string): boolean {
  return (!rule.requesterMayApprove && personId === requester.id) || committerIds.includes(personId);
}

/** Whose decision counts now, in catalog order, without those who are barred or have voted. */
export function decidersOf(
  catalog: Catalog,
  approval: Approval,
  delegations: readonly Delegation[] = [],
): readonly Person[] {
  const { request } = approval;
  if (request.practice) return [];
  const { seats } = standingOf(approval);
  const voted = haveVoted(approval);
  const own = seats
    .flatMap((seat) => seatHolders(catalog, seat, request.target))
    .filter(({ id }) => !isBarred(request, id) && !voted.has(id));
  const delegates = delegations
    .filter(({ from, to }) => own.some(({ id }) => id === from.id) && !isBarred(request, to.id) && !voted.has(to.id))
    .map(({ to }) => to);
  const known = new Set<string>();
  return [...own, ...delegates].filter(({ id }) => !known.has(id) && known.add(id));
}

/** By what right this person may decide now; undefined: by none. Their own say goes before one that was given to them. */
export function seatOf(
  catalog: Catalog,
  approval: Approval,
  personId: string,
  delegations: readonly Delegation[],
): Seat | undefined {
  const { request } = approval;
  const { seats } = standingOf(approval);
  if (request.practice || isBarred(request, personId)) return undefined;
  const holds = (id: string): boolean => seats.some((seat) => holdsSeat(catalog, id, seat, request.target));
  if (holds(personId)) return { onBehalfOf: undefined };
  const voted = haveVoted(approval);
  const given = delegations.find(
    ({ from, to }) => to.id === personId && holds(from.id) && !isBarred(request, from.id) && !voted.has(from.id),
  );
  return given && { onBehalfOf: given.from };
}

/** Whether this person ever had a say in it, at whatever stage. */
export function hasSay(
  catalog: Catalog,
  approval: Approval,
  personId: string,
  delegations: readonly Delegation[],
): boolean {
  const { request } = approval;
  const { stages } = standingOf(approval);
  const seats: readonly ApprovalSeat[] = [...stages, ...(request.rule.escalateTo ? [request.rule.escalateTo] : [])];
  const holds = (id: string): boolean => seats.some((seat) => holdsSeat(catalog, id, seat, request.target));
  return holds(personId) || delegations.some(({ from, to }) => to.id === personId && holds(from.id));
}

/** Whether this person has a say at a stage that is still to come. */
export function hasLaterSeat(catalog: Catalog, approval: Approval, personId: string): boolean {
  const { request } = approval;
  const { index, stages } = standingOf(approval);
  const later: readonly ApprovalSeat[] = stages.slice(index + 1);
  return !isBarred(request, personId) && later.some((seat) => holdsSeat(catalog, personId, seat, request.target));
}

/** Whether Gavel may play the approver: the catalog still says that nothing there matters. */
export function isPractice(catalog: Catalog, { request: { practice, target } }: Approval): boolean {
  return practice === true && lookUp(catalog.environments, target.environment)?.practice === true;
}

/** Why whoever says this may not decide now, known before a word of it is read; undefined: they may, or it is nobody's decision. */
export function barredFrom(
  catalog: Catalog,
  approval: Approval,
  event: ApprovalEvent,
  delegations: readonly Delegation[],
  now: number,
): Refusal | undefined {
  if ((event.kind !== 'approve' && event.kind !== 'reject') || now >= approval.request.expiresAt) return undefined;
  const seat = seatOf(catalog, approval, event.person.id, delegations);
  const laterSeat = !seat && hasLaterSeat(catalog, approval, event.person.id);
  return whyBarred(approval, event.person.id, { seat, laterSeat });
}
