import type { Arguments, ArgumentSpec, Command, Person, Reply, Turn } from '../../chat/contract';
import { builtInRoles, rights } from '../../core/catalog';
import type { Catalog, Right } from '../../core/catalog';
import { coversPipelines } from '../../core/catalog/pipelines/coverage';
import { requireEnvironment, requirePlace, requireService } from '../../core/catalog/refusals';
import { rightsOfRole, scopeOfReach } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { idFrom, newId } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText } from '../../core/text';
import { describeUnread, readTerm } from '../../core/time/typed/moment';
import type { Term } from '../../core/time/typed/moment';
import { timeZoneOf } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { Receiver } from './record';
import type { GrantStore } from './store';
import { describeReceiver, refusalOf, describeUntil, describeWhere } from './text';
import type { EventOf, GrantVerdict } from './workflow';

/** Granting and revoking roles. The router has checked the right `admin`; the rest is decided over all grants at once. */

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
      name: 'role grant',
      synonyms: ['grant'],
      phrasings: ['give|grant {person} [the] {role} role|permissions', 'make {person} a|an {role}'],
      operation: 'grant',
      summary: 'Grant a role to a person or group',
      topic: 'Decide',
      arguments: [
        roleArgument,
        ...whereArguments,
        { name: 'person', kind: 'person', summary: 'to whom', keyword: 'to', required: true, groups: true },
        ...termArguments,
      ],
      examples: [
        'role grant approver on shop in production to @Nico Newcomer until Friday because Avery is away',
        'role grant developer on shop to Nico Newcomer',
        'role grant operator in staging to group:change-board for 7 days',
      ],
      right: 'admin',
      preview: (turn, args) => previewGrant(parts, turn, args),
      run: (turn, args) => grant(parts, turn, args),
    },
    {
      name: 'role revoke',
      synonyms: ['revoke'],
      operation: 'revoke',
      summary: 'Revoke a granted role',
      topic: 'Decide',
      arguments: [
        roleArgument,
        ...whereArguments,
        { name: 'person', kind: 'person', summary: 'from whom', keyword: 'from', required: true, groups: true },
        reasonArgument,
      ],
      examples: ['role revoke approver on shop in production from @Nico Newcomer because Avery is back'],
      right: 'admin',
      preview: (turn, args) => previewRevoke(parts, turn, args),
      run: (turn, args) => revoke(parts, turn, args),
    },
  ];
}

/**
 * Grants a role as `grant` does, under all its rules. Resolves to the reason if it is refused; the same turn grants it once. Rejects with
 * `StoreUnavailableError`.
 */
export type GiveRole = (
  turn: Turn,
  gift: { readonly person: Person; readonly role: string; readonly scope: Scope },
) => Promise<string | undefined>;

export function createGiveRole({ deps: { catalog, clock }, grants }: RoleParts): GiveRole {
  return async (turn, { person, role, scope }) => {
    const change = { to: { person }, role, ...scope };
    const verdict = await grants.apply({
      ...{ type: 'grant', id: idFrom('give', turn.correlationId, role, person.id) },
      ...{ ...change, until: undefined },
      ...{ by: turn.person, reason: '', turn: turn.correlationId },
    });
    return 'refusal' in verdict ? refusalOf(verdict, catalog(), change, clock.now()).message : undefined;
  };
}

async function grant(parts: RoleParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { event, end } = await grantOf(parts, turn, args);
  const { to, role } = event;
  verdictOf(parts.deps, event, await parts.grants.apply(event));
  const isOwn = 'person' in to && to.person.id === turn.person.id;
  const told = 'group' in to ? ' I’ll let its members know.' : isOwn ? '' : ' I’ll let them know.';
  return { text: `**${nameOf(to)} now has the ${plainText(role)} role** ${describeWhere(event)}${end}.${told}` };
}

async function revoke({ deps, grants }: RoleParts, turn: Turn, args: Arguments): Promise<Reply> {
  const event = { type: 'revoke', ...changeOf(deps, turn, args) } as const;
  const { where } = verdictOf(deps, event, await grants.apply(event));
  return {
    text: `**${nameOf(event.to)} no longer has the ${plainText(event.role)} role** ${where}. This takes effect right away, including for open requests.`,
  };
}

async function previewGrant(parts: RoleParts, turn: Turn, args: Arguments): Promise<string> {
  const { event, end } = await grantOf(parts, turn, args);
  const { became } = verdictOf(parts.deps, event, await parts.grants.foresee(event));
  const rights = namePermissions(parts.deps, event.role, [event]);
  const changes =
    became === 'changed'
      ? ` They already have the ${plainText(event.role)} role there; this changes its end date and reason.`
      : '';
  return `${nameOf(event.to)} will have the ${rights} ${describeWhere(event)}${end}.${changes}`;
}

async function previewRevoke({ deps, grants }: RoleParts, turn: Turn, args: Arguments): Promise<string> {
  const event = { type: 'revoke', ...changeOf(deps, turn, args) } as const;
  const { where, scopes } = verdictOf(deps, event, await grants.foresee(event));
  const rights = namePermissions(deps, event.role, scopes);
  return `${nameOf(event.to)} will lose the ${rights} ${where}, unless they have another role with the same permissions. This takes effect right away, including for open requests.`;
}

