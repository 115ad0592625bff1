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

/** The next state of the grants: pure, and decided again whenever somebody else was faster. */

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

/** Somebody is told about a change of their roles. */
export interface TellEffect {
  readonly kind: 'tell';
  readonly who: string;
  readonly text: string;
}

export type GrantRefusal =
  | GiverRefusal
  | { readonly refusal: 'full' }
  | { readonly refusal: 'nothing to revoke' }
  /** The catalog file grants it; chat doesn't change files. */
  | { readonly refusal: 'in the file' }
  /** Only part of the grant is named. */
  | { readonly refusal: 'reaches further'; readonly grant: StoredGrant }
  | { readonly refusal: 'last admin' };

type GrantsChange = Change<GrantedRights, TellEffect>;
export type GrantVerdict =
  | (GrantsChange & { readonly became: 'granted' | 'changed' | 'as it was' | 'ended' })
  | (GrantsChange & { readonly became: 'revoked'; readonly taken: readonly StoredGrant[] })
  | { readonly became: 'again' | 'as it was' }
  | GrantRefusal;

/** `base` is the catalog from the file. */
type Context = { readonly base: Catalog } & Pick<Circumstance, 'now'>;

const maxGrants = 1_000;
const maxTurns = 20;
const maxTold = 50;

export const grantWorkflow = defineWorkflow({
  name: 'roles',
  // The keys never contained the id of this single record.
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

/** The grants after the event with what people are told, or why they stay as they are. */
export function grantTransition(
  before: GrantedRights = nothingGranted,
  event: GrantEvent,
  context: Context,
): GrantVerdict {
  if (event.type === 'time') return passTime(before, context);
  if (before.turns.includes(event.turn)) return { became: 'again' };
  const verdict = event.type === 'grant' ? grant(before, event, context) : revoke(before, event, context);
  if (!('record' in verdict)) return verdict;
  return { ...verdict, record: { ...verdict.record, turns: [...before.turns, event.turn].slice(-maxTurns) } };
}

function grant(before: GrantedRights, event: EventOf<'grant'>, { base, now }: Context): GrantVerdict {
  const { id, to, role, services, environments, until, by, reason } = event;
  const refusal = lastingRefusal(base, before.grants, by.id, event, now);
  if (refusal) return refusal;
  const same = heldBy(before, event, now).find((each) => isSameScope(each, event));
  if (!same && before.grants.length >= maxGrants) return { refusal: 'full' };
  const given: StoredGrant = {
    ...{ id: same?.id ?? id, to, role },
    ...(services && { services }),
    ...(environments && { environments }),
    ...(until !== undefined && { until }),
    ...{ by, at: now, reason },
  };
  const grants = same ? before.grants.map((each) => (each === same ? given : each)) : [...before.grants, given];
  if (same && losesLastAdmin(base, before.grants, grants)) return { refusal: 'last admin' };
  const became = same ? 'changed' : 'granted';
  const effects = [
    audit(given, became, now, event),
    ...tell(to, base, describeGift(given, became, now, base.timeZone)),
  ];
  return { record: withGranted(before, grants), became, effects };
}

function revoke(before: GrantedRights, event: EventOf<'revoke'>, { base, now }: Context): GrantVerdict {
  const { by, reason } = event;
  const { catalog } = effectiveCatalog(base, before.grants, now);
  if (!mayEverywhere(catalog, by.id, 'admin', event)) return { refusal: 'not an admin there' };
  const held = heldBy(before, event, now);
  const taken = held.filter((each) => isWithin(each, event));
  if (taken.length === 0) {
    const further = held.find((each) => overlaps(each, event));
    if (further) return { refusal: 'reaches further', grant: further };
    return { refusal: isInFile(base, event) ? 'in the file' : 'nothing to revoke' };
  }
  const grants = before.grants.filter((each) => !taken.includes(each));
  if (losesLastAdmin(base, before.grants, grants)) return { refusal: 'last admin' };
  const effects = taken.flatMap((each) => [
    audit(each, 'revoked', now, event),
    ...tell(each.to, base, describeTaking(each, by, reason)),
  ]);
  return { record: withGranted(before, grants), became: 'revoked', taken, effects };
}

/** The receiver's grants of that role from chat, in any scope. */
function heldBy({ grants }: GrantedRights, { role, to }: AskedChange, now: number): readonly StoredGrant[] {
  return grants.filter((each) => isActive(each, now) && each.role === role && receiverKey(each.to) === receiverKey(to));
}

/** People are told when a role expires, unless another grant gives them the same. */
function passTime(before: GrantedRights, { base, now }: Context): GrantVerdict {
  const grants = before.grants.filter((each) => isActive(each, now));
  const next = withGranted(before, grants);
  if (grants.length === before.grants.length)
    return {
      became: 'as it was',
      ...(next.wakeAt !== before.wakeAt && { record: { ...before, wakeAt: next.wakeAt } }),
    };
  const { catalog } = effectiveCatalog(base, grants, now);
  const ended = before.grants.filter((each) => !isActive(each, now));
  const effects = ended.flatMap((each) => [
    audit(each, 'ran out', now, { by: { id: 'gavel' }, reason: '', turn: each.id }),
    ...tell(each.to, base, describeEnd(each), (who) => !holdsRoleEverywhere(catalog, who, each.role, each)),
  ]);
  return { record: next, became: 'ended', effects };
}

/** With other grants, and the next moment at which one expires. */
function withGranted(before: GrantedRights, grants: readonly StoredGrant[]): GrantedRights {
  const ends = grants.flatMap(({ until }) => until ?? []);
  const wakeAt = ends.length === 0 ? undefined : Math.min(...ends);
  return { ...before, serial: before.serial + 1, grants, wakeAt };
}

function audit(
  { to, role, services, environments, until }: StoredGrant,
  outcome: string,
  at: number,
  { by, reason, turn }: Pick<AskedChange, 'reason' | 'turn'> & { readonly by: Pick<Person, 'id'> },
): AuditEffect {
  const detail = {
    role,
    services: services?.join(', ') ?? 'all',
    environments: environments?.join(', ') ?? 'all',
    ...(until !== undefined && { until }),
    ...(reason !== '' && { reason }),
  };
  return {
    ...{ kind: 'audit', at, who: by.id, what: 'roles.change', target: receiverKey(to), from: 'gavel' },
    ...{ outcome, detail, correlationId: turn },
  };
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

function isInFile(base: Catalog, { to, role, ...scope }: AskedChange): boolean {
  const key = 'person' in to ? Object.entries(base.people).find(([, { id }]) => id === to.person.id)?.[0] : undefined;
  return base.grants.some(
    (each) =>
      each.role === role &&
      overlaps(each, scope) &&
      ('group' in to ? each.group === to.group : each.everyone === true || (key !== undefined && each.person === key)),
  );
}

/** The first schema stored only what differs between audit lines. */
function auditFromFirstSchema(effect: StoredEffect): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { who, outcome, target, turn, at, ...detail } = effect.detail ?? {};
  const line = { at, who, what: 'roles.change', target, from: 'gavel', outcome, detail, correlationId: turn };
  return { ...effect, detail: line };
}
