import type { Person } from '../../chat/contract';
import { holdsSeat, personName, seatHolders, stagesOf } from '../../core/catalog/rights';
import { contributorIds } from '../../core/catalog/authors';
import type { ApprovalRule, ApprovalSeat, Catalog } from '../../core/catalog';
import type { Delegation } from './delegations/workflow';
import type { Approval, Vote } from './record';
import { authorsGap, haveVoted, isPractice, rulesOf, standingOf, voiceOf } from './record';

/** Who may decide on a request, by what right, and which votes count now. Pure. */

/** Under what an approval is judged. */
export interface Circumstances {
  readonly catalog: Catalog;
  readonly delegations: readonly Delegation[];
  /** Undefined: its subject has no rule in the catalog, so the one of the request holds. */
  readonly ruleNow: ApprovalRule | undefined;
}

export interface Seat {
  readonly onBehalfOf: Person | undefined;
  /** When the delegation that gives the seat runs out. */
  readonly until?: number;
}

export type Bar = 'own request' | 'committer' | 'later stage' | 'not an approver';

/** Why this person may not decide, whatever seat they hold; undefined: nothing bars them. */
export function barOf(catalog: Catalog, approval: Approval, personId: string): Bar | undefined {
  return barsOf(catalog, approval)(personId);
}

