import { holdsSeat } from '../../core/catalog/approval-rule';
import type { ApprovalRule, Catalog } from '../../core/catalog';
import { auditEffect, follow } from './decide';
import { barOf, isKnown, seatsEver } from './deciders';
import type { Delegation } from './deciders';
import { isPractice } from './practice';
import type { Approval, Decision } from './record';
import { voiceOf } from './stage';

/** What an approval is worth now: the rule as it is, and only the votes whose givers still have their say. Pure. */

export interface Circumstances {
  readonly catalog: Catalog;
  readonly delegations: readonly Delegation[];
  /** Undefined: its subject has no rule in the catalog, so the one of the request holds. */
  readonly ruleNow: ApprovalRule | undefined;
  readonly now: number;
}

/** The approval as it counts now; the very same object when nothing has changed. A vote that has lapsed never counts again. */
export function reckon(approval: Approval, { catalog, delegations, ruleNow, now }: Circumstances): Approval {
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

/** The same with what must follow: what has lapsed is written to the audit, and the card says what has changed. */
export function reckoned(stored: Approval, circumstances: Circumstances): Approval {
  const approval = reckon(stored, circumstances);
  if (approval === stored) return stored;
  const { now } = circumstances;
  const lapsing = (approval.lapsed ?? []).slice(stored.lapsed?.length ?? 0);
  return follow(approval, now, [
    ...lapsing.map(({ person, why }) =>
      auditEffect(`void:${person.id}:${now}`, 'void', { person, at: now, note: why }, 'no longer counts'),
    ),
    { kind: 'publish', key: `publish:reckoned:${now}` },
  ]);
}

/** A rule that lets requests live shorter ends this one earlier too; one that lets them live longer changes nothing. */
function withRule(approval: Approval, ruleNow: ApprovalRule | undefined): Approval {
  const { request, askedAt } = approval;
  if (!ruleNow || JSON.stringify(ruleNow) === JSON.stringify(approval.ruleNow ?? request.rule)) return approval;
  const expiresAt = Math.min(request.expiresAt, askedAt + ruleNow.expiresAfterSeconds * 1000);
  return { ...approval, ruleNow, request: { ...request, expiresAt } };
}

/** Why this vote doesn't count any more: part of a sentence, in outside text; undefined while it counts. */
export function whyLapsed(
  catalog: Catalog,
  approval: Approval,
  vote: Decision,
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
  { person, onBehalfOf, delegatedUntil }: Decision,
  delegations: readonly Delegation[],
  now: number,
): boolean {
  if (delegatedUntil !== undefined && now >= delegatedUntil) return true;
  return delegations.some(({ from, to }) => from.id === onBehalfOf?.id && to.id === person.id);
}
