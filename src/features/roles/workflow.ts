import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { holdsRoleEverywhere, mayEverywhere } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance, StoredEffect } from '../../workflows';
import {
  effectiveCatalog,
  grantedRightsId,
  isActive,
  isSameScope,
  isWithin,
  lastingRefusal,
  losesLastAdmin,
  nothingGranted,
  overlaps,
  receiverKey,
  receiversOf,
} from './record';
import type { GiverRefusal, GrantedRights, Receiver, StoredGrant } from './record';
import { describeEnd, describeGift, describeTaking } from './text';

/** What becomes of the granted rights: pure, decided anew whenever somebody else was faster. */

interface AskedChange extends Scope {
  readonly by: Person;
  readonly to: Receiver;
  readonly role: string;
  readonly reason: string;
  /** The turn it comes from: a message that is delivered again changes nothing more. */
  readonly turn: string;
}

export type GrantEvent =
  | (AskedChange & { readonly type: 'grant'; readonly id: string; readonly until: number | undefined })
  | (AskedChange & { readonly type: 'revoke' })
  | { readonly type: 'time' };
export type EventOf<Type> = Extract<GrantEvent, { readonly type: Type }>;

/** Somebody hears what became of their rights. */
export interface TellEffect {
  readonly kind: 'tell';
  readonly who: string;
  readonly text: string;
}

export type GrantRefusal =
  | GiverRefusal
  | { readonly refusal: 'full' }
  | { readonly refusal: 'nothing to revoke' }
  /** The catalog file says so; chat does not change files. */
  | { readonly refusal: 'stands in the file' }
  /** Only part of what was granted is named. */
  | { readonly refusal: 'reaches further'; readonly grant: StoredGrant }
  | { readonly refusal: 'last admin' };

type GrantsChange = Change<GrantedRights, TellEffect>;
export type GrantVerdict =
  | (GrantsChange & { readonly became: 'granted' | 'changed' | 'as it was' | 'ended' })
  | (GrantsChange & { readonly became: 'revoked'; readonly taken: readonly StoredGrant[] })
  | { readonly became: 'again' | 'as it was' }
  | GrantRefusal;

/** `base` is the catalog as its file says it. */
type Context = { readonly base: Catalog } & Pick<Circumstance, 'now'>;

const maxGrants = 1_000;
const maxTurns = 20;
const maxTold = 50;

export const grantWorkflow = defineWorkflow({
  name: 'roles',
  // The keys of the one record that there is never named it.
  keyPrefix: (id) => (id === grantedRightsId ? 'roles' : `roles:${id}`),
  collection: {
    name: 'granted-rights',
    schema: 2,
    upgradeEffect: auditFromFirstSchema,
    indexes: { serial: ({ serial }) => serial },
    queries: [{ orderBy: 'serial' }],
  },
  transition: grantTransition,
});

/** The grants after the event, with what must be told, or why they stay as they are. */
export function grantTransition(
  before: GrantedRights = nothingGranted,
  event: GrantEvent,
  context: Context,
): GrantVerdict {
  if (event.type === 'time') return pass(before, context);
  if (before.turns.includes(event.turn)) return { became: 'again' };
  const verdict = event.type === 'grant' ? grant(before, event, context) : revoke(before, event, context);
  if (!('record' in verdict)) return verdict;
  return { ...verdict, record: { ...verdict.record, turns: [...before.turns, event.turn].slice(-maxTurns) } };
}

