import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import type { Scope } from '../../core/catalog/rights';
import { mayEverywhere } from '../../core/catalog/rights';
import { effectiveCatalog } from './effective';
import { holdsAlready, isWithin, lastingRefusal, losesLastAdmin, overlaps } from './judge';
import type { GrantRefusal } from './judge';
import { emptyLedger, isActive, receiverKey } from './record';
import type { GrantLedger, Receiver, StoredGrant } from './record';
import { changed, endedEffects, givenEffects, takenEffects } from './consequences';

/** What becomes of the granted rights: pure, decided anew whenever somebody else was faster. */

interface Change extends Scope {
  readonly by: Person;
  readonly to: Receiver;
  readonly role: string;
  readonly reason: string;
  /** The turn it comes from: a message that is delivered again changes nothing more. */
  readonly turn: string;
}

export type GrantEvent =
  | (Change & { readonly type: 'grant'; readonly id: string; readonly until: number | undefined })
  | (Change & { readonly type: 'revoke' })
  | { readonly type: 'time' };

export type LedgerRefusal =
  | GrantRefusal
  | { readonly refusal: 'full' }
  | { readonly refusal: 'nothing to revoke' }
  /** The catalog file says so; chat does not change files. */
  | { readonly refusal: 'stands in the file' }
  /** Only part of what was granted is named. */
  | { readonly refusal: 'reaches further'; readonly grant: StoredGrant }
  | { readonly refusal: 'last admin' };

export type LedgerVerdict =
  | { readonly next: GrantLedger; readonly became: 'granted' | 'changed' | 'again'; readonly grant?: StoredGrant }
  | { readonly next: GrantLedger; readonly became: 'revoked'; readonly taken: readonly StoredGrant[] }
  | { readonly next: GrantLedger | undefined; readonly became: 'as it was' | 'ended' }
  | LedgerRefusal;

const maxGrants = 1_000;
const maxTurns = 20;

/** The grants after the event, with what must be told, or why they stay as they are. */
export function ledgerLife(
  before: GrantLedger = emptyLedger,
  event: GrantEvent,
  now: number,
  base: Catalog,
): LedgerVerdict {
  if (event.type === 'time') return timed(before, now, base);
  if (before.turns.includes(event.turn)) return { next: before, became: 'again' };
  const verdict = event.type === 'grant' ? granted(before, event, now, base) : revoked(before, event, now, base);
  if (!('next' in verdict) || !verdict.next) return verdict;
  return { ...verdict, next: { ...verdict.next, turns: [...before.turns, event.turn].slice(-maxTurns) } };
}

function granted(
  before: GrantLedger,
  event: Extract<GrantEvent, { type: 'grant' }>,
  now: number,
  base: Catalog,
): LedgerVerdict {
  const { id, to, role, services, environments, until, by, reason, turn } = event;
  const refusal = lastingRefusal(base, before.grants, by.id, event, now);
  if (refusal) return refusal;
  const same = before.grants.find((grant) => isActive(grant, now) && isSame(grant, event));
  if (!same && before.grants.length >= maxGrants) return { refusal: 'full' };
  const grant: StoredGrant = {
    id: same?.id ?? id,
    to,
    role,
    ...(services && { services }),
    ...(environments && { environments }),
    ...(until !== undefined && { until }),
    by,
    at: now,
    reason,
  };
  const grants = same ? before.grants.map((each) => (each === same ? grant : each)) : [...before.grants, grant];
  if (same && losesLastAdmin(base, before.grants, grants, now)) return { refusal: 'last admin' };
  const became = same ? 'changed' : 'granted';
  return { next: changed(before, grants, givenEffects(grant, became, turn, base, now), now), became, grant };
}

function revoked(
  before: GrantLedger,
  event: Extract<GrantEvent, { type: 'revoke' }>,
  now: number,
  base: Catalog,
): LedgerVerdict {
  const { to, role, by } = event;
  const { catalog } = effectiveCatalog(base, before.grants, now);
  if (!mayEverywhere(catalog, by.id, 'admin', event)) return { refusal: 'not an admin there' };
  const held = before.grants.filter(
    (grant) => isActive(grant, now) && grant.role === role && receiverKey(grant.to) === receiverKey(to),
  );
  const taken = held.filter((grant) => isWithin(grant, event));
  if (taken.length === 0) {
    const further = held.find((grant) => overlaps(grant, event));
    if (further) return { refusal: 'reaches further', grant: further };
    return { refusal: standsInFile(base, event) ? 'stands in the file' : 'nothing to revoke' };
  }
  const grants = before.grants.filter((grant) => !taken.includes(grant));
  if (losesLastAdmin(base, before.grants, grants, now)) return { refusal: 'last admin' };
  const effects = taken.flatMap((grant) => takenEffects(grant, event, base, now));
  return { next: changed(before, grants, effects, now), became: 'revoked', taken };
}

/** Whoever had a right that ran out is told, unless they have it still by another grant. */
function timed(before: GrantLedger, now: number, base: Catalog): LedgerVerdict {
  const ended = before.grants.filter((grant) => !isActive(grant, now));
  if (ended.length === 0) {
    const { wakeAt } = changed(before, before.grants, [], now);
    return wakeAt === before.wakeAt
      ? { next: undefined, became: 'as it was' }
      : { next: { ...before, wakeAt }, became: 'as it was' };
  }
  const grants = before.grants.filter((grant) => isActive(grant, now));
  const { catalog } = effectiveCatalog(base, grants, now);
  const stillHas = (personId: string, grant: StoredGrant): boolean =>
    holdsAlready(catalog, personId, grant.role, grant);
  const effects = ended.flatMap((grant) => endedEffects(grant, stillHas, base, now));
  return { next: changed(before, grants, effects, now), became: 'ended' };
}

function isSame(grant: StoredGrant, event: Change): boolean {
  return (
    grant.role === event.role &&
    receiverKey(grant.to) === receiverKey(event.to) &&
    sameNames(grant.services, event.services) &&
    sameNames(grant.environments, event.environments)
  );
}

function sameNames(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  return some === undefined || others === undefined
    ? some === others
    : [...some].sort().join() === [...others].sort().join();
}

function standsInFile(base: Catalog, { to, role, ...scope }: Change): boolean {
  const key = 'person' in to ? Object.entries(base.people).find(([, { id }]) => id === to.person.id)?.[0] : undefined;
  return base.grants.some(
    (grant) =>
      grant.role === role &&
      overlaps(grant, scope) &&
      ('group' in to
        ? grant.group === to.group
        : grant.everyone === true || (key !== undefined && grant.person === key)),
  );
}