/** The same for many people: a rule with a thousand approvers and a change with a hundred authors are read once. */
function barsOf(catalog: Catalog, approval: Approval): (personId: string) => Bar | undefined {
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

/** By what right this person may decide now, their own seat before one that was given to them; else why they may not. */
export function seatOf(
  approval: Approval,
  personId: string,
  { catalog, delegations }: Pick<Circumstances, 'catalog' | 'delegations'>,
): Seat | Bar {
  const { request } = approval;
  const bars = barsOf(catalog, approval);
  const bar = bars(personId);
  if (bar) return bar;
  if (request.practice) return 'not an approver';
  const { seats, stages, index } = standingOf(catalog, approval);
  const holds = (id: string, among: readonly ApprovalSeat[] = seats): boolean =>
    among.some((seat) => holdsSeat(catalog, id, seat, request.target));
  if (holds(personId)) return { onBehalfOf: undefined };
  const voted = haveVoted(approval);
  const given = delegations.find(
    ({ from, to }) =>
      to.id === personId &&
      isKnown(catalog, to) &&
      holds(from.id) &&
      bars(from.id) === undefined &&
      !voted.has(from.id),
  );
  if (given) return { onBehalfOf: given.from, until: given.until };
  return holds(personId, stages.slice(index + 1)) ? 'later stage' : 'not an approver';
}

/** Whether this person could ever decide on it, at whatever stage. */
export function hasSeatEver(
  approval: Approval,
  personId: string,
  { catalog, delegations }: Pick<Circumstances, 'catalog' | 'delegations'>,
): boolean {
  const seats = seatsEver(approval);
  const holds = (id: string): boolean => seats.some((seat) => holdsSeat(catalog, id, seat, approval.request.target));
  return holds(personId) || delegations.some(({ from, to }) => to.id === personId && holds(from.id));
}

/** Every seat that decides, did or will. */
function seatsEver(approval: Approval): readonly ApprovalSeat[] {
  return rulesOf(approval).flatMap((rule) => [...stagesOf(rule), ...(rule.escalateTo ? [rule.escalateTo] : [])]);
}

function isKnown(catalog: Catalog, { id }: Pick<Person, 'id'>): boolean {
  return personName(catalog, id) !== undefined;
}

/** The approval as it counts now; the very same object when nothing has changed. A vote that has lapsed never counts again. */
export function recount(approval: Approval, { catalog, delegations, ruleNow }: Circumstances, now: number): Approval {
  const known = withRule(approval, ruleNow);
  const reasons = known.approvals.map((vote) => whyLapsed(catalog, known, vote, delegations, now));
  if (reasons.every((reason) => reason === undefined)) return known;
  const lapsing = known.approvals.flatMap((vote, index) => {
    const why = reasons[index];
    return why === undefined ? [] : [{ ...vote, lapsedAt: now, why }];
  });
  return {
    ...known,
    approvals: known.approvals.filter((_, index) => reasons[index] === undefined),
    lapsed: [...(known.lapsed ?? []), ...lapsing],
  };
}

/** A rule that lets requests live shorter ends this one earlier too; one that lets them live longer changes nothing. */
function withRule(approval: Approval, ruleNow: ApprovalRule | undefined): Approval {
  const { request, askedAt } = approval;
  if (!ruleNow || JSON.stringify(ruleNow) === JSON.stringify(approval.ruleNow ?? request.rule)) return approval;
  const expiresAt = Math.min(request.expiresAt, askedAt + ruleNow.expiresAfterSeconds * 1000);
  return { ...approval, ruleNow, request: { ...request, expiresAt } };
}

/** Why this vote doesn't count any more: part of a sentence, in outside text; undefined while it counts. */
function whyLapsed(
  catalog: Catalog,
  approval: Approval,
  vote: Vote,
  delegations: readonly Delegation[],
  now: number,
): string | undefined {
  const { person, onBehalfOf } = vote;
  if (isPractice(catalog, approval)) return undefined;
  const gone = [person, ...(onBehalfOf ? [onBehalfOf] : [])].find((each) => !isKnown(catalog, each));
  if (gone) return `${gone.name} is no longer in the catalog`;
  const voice = onBehalfOf ?? person;
  if (!seatsEver(approval).some((seat) => holdsSeat(catalog, voiceOf(vote), seat, approval.request.target)))
    return `${voice.name} can no longer approve it`;
  if (onBehalfOf && !isStillGiven(vote, delegations, now))
    return `${onBehalfOf.name} took back the delegation to ${person.name}`;
  const barred = [person, voice].find(({ id }) => barOf(catalog, approval, id) !== undefined);
  if (!barred) return undefined;
  return barOf(catalog, approval, barred.id) === 'committer'
    ? `${barred.name} may have written part of it`
    : `${barred.name} requested it`;
}

/** A delegation that ran out in its own time was good when it was used; one that was taken back before is not. */
function isStillGiven(
  { person, onBehalfOf, delegatedUntil }: Vote,
  delegations: readonly Delegation[],
  now: number,
): boolean {
  if (delegatedUntil !== undefined && now >= delegatedUntil) return true;
  return delegations.some(({ from, to }) => from.id === onBehalfOf?.id && to.id === person.id);
}

/** At most so many people are written to at once: when it opens, at the next stage, after the escalation. */
export const maxCopiesAtOnce = 20;
const maxCopiesEver = 60;

/**
 * Whoever may decide from now on gets a copy of their own. Where many may, each request goes to another twenty of them, so that
 * it is not always the same people who are called; the rest decide on the card in the channel.
 */
export function withCopies(
  approval: Approval,
  { catalog, delegations }: Pick<Circumstances, 'catalog' | 'delegations'>,
): Approval {
  if (approval.state !== 'waiting') return approval;
  const { personalCopies, request } = approval;
  const deciders = decidersOf(catalog, approval, delegations);
  const hasCopy = (id: string): boolean => personalCopies.some((copy) => copy.id === id);
  const room = Math.min(
    maxCopiesAtOnce - deciders.filter(({ id }) => hasCopy(id)).length,
    maxCopiesEver - personalCopies.length,
  );
  const fresh = deciders.filter(({ id }) => !hasCopy(id));
  if (fresh.length === 0 || room <= 0) return approval;
  const first = fresh.length > room ? Number.parseInt(request.id.slice(0, 6), 16) % fresh.length : 0;
  const chosen = [...fresh.slice(first), ...fresh.slice(0, first)].slice(0, room);
  return { ...approval, personalCopies: [...personalCopies, ...chosen] };
}