function grant(before: GrantedRights, event: EventOf<'grant'>, { base, now }: Context): GrantVerdict {
  const { id, to, role, services, environments, until, by, reason, turn } = event;
  const refusal = lastingRefusal(base, before.grants, by.id, event, now);
  if (refusal) return refusal;
  const same = before.grants.find((each) => isActive(each, now) && isSame(each, event));
  if (!same && before.grants.length >= maxGrants) return { refusal: 'full' };
  const given: StoredGrant = {
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
  const grants = same ? before.grants.map((each) => (each === same ? given : each)) : [...before.grants, given];
  if (same && losesLastAdmin(base, before.grants, grants)) return { refusal: 'last admin' };
  const became = same ? 'changed' : 'granted';
  const text = describeGift(given, became, now, base.timeZone);
  const effects = [audit(given, became, by.id, reason, turn, now), ...tell(to, base, text)];
  return { record: withGranted(before, grants), became, effects };
}

function revoke(before: GrantedRights, event: EventOf<'revoke'>, { base, now }: Context): GrantVerdict {
  const { to, role, by, reason, turn } = event;
  const { catalog } = effectiveCatalog(base, before.grants, now);
  if (!mayEverywhere(catalog, by.id, 'admin', event)) return { refusal: 'not an admin there' };
  const held = before.grants.filter(
    (each) => isActive(each, now) && each.role === role && receiverKey(each.to) === receiverKey(to),
  );
  const taken = held.filter((each) => isWithin(each, event));
  if (taken.length === 0) {
    const further = held.find((each) => overlaps(each, event));
    if (further) return { refusal: 'reaches further', grant: further };
    return { refusal: standsInFile(base, event) ? 'stands in the file' : 'nothing to revoke' };
  }
  const grants = before.grants.filter((each) => !taken.includes(each));
  if (losesLastAdmin(base, before.grants, grants)) return { refusal: 'last admin' };
  const effects = taken.flatMap((each) => [
    audit(each, 'revoked', by.id, reason, turn, now),
    ...tell(each.to, base, describeTaking(each, by, reason)),
  ]);
  return { record: withGranted(before, grants), became: 'revoked', taken, effects };
}

/** Whoever had a right that ran out is told, unless they have it still by another grant. */
function pass(before: GrantedRights, { base, now }: Context): GrantVerdict {
  const ended = before.grants.filter((each) => !isActive(each, now));
  if (ended.length === 0) {
    const wakeAt = nextEnd(before.grants);
    return wakeAt === before.wakeAt ? { became: 'as it was' } : { record: { ...before, wakeAt }, became: 'as it was' };
  }
  const grants = before.grants.filter((each) => isActive(each, now));
  const { catalog } = effectiveCatalog(base, grants, now);
  const effects = ended.flatMap((each) => [
    audit(each, 'ran out', 'gavel', '', each.id, now),
    ...tell(each.to, base, describeEnd(each), (who) => !holdsRoleEverywhere(catalog, who, each.role, each)),
  ]);
  return { record: withGranted(before, grants), became: 'ended', effects };
}

/** With other grants, and the next moment at which one runs out. */
function withGranted(before: GrantedRights, grants: readonly StoredGrant[]): GrantedRights {
  return { ...before, serial: before.serial + 1, grants, wakeAt: nextEnd(grants) };
}

function nextEnd(grants: readonly StoredGrant[]): number | undefined {
  const ends = grants.flatMap(({ until }) => until ?? []);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function audit(
  { to, role, services, environments, until }: StoredGrant,
  outcome: string,
  who: string,
  reason: string,
  turn: string,
  at: number,
): AuditEffect {
  const detail = {
    role,
    services: services?.join(', ') ?? 'all',
    environments: environments?.join(', ') ?? 'all',
    ...(until !== undefined && { until }),
    ...(reason !== '' && { reason }),
  };
  const target = receiverKey(to);
  return { kind: 'audit', at, who, what: 'roles.change', target, from: 'gavel', outcome, detail, correlationId: turn };
}

function tell(
  to: Receiver,
  base: Catalog,
  text: string,
  isWanted: (personId: string) => boolean = () => true,
): TellEffect[] {
  const told = receiversOf(base, to).filter(isWanted).slice(0, maxTold);
  return told.map((who) => ({ kind: 'tell', who, text }));
}

function isSame(each: StoredGrant, event: AskedChange): boolean {
  return each.role === event.role && receiverKey(each.to) === receiverKey(event.to) && isSameScope(each, event);
}

function standsInFile(base: Catalog, { to, role, ...scope }: AskedChange): boolean {
  const key = 'person' in to ? Object.entries(base.people).find(([, { id }]) => id === to.person.id)?.[0] : undefined;
  return base.grants.some(
    (each) =>
      each.role === role &&
      overlaps(each, scope) &&
      ('group' in to ? each.group === to.group : each.everyone === true || (key !== undefined && each.person === key)),
  );
}

/** The first schema kept of an audit line what differs from one to the next. */
function auditFromFirstSchema(effect: StoredEffect): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { who, outcome, target, turn, at, ...detail } = effect.detail ?? {};
  const line = { at, who, what: 'roles.change', target, from: 'gavel', outcome, detail, correlationId: turn };
  return { ...effect, detail: line };
}