/** `view and deploy permissions`: what a role allows there. With only services or environments, it covers no pipeline. */
function namePermissions(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  role: string,
  scopes: readonly Scope[],
): string {
  const isCovered = (right: Right): boolean => right !== 'run' || scopes.some(coversPipelines);
  const rights = rightsOfRole(catalog(), role).filter(isCovered);
  return `${enumerate(rights)} ${rights.length === 1 ? 'permission' : 'permissions'}`;
}

/** What to grant, and its end for the answer. The term isn't parsed for somebody who can't grant it. */
async function grantOf(
  { deps, grants }: RoleParts,
  turn: Turn,
  args: Arguments,
): Promise<{ readonly event: EventOf<'grant'>; readonly end: string }> {
  const { catalog, clock } = deps;
  const change = changeOf(deps, turn, args);
  const refusal = grants.refusal(turn.person.id, change);
  if (refusal && refusal.refusal !== 'longer than you have') throw refusalOf(refusal, catalog(), change, clock.now());
  const { until, timeZone } = await termOf(deps, turn, args);
  const end = until === undefined ? ', until it is revoked' : describeUntil(until, clock.now(), timeZone);
  return { event: { type: 'grant', id: newId(), ...change, until }, end };
}

/** What to grant or revoke, where, why and by whom. */
function changeOf({ catalog }: FeatureDependencies, turn: Turn, args: Arguments) {
  const { role = '', reason = '' } = args;
  return {
    to: receiverOf(turn, args),
    role: role.toLowerCase(),
    ...scopeOf(catalog(), args),
    by: turn.person,
    reason: cleanText(reason, 200),
    turn: turn.correlationId,
  };
}

/** The result and its scope; throws if it is refused. */
function verdictOf(
  { catalog, clock }: FeatureDependencies,
  event: EventOf<'grant' | 'revoke'>,
  verdict: GrantVerdict,
): { readonly became: string; readonly where: string; readonly scopes: readonly Scope[] } {
  if ('refusal' in verdict) throw refusalOf(verdict, catalog(), event, clock.now());
  // A repeated delivery revokes nothing more, so it shows what was named.
  const scopes: readonly Scope[] = verdict.became === 'revoked' ? verdict.taken : [event];
  return { became: verdict.became, where: enumerate(scopes.map(describeWhere)), scopes };
}

/** The receiver: the router has already found out who is meant. */
function receiverOf(turn: Turn, { person = '' }: Arguments): Receiver {
  const named = turn.people?.['person'];
  if (named) return { person: { id: named.id, name: named.name } };
  if (person.startsWith('group:')) return { group: person.slice('group:'.length) };
  throw new UserError('I don’t know who you mean. Nothing was changed. Mention the person.');
}

const nameOf = (to: Receiver): string => capitalize(describeReceiver(to));

/** Parses the arguments of commands about rights, checked against the catalog. */

/** All roles, Gavel's own first. */
export function roleNames({ roles }: Pick<Catalog, 'roles'>): string[] {
  return [...new Set([...Object.keys(builtInRoles), ...Object.keys(roles)])];
}

export const whereArguments: readonly ArgumentSpec[] = [
  { name: 'service', kind: 'service', summary: 'the service; leave it out for all of them', keyword: 'on' },
  { name: 'environment', kind: 'environment', summary: 'the environment; leave it out for all of them', keyword: 'in' },
];
const reasonArgument: ArgumentSpec = { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' };
export const termArguments: readonly ArgumentSpec[] = [
  { name: 'time', kind: 'moment', summary: 'until when', keyword: 'until' },
  reasonArgument,
];

/** A right by its own name or a command's; otherwise a role. */
export function rightNamed(
  catalog: Catalog,
  commands: readonly Command[],
  said: string,
): Right | { readonly role: string } | undefined {
  const word = said.toLowerCase();
  const right = rights.find((each) => each === word);
  if (right) return right;
  if (roleNames(catalog).includes(word)) return { role: word };
  return commands.find(({ name, synonyms = [] }) => name === word || synonyms.includes(word))?.right;
}

/** The named service and environment; without a name, all of them. */
export function scopeOf(catalog: Catalog, args: Arguments): Scope {
  const [service, environment] = [args['service'], args['environment']].map((name = '') =>
    /^(|all|every|everything|everywhere|any)$/.test(name) ? undefined : name,
  );
  const undone = 'nothing was changed';
  if (service !== undefined) requireService(catalog, service, undone);
  if (environment !== undefined && service === undefined) requireEnvironment(catalog, environment, undone);
  else if (environment !== undefined && service !== undefined) requirePlace(catalog, service, environment, undone);
  return scopeOfReach({ service, environment });
}

/** The end, in the author's time zone, and the reason. */
export async function termOf(
  deps: FeatureDependencies,
  { person }: Turn,
  args: Arguments,
): Promise<Term & { readonly timeZone: string }> {
  const timeZone = await timeZoneOf(deps, person.id);
  const term = readTerm(args, { now: deps.clock.now(), timeZone });
  if (!term.unread) return { ...term, timeZone };
  const examples = '`until Friday` or `for 7 days`, and then `because …`';
  throw new UserError(describeUnread(term.unread, 'nothing was changed', examples));
}
