import type { Arguments, ArgumentSpec, Command, Person, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { idFrom, newId } from '../../core/keys';
import { rightsOfRole } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { capitalize, cleanText, enumerate, plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { reasonArgument, roleNames, scopeOf, termArguments, termOf, whereArguments } from './parse';
import type { Receiver, StoredGrant } from './record';
import type { GrantStore } from './store';
import { describeReceiver, describeRefusal, describeWhere, describeUntil } from './text';
import type { GrantEvent, GrantVerdict } from './workflow';

/** Giving and taking rights. The router has asked for the right `admin`; the rest is decided over all grants at once. */

type ChangeEvent<Type> = Extract<GrantEvent, { readonly type: Type }>;

const roleArgument: ArgumentSpec = {
  name: 'role',
  kind: 'word',
  summary: 'which role',
  required: true,
  choices: roleNames,
};

export interface RoleParts {
  readonly deps: FeatureDependencies;
  readonly grants: GrantStore;
}

export function grantCommands(parts: RoleParts): Command[] {
  return [
    {
      name: 'grant',
      operation: 'grant',
      summary: 'Gives a role to a person or a group',
      topic: 'Decide',
      arguments: [
        roleArgument,
        ...whereArguments,
        { name: 'person', kind: 'person', summary: 'to whom', keyword: 'to', required: true, groups: true },
        ...termArguments,
      ],
      examples: [
        'grant approver on shop in production to @Nico Newcomer until Friday because Avery is away',
        'grant developer on shop to Nico Newcomer',
        'grant operator in staging to group:change-board for 7 days',
      ],
      right: 'admin',
      preview: (turn, args) => previewGrant(parts, turn, args),
      run: (turn, args) => grant(parts, turn, args),
    },
    {
      name: 'revoke',
      operation: 'revoke',
      summary: 'Takes a granted role back',
      topic: 'Decide',
      arguments: [
        roleArgument,
        ...whereArguments,
        { name: 'person', kind: 'person', summary: 'from whom', keyword: 'from', required: true, groups: true },
        reasonArgument,
      ],
      examples: ['revoke approver on shop in production from @Nico Newcomer because Avery is back'],
      right: 'admin',
      preview: (turn, args) => previewRevoke(parts, turn, args),
      run: (turn, args) => revoke(parts, turn, args),
    },
  ];
}

/**
 * Gives a role as `grant` does, by every rule of it. Resolves to why not, when it is refused; the same turn gives it once. Rejects with
 * `StoreUnavailableError`.
 */
export type GiveRole = (
  turn: Turn,
  gift: { readonly person: Person; readonly role: string; readonly scope: Scope },
) => Promise<string | undefined>;

export function createGiveRole({ deps: { catalog, clock }, grants }: RoleParts): GiveRole {
  return async (turn, { person, role, scope }) => {
    const verdict = await grants.apply({
      type: 'grant',
      id: idFrom('give', turn.correlationId, role, person.id),
      to: { person },
      role,
      services: scope.services,
      environments: scope.environments,
      until: undefined,
      by: personOf(turn),
      reason: '',
      turn: turn.correlationId,
    });
    return 'refusal' in verdict ? describeRefusal(verdict, catalog(), role, scope, clock.now()) : undefined;
  };
}

async function grant(parts: RoleParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { event, end } = await grantOf(parts, turn, args);
  const { to, role } = event;
  verdictOf(parts.deps, event, await parts.grants.apply(event));
  const told = 'group' in to ? 'Its people are told.' : isOwn(turn, to) ? '' : 'They are told.';
  return {
    text: `**${capitalize(describeReceiver(to))} has the role ${plainText(role)}** ${describeWhere(event)}${end}. ${told}`.trim(),
  };
}

async function revoke({ deps, grants }: RoleParts, turn: Turn, args: Arguments): Promise<Reply> {
  const event = revokeOf(deps, turn, args);
  const { taken } = verdictOf(deps, event, await grants.apply(event));
  return {
    text: `**${capitalize(describeReceiver(event.to))} has the role ${plainText(event.role)} no more** ${listedScopes(taken, event)}. It counts from now on, also for what is open.`,
  };
}

async function previewGrant(parts: RoleParts, turn: Turn, args: Arguments): Promise<string> {
  const { event, end } = await grantOf(parts, turn, args);
  const { became } = verdictOf(parts.deps, event, await parts.grants.foresee(event));
  const rights = enumerate([...rightsOfRole(parts.deps.catalog(), event.role)]);
  const who = capitalize(describeReceiver(event.to));
  const changes =
    became === 'changed' ? ' They have that role there already; this changes its end and its reason.' : '';
  return `${who} may ${rights} ${describeWhere(event)}${end}.${changes}`;
}

async function previewRevoke({ deps, grants }: RoleParts, turn: Turn, args: Arguments): Promise<string> {
  const event = revokeOf(deps, turn, args);
  const { taken } = verdictOf(deps, event, await grants.foresee(event));
  const rights = enumerate([...rightsOfRole(deps.catalog(), event.role)], 'or');
  return `${capitalize(describeReceiver(event.to))} may no longer ${rights} ${listedScopes(taken, event)}, unless another role allows it. It counts at once, also for what is open.`;
}

/** What is to be given, and its end as the answer says it. Nothing of the term is read for somebody who may not give it. */
async function grantOf(
  { deps, grants }: RoleParts,
  turn: Turn,
  args: Arguments,
): Promise<{ readonly event: ChangeEvent<'grant'>; readonly end: string }> {
  const { catalog, clock } = deps;
  const to = receiverOf(turn, args);
  const role = (args['role'] ?? '').toLowerCase();
  const scope = scopeOf(catalog(), args);
  const refusal = grants.refusal(turn.person.id, { ...scope, role });
  if (refusal && refusal.refusal !== 'longer than you have')
    throw new UserError(describeRefusal(refusal, catalog(), role, scope, clock.now()));
  const { until, reason, timeZone } = await termOf(deps, turn, args);
  const event: ChangeEvent<'grant'> = {
    type: 'grant',
    id: newId(),
    to,
    role,
    ...scope,
    until,
    by: personOf(turn),
    reason: cleanText(reason, 200),
    turn: turn.correlationId,
  };
  const end = until === undefined ? ', until it is revoked' : describeUntil(until, clock.now(), timeZone);
  return { event, end };
}

function revokeOf({ catalog }: FeatureDependencies, turn: Turn, args: Arguments): ChangeEvent<'revoke'> {
  return {
    type: 'revoke',
    to: receiverOf(turn, args),
    role: (args['role'] ?? '').toLowerCase(),
    ...scopeOf(catalog(), args),
    by: personOf(turn),
    reason: cleanText(args['reason'] ?? '', 200),
    turn: turn.correlationId,
  };
}

/** What became of it, and which grants it took; throws what refuses it. */
function verdictOf(
  { catalog, clock }: FeatureDependencies,
  event: ChangeEvent<'grant' | 'revoke'>,
  verdict: GrantVerdict,
): { readonly became: string; readonly taken: readonly StoredGrant[] } {
  if ('refusal' in verdict) throw new UserError(describeRefusal(verdict, catalog(), event.role, event, clock.now()));
  return { became: verdict.became, taken: verdict.became === 'revoked' ? verdict.taken : [] };
}

/** Where it was taken; delivered again nothing is taken any more, so what was named. */
function listedScopes(taken: readonly StoredGrant[], named: Scope): string {
  return taken.length === 0 ? describeWhere(named) : taken.map((each) => describeWhere(each)).join('; ');
}

/** Who gets it: the router has found out who is meant. */
function receiverOf(turn: Turn, { person = '' }: Arguments): Receiver {
  const named = turn.people?.['person'];
  if (named) return { person: { id: named.id, name: named.name } };
  if (person.startsWith('group:')) return { group: person.slice('group:'.length) };
  throw new UserError('I do not know who is meant, so nothing was changed. Mention the person.');
}

const isOwn = (turn: Turn, to: Receiver): boolean => 'person' in to && to.person.id === turn.person.id;
const personOf = ({ person }: Turn) => ({ id: person.id, name: person.name });
