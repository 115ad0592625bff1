import type { Person } from '../../chat/contract';
import type { ApprovalRule, ApprovalSeat, ApprovalStage, Catalog } from '../../core/catalog';
import { contributorIds } from '../../core/catalog/authors';
import { holdsSeat, personName, seatHolders, stagesOf } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import type { ApprovalRequest } from './contract';
import type { Delegation } from './delegations/workflow';
import { applicableRules, authorsGap, withOneMore } from './record';
import type { Approval, Vote } from './record';

/** Where an approval is among its stages under every rule that applies, who can decide by what right, and which votes count now. Pure. */

/** What the rules need to know about an approval, or about a request that nobody has made yet. */
interface Judged extends Pick<Approval, 'approvals' | 'escalatedAt' | 'ruleNow'> {
  readonly request: Pick<ApprovalRequest, 'target' | 'requester' | 'rule' | 'authors' | 'committerIds' | 'practice'>;
}

/** Whether Gavel can approve it for practice: the catalog still says that nothing there matters. */
export function isPractice(catalog: Catalog, { request: { practice, target } }: Pick<Judged, 'request'>): boolean {
  return practice === true && lookUp(catalog.environments, target.environment)?.practice === true;
}

/** How far an approval is under one rule. */
export interface RuleStanding {
  readonly rule: ApprovalRule;
  readonly stages: readonly ApprovalStage[];
  /** From 0; the number of stages once all are done. */
  readonly index: number;
  /** Undefined: the rule is satisfied. */
  readonly stage: ApprovalStage | undefined;
  /** Whose decision counts now: the open stage, and after the escalation, the people it went to. */
  readonly seats: readonly ApprovalSeat[];
  /** How many approvals each stage still needs, by its index. */
  readonly needed: readonly number[];
  /** How many approvals are still missing. */
  readonly missing: number;
}

/** How far it is under all rules: the first open one leads; if none is open, the current one. `seats` are those of every open rule. */
export interface Standing extends RuleStanding {
  /** The rules that aren't satisfied yet, without those that are satisfied together with another one. */
  readonly open: readonly RuleStanding[];
}

/** The rules that this approval has to satisfy, the current one first. */
function rulesOf({ request, ruleNow }: Pick<Judged, 'request' | 'ruleNow'>): readonly ApprovalRule[] {
  return applicableRules(request.rule, ruleNow ?? request.rule).map((rule) =>
    needsOneMore(rule, request) ? withOneMore(rule) : rule,
  );
}

/** Authors are barred but not all of them are known, and the rule requires one more approval in that case. */
function needsOneMore(rule: ApprovalRule, request: Judged['request']): boolean {
  if (rule.committersMayApprove !== false || authorsGap(request) === undefined) return false;
  return rule.authorsUnknown === undefined || rule.authorsUnknown === 'strict';
}

/** The current progress: what each rule still needs, and who can decide. */
export function standingOf(catalog: Catalog, approval: Judged): Standing {
  const all = rulesOf(approval).map((rule) => standingUnder(catalog, approval, rule));
  const unsatisfied = all.filter(({ stage }) => stage !== undefined);
  const open = unsatisfied.filter(
    (one, at) => !unsatisfied.some((other, index) => covers(other, one) && (index < at || !covers(one, other))),
  );
  const [first = all[0]] = open;
  if (!first) throw new Error('An approval has at least one rule');
  return {
    ...first,
    open,
    seats: unsatisfied.flatMap(({ seats }) => seats),
    missing: Math.max(...all.map(({ missing }) => missing)),
  };
}

/** Whether the votes that the first one still needs also satisfy the second one. */
function covers(first: RuleStanding, second: RuleStanding): boolean {
  const given = countsBySeat(first);
  return [...countsBySeat(second)].every(([seat, count]) => count <= (given.get(seat) ?? 0));
}

function countsBySeat({ stages, needed }: RuleStanding): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [at, { role, group, right }] of stages.entries()) {
    const seat = JSON.stringify([role, group, right]);
    counts.set(seat, (counts.get(seat) ?? 0) + (needed[at] ?? 0));
  }
  return counts;
}

