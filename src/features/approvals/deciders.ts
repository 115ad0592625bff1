import type { Person } from '../../chat/contract';
import { holdsSeat, seatHolders, stagesOf } from '../../core/catalog/approval-rule';
import { contributorIds } from '../../core/catalog/authors';
import type { ApprovalRule, ApprovalSeat, Catalog } from '../../core/catalog';
import { personName } from '../../core/catalog/rights';
import { whyBarred } from './decide';
import type { ApprovalEvent, Refusal, Seat } from './decide';
import type { Approval } from './record';
import { authorsGap, haveVoted, rulesOf, standingOf } from './stage';

/** Who may decide on a request, and by what right. Pure. */

/** Somebody who decides for another until then. */
export interface Delegation {
  readonly from: Person;
  readonly to: Person;
  readonly until: number;
}

type Bar = 'own request' | 'committer' | undefined;

/** Why this person has no say, whatever seat they hold; undefined: nothing bars them. */
export function barOf(catalog: Catalog, approval: Approval, personId: string): Bar {
  return barsOf(catalog, approval)(personId);
}

/** The same for many people: a rule with a thousand approvers and a change with a hundred authors are read once. */
function barsOf(catalog: Catalog, approval: Approval): (personId: string) => Bar {
  const { requester, committerIds = [] } = approval.request;
  const rules = rulesOf(approval);
  const barsRequester = rules.some(({ requesterMayApprove }) => !requesterMayApprove);
  const authors = new Set([...committerIds, ...rules.flatMap((rule) => authorIds(catalog, approval, rule))]);
  return (personId) => {
    if (barsRequester && personId === requester.id) return 'own request';
    return authors.has(personId) ? 'committer' : undefined;
  };
}

/** Whom this rule bars as authors; where they can't all be known, also the team that may have written it. */
function authorIds(catalog: Catalog, { request }: Approval, rule: ApprovalRule): readonly string[] {
  if (rule.committersMayApprove !== false) return [];
  const known = contributorIds(catalog, request.authors?.people ?? []);
  if (authorsGap(request) === undefined || typeof rule.authorsUnknown !== 'object') return known;
  const team = seatHolders(catalog, { group: rule.authorsUnknown.team }, request.target);
  return [...known, ...team.map(({ id }) => id)];
}

/** Whose decision counts now, in catalog order, without those who are barred or have voted. */
export function decidersOf(
  catalog: Catalog,
  approval: Approval,
  delegations: readonly Delegation[] = [],
): readonly Person[] {
  const { request } = approval;
  if (request.practice) return [];
  const { seats } = standingOf(catalog, approval);
  const voted = haveVoted(approval);
  const bars = barsOf(catalog, approval);
  const isFree = ({ id }: { readonly id: string }): boolean => !voted.has(id) && bars(id) === undefined;
  const own = seats.flatMap((seat) => seatHolders(catalog, seat, request.target)).filter(isFree);
  const delegates = delegations
    .filter(({ from, to }) => own.some(({ id }) => id === from.id) && isFree(to) && isKnown(catalog, to))
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
  const { seats } = standingOf(catalog, approval);
  if (request.practice || barOf(catalog, approval, personId) !== undefined) return undefined;
  const holds = (id: string): boolean => seats.some((seat) => holdsSeat(catalog, id, seat, request.target));
  if (holds(personId)) return { onBehalfOf: undefined };
  const voted = haveVoted(approval);
  const given = delegations.find(
    ({ from, to }) =>
      to.id === personId &&
      isKnown(catalog, to) &&
      holds(from.id) &&
      barOf(catalog, approval, from.id) === undefined &&
      !voted.has(from.id),
  );
  return given && { onBehalfOf: given.from, until: given.until };
}

/** Whether this person ever had a say in it, at whatever stage. */
export function hasSay(
  catalog: Catalog,
  approval: Approval,
  personId: string,
  delegations: readonly Delegation[],
): boolean {
  const { request } = approval;
  const seats = seatsEver(approval);
  const holds = (id: string): boolean => seats.some((seat) => holdsSeat(catalog, id, seat, request.target));
  return holds(personId) || delegations.some(({ from, to }) => to.id === personId && holds(from.id));
}

/** Whether this person has a say at a stage that is still to come. */
export function hasLaterSeat(catalog: Catalog, approval: Approval, personId: string): boolean {
  const { request } = approval;
  const { index, stages } = standingOf(catalog, approval);
  const later: readonly ApprovalSeat[] = stages.slice(index + 1);
  return (
    barOf(catalog, approval, personId) === undefined &&
    later.some((seat) => holdsSeat(catalog, personId, seat, request.target))
  );
}

/** Why whoever says this may not decide now, known before a word of it is read; undefined: they may, or it is nobody's decision. */
export function barredFrom(
  approval: Approval,
  event: ApprovalEvent,
  given: { readonly catalog: Catalog; readonly delegations: readonly Delegation[]; readonly now: number },
): Refusal | undefined {
  const { catalog, delegations, now } = given;
  if ((event.kind !== 'approve' && event.kind !== 'reject') || now >= approval.request.expiresAt) return undefined;
  const seat = seatOf(catalog, approval, event.person.id, delegations);
  const laterSeat = !seat && hasLaterSeat(catalog, approval, event.person.id);
  return whyBarred(approval, event.person.id, { catalog, seat, laterSeat });
}

/** Every seat that has, had or will have a say in it. */
export function seatsEver(approval: Approval): readonly ApprovalSeat[] {
  return rulesOf(approval).flatMap((rule) => [...stagesOf(rule), ...(rule.escalateTo ? [rule.escalateTo] : [])]);
}

export function isKnown(catalog: Catalog, { id }: Pick<Person, 'id'>): boolean {
  return personName(catalog, id) !== undefined;
}