function standingUnder(catalog: Catalog, approval: Judged, rule: ApprovalRule): RuleStanding {
  const { request, approvals, escalatedAt } = approval;
  const stages = stagesOf(rule);
  const escalated = escalatedAt !== undefined && rule.escalateTo ? [rule.escalateTo] : [];
  const slots = stages.flatMap((stage, index) =>
    Array.from({ length: stage.required }, () => ({ index, seats: [stage, ...escalated] })),
  );
  const played = isPractice(catalog, approval);
  const filled = filledSlots(
    slots,
    approvals,
    (vote, { seats }) => played || seats.some((seat) => holdsSeat(catalog, voiceOf(vote).id, seat, request.target)),
  );
  const { index = stages.length, seats = [] } = slots[filled] ?? {};
  const left = slots.slice(filled);
  const needed = stages.map((_, at) => left.filter((slot) => slot.index === at).length);
  return { rule, stages, index, stage: stages[index], seats, needed, missing: left.length };
}

/** The person whose seat a vote used. */
function voiceOf({ person, onBehalfOf }: Vote): Person {
  return onBehalfOf ?? person;
}

/** How many slots, in order, the votes can fill, with each vote used once: a vote moves to another slot to make room. */
export function filledSlots<Slot, Given>(
  slots: readonly Slot[],
  votes: readonly Given[],
  fits: (vote: Given, slot: Slot) => boolean,
): number {
  const slotOf = new Map<Given, number>();
  function fill(at: number, tried: Set<Given>): boolean {
    const slot = slots[at];
    return votes.some((vote) => {
      if (slot === undefined || tried.has(vote) || !fits(vote, slot)) return false;
      tried.add(vote);
      const other = slotOf.get(vote);
      if (other !== undefined && !fill(other, tried)) return false;
      slotOf.set(vote, at);
      return true;
    });
  }
  const open = slots.findIndex((_, at) => !fill(at, new Set()));
  return open === -1 ? slots.length : open;
}

/** Everybody who has voted, for themselves or through somebody else. Each person has one vote over all stages. */
export function haveVoted({ approvals }: Pick<Approval, 'approvals'>): ReadonlySet<string> {
  return new Set(approvals.flatMap((vote) => [vote.person.id, voiceOf(vote).id]));
}

/** What an approval is judged by. */
export interface Circumstances {
  readonly catalog: Catalog;
  readonly delegations: readonly Delegation[];
  /** Undefined: its subject has no rule in the catalog, so the rule of the request applies. */
  readonly ruleNow: ApprovalRule | undefined;
}

export interface Seat {
  readonly onBehalfOf: Person | undefined;
  /** When the delegation behind the seat ends. */
  readonly until?: number;
}

/** What gives people the right to decide besides their own roles. */
type Given = Omit<Circumstances, 'ruleNow'>;

export type Bar = 'own request' | 'committer' | 'later stage' | 'not an approver';

/**
 * Why somebody can't decide, whatever seat they have; undefined: nothing bars them. Returns a function, so that a rule with a thousand approvers and
 * a change with a hundred authors are read once.
 */
export function barsOf(catalog: Catalog, approval: Judged): (personId: string) => Bar | undefined {
  const { requester, committerIds = [] } = approval.request;
  const rules = rulesOf(approval);
  const barsRequester = rules.some(({ requesterMayApprove }) => !requesterMayApprove);
  const authors = new Set([...committerIds, ...rules.flatMap((rule) => authorIds(catalog, approval, rule))]);
  return (personId) => {
    if (barsRequester && personId === requester.id) return 'own request';
    return authors.has(personId) ? 'committer' : undefined;
  };
}

/** The authors that this rule bars; if not all are known, also the team that may have written it. */
function authorIds(catalog: Catalog, { request }: Judged, rule: ApprovalRule): readonly string[] {
  if (rule.committersMayApprove !== false) return [];
  const known = contributorIds(catalog, request.authors?.people ?? []);
  if (authorsGap(request) === undefined || typeof rule.authorsUnknown !== 'object') return known;
  const team = seatHolders(catalog, { group: rule.authorsUnknown.team }, request.target);
  return [...known, ...team.map(({ id }) => id)];
}

/** Whose decision counts now, or would in these seats, in catalog order, without people who are barred or have voted. */
export function decidersOf(
  catalog: Catalog,
  approval: Judged,
  delegations: readonly Delegation[] = [],
  seats: readonly ApprovalSeat[] = standingOf(catalog, approval).seats,
): readonly Person[] {
  const { request } = approval;
  if (request.practice) return [];
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

/** What gives this person the right to decide now, their own seat before a delegated one; otherwise why they can't. */
export function seatOf(approval: Approval, personId: string, { catalog, delegations }: Given): Seat | Bar {
  const { request } = approval;
  const bars = barsOf(catalog, approval);
  const bar = bars(personId);
  if (bar) return bar;
  if (request.practice) return 'not an approver';
  const { seats, open } = standingOf(catalog, approval);
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
  const later = open.flatMap(({ stages, index }) => stages.slice(index + 1));
  return holds(personId, later) ? 'later stage' : 'not an approver';
}

/** Whether this person could decide on it at any stage. */
export function hasSeatEver(approval: Approval, personId: string, { catalog, delegations }: Given): boolean {
  return [personId, ...delegations.filter(({ to }) => to.id === personId).map(({ from }) => from.id)].some((id) =>
    holdsSeatEver(catalog, approval, id),
  );
}

/** Whether they have any seat, in a past, current or future stage. */
function holdsSeatEver(catalog: Catalog, approval: Approval, personId: string): boolean {
  return rulesOf(approval)
    .flatMap((rule) => [...stagesOf(rule), ...(rule.escalateTo ? [rule.escalateTo] : [])])
    .some((seat) => holdsSeat(catalog, personId, seat, approval.request.target));
}

function isKnown(catalog: Catalog, { id }: Pick<Person, 'id'>): boolean {
  return personName(catalog, id) !== undefined;
}

/** The approval as it counts now; returns the same object if nothing has changed. A vote that has lapsed never counts again. */
export function recount(approval: Approval, { catalog, delegations, ruleNow }: Circumstances, now: number): Approval {
  const known = withRule(approval, ruleNow);
  const votes = known.approvals.map((vote) => ({ vote, why: whyLapsed(catalog, known, vote, delegations, now) }));
  const lapsing = votes.flatMap(({ vote, why }) => (why === undefined ? [] : [{ ...vote, lapsedAt: now, why }]));
  if (lapsing.length === 0) return known;
  return {
    ...known,
    approvals: votes.filter(({ why }) => why === undefined).map(({ vote }) => vote),
    lapsed: [...(known.lapsed ?? []), ...lapsing],
  };
}

/** A rule with a shorter expiry also ends this request earlier; one with a longer expiry changes nothing. */
function withRule(approval: Approval, ruleNow: ApprovalRule | undefined): Approval {
  const { request, askedAt } = approval;
  if (!ruleNow || JSON.stringify(ruleNow) === JSON.stringify(approval.ruleNow ?? request.rule)) return approval;
  const expiresAt = Math.min(request.expiresAt, askedAt + ruleNow.expiresAfterSeconds * 1000);
  return { ...approval, ruleNow, request: { ...request, expiresAt } };
}

/** Why this vote doesn't count anymore: part of a sentence, in outside text; undefined while it counts. */
function whyLapsed(
  catalog: Catalog,
  approval: Approval,
  vote: Vote,
  delegations: readonly Delegation[],
  now: number,
): string | undefined {
  const { person, onBehalfOf } = vote;
  const voice = voiceOf(vote);
  if (isPractice(catalog, approval)) return undefined;
  const gone = [person, voice].find((each) => !isKnown(catalog, each));
  if (gone) return `${gone.name} is no longer in the catalog`;
  if (!holdsSeatEver(catalog, approval, voice.id)) return `${voice.name} can no longer approve it`;
  if (onBehalfOf && !isStillGiven(vote, delegations, now))
    return `${onBehalfOf.name} ended the delegation to ${person.name}`;
  const bars = barsOf(catalog, approval);
  const barred = [person, voice].find(({ id }) => bars(id) !== undefined);
  if (!barred) return undefined;
  return bars(barred.id) === 'committer' ? `${barred.name} may have written part of it` : `${barred.name} requested it`;
}

/** A delegation that ended on time was valid when it was used; one that was ended early wasn't. */
function isStillGiven(
  { person, onBehalfOf, delegatedUntil }: Vote,
  delegations: readonly Delegation[],
  now: number,
): boolean {
  if (delegatedUntil !== undefined && now >= delegatedUntil) return true;
  return delegations.some(({ from, to }) => from.id === onBehalfOf?.id && to.id === person.id);
}
