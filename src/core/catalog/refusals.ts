import { UserError } from '../errors';
import { RefusalError } from '../refusal';
import type { RefusedAct } from '../refusal';
import { lookUp } from '../keys';
import { describeOperation } from '../operations';
import { capitalize, enumerate, plainText } from '../text';
import { findNear } from '../text/nearest';
import { describeReach, everything, mayAnywhere, mayEverywhere, whoMayAnywhere, whoMayEverywhere } from './rights';
import type { Reach, Scope } from './rights';
import type { Catalog, Right } from './schema';

/** What Gavel says about an unknown name, and to somebody without a right: never more than a few names, however large the catalog is. Pure. */

type NameKind = 'service' | 'environment' | 'release' | 'person' | 'group' | 'role' | 'run';

/** Up to this many names are all listed; otherwise, only similar ones. */
const maxListed = 6;
const maxNear = 3;
const maxCompared = 2_000;

/** `There is no service shpo. Nothing was locked. Did you mean shop?` */
export function unknownName(
  kind: NameKind,
  said: string,
  known: readonly string[],
  so = 'nothing was done',
  of = '',
): UserError {
  const name = plainText(said, 40);
  const there =
    kind === 'person'
      ? `I don’t know anyone called ${name}`
      : `There is no ${kind}${name === '' ? '' : ` ${name}`}${of}`;
  return new UserError(
    [`${there}. ${capitalize(so)}.`, suggestNames(said, known, introduceNames(kind))].join(' ').trim(),
  );
}

function introduceNames(kind: NameKind): { readonly one: string; readonly more: string } {
  if (kind === 'person') return { one: 'I know only', more: 'I know' };
  return { one: `The only ${kind} is`, more: `The ${kind}s are` };
}

/** `shop doesn't run in mars. Nothing was locked. It runs in staging and production.` */
export function notThereError(
  service: string,
  environment: string,
  environments: readonly string[],
  so = 'nothing was done',
): UserError {
  const there = `${plainText(service, 40)} doesn’t run in ${plainText(environment, 40) || 'an environment without a name'}. ${capitalize(so)}.`;
  return new UserError(
    [there, suggestNames(environment, environments, { one: 'It runs in', more: 'It runs in' })].join(' ').trim(),
  );
}

/** Refuses a service that isn't in the catalog. */
export function requireService({ services }: Pick<Catalog, 'services'>, service: string, so?: string): void {
  if (!Object.hasOwn(services, service)) throw unknownName('service', service, Object.keys(services), so);
}

/** Refuses an environment that isn't in the catalog. */
export function requireEnvironment(
  { environments }: Pick<Catalog, 'environments'>,
  environment: string,
  so?: string,
): void {
  if (!Object.hasOwn(environments, environment))
    throw unknownName('environment', environment, Object.keys(environments), so);
}

/** Refuses a service that isn't in the catalog, and an environment that it doesn't run in. */
export function requirePlace(catalog: Catalog, service: string, environment: string, so?: string): void {
  requireService(catalog, service, so);
  const environments = lookUp(catalog.services, service)?.environments ?? [];
  if (!environments.includes(environment)) throw notThereError(service, environment, environments, so);
}

function suggestNames(
  said: string,
  known: readonly string[],
  list: { readonly one: string; readonly more: string },
): string {
  if (known.length === 0) return '';
  const near = nearestOf(said, known).map((name) => plainText(name, 60));
  if (near.length > 0) return `Did you mean ${enumerate(near, 'or')}?`;
  const names = known.map((name) => plainText(name, 60));
  if (known.length <= maxListed) return `${known.length === 1 ? list.one : list.more} ${enumerate(names)}.`;
  return `${list.more} ${enumerate([...names.slice(0, maxNear), `${known.length - maxNear} more`])}.`;
}

/** The names closest to a mistyped one: as close as the best of them, or containing it. */
export function nearestOf(said: string, known: readonly string[]): string[] {
  const typed = said.trim().toLowerCase();
  if (typed === '') return [];
  const compared = new Map(known.slice(0, maxCompared).map((name) => [name.toLowerCase(), name]));
  const near = findNear(typed, compared.keys());
  const [best] = near;
  const inside = typed.length > 2 ? [...compared.keys()].filter((name) => name.includes(typed)) : [];
  const words = best ? near.filter(({ distance }) => distance === best.distance).map(({ word }) => word) : inside;
  return words.slice(0, maxNear).flatMap((word) => compared.get(word) ?? []);
}

/**
 * Throws a `UserError` unless this person has the right everywhere in the scope, and names who has. `what` completes "You can't …" and `where` "You need
 * `right` for …"; without a scope, it acts on everything.
 */
export function requireEverywhere(
  catalog: Catalog,
  personId: string,
  {
    right,
    what,
    scope = everything,
    where = 'every service in every environment',
  }: { right: Right; what: string; scope?: Scope; where?: string },
): void {
  if (mayEverywhere(catalog, personId, right, scope)) return;
  throw new RefusalError({
    act: what,
    nothing: right === 'audit' || right === 'view' ? '' : 'nothing was changed',
    why: `You need the ${right} permission for ${plainText(where, 200)}.`,
    able: whoMayEverywhere(catalog, right, scope).map(({ name }) => name),
    can: firstWord(what),
    asks: lineThatAsks(right, scope),
  });
}

const firstWord = (words: string): string => words.split(' ')[0] ?? words;

/** The line that requests this right or role there: `access operate on shop in production`. */
export function lineThatAsks(what: string, { services, environments }: Scope): string {
  const [service, environment] = [services?.[0], environments?.[0]];
  return ['access', what, ...(service ? ['on', service] : []), ...(environment ? ['in', environment] : [])].join(' ');
}

/** Says that somebody lacks a right, and who has it there. What isn't given follows from the right. */
export function lacksRight(
  catalog: Catalog,
  {
    right,
    reach = {},
    ...told
  }: Pick<RefusedAct, 'act'> & Partial<RefusedAct> & { readonly right: Right; readonly reach?: Reach },
): RefusalError {
  const { service, environment } = reach;
  const where = describeReach(reach);
  const scope = { ...(service && { services: [service] }), ...(environment && { environments: [environment] }) };
  return new RefusalError({
    nothing: 'nothing was changed',
    why: `You need the ${right} permission${where === '' ? '' : ` for ${plainText(where, 120)}`}.`,
    able: whoMayAnywhere(catalog, right, reach).map(({ name }) => name),
    can: firstWord(told.act),
    asks: lineThatAsks(right, scope),
    ...told,
  });
}

/**
 * Refuses somebody who can't view it, and names people who can grant access, because most people can view things. `what` is what they wanted to see, if that
 * isn't the service or environment itself.
 */
export function cannotSee(catalog: Catalog, reach: Reach = {}, what = describeReach(reach)): RefusalError {
  return lacksRight(catalog, {
    ...{ right: 'view', reach, act: `view ${what === '' ? 'any service' : what}`, nothing: '' },
    able: whoMayEverywhere(catalog, 'admin', everything).map(({ name }) => name),
    can: 'give you access',
  });
}

/** Refuses what was named where this person may deploy nothing of it; says who may. The request itself checks the whole target. */
export function refuseTarget(
  catalog: Catalog,
  personId: string,
  choice: Reach,
  operation: 'deploy' | 'rollback' = 'deploy',
): void {
  const { service, environment } = choice;
  if (service !== undefined) requireService(catalog, service);
  if (environment !== undefined) requireEnvironment(catalog, environment);
  if (service !== undefined && environment !== undefined) requirePlace(catalog, service, environment);
  if (mayAnywhere(catalog, personId, 'deploy', choice)) return;
  const can = describeOperation(operation);
  const where = environment && `${operation === 'deploy' ? 'to' : 'in'} ${environment}`;
  const act = [can, service ?? 'anything', where].filter(Boolean).join(' ');
  throw lacksRight(catalog, { right: 'deploy', reach: choice, act, can, nothing: 'nothing was requested' });
}

/** `Noor Operator or Ada Admin`, escaped: some of those who have the right everywhere in the scope. Empty if nobody has. */
export function nameWhoMay(catalog: Catalog, right: Right, scope: Scope): string {
  const names = whoMayEverywhere(catalog, right, scope).map(({ name }) => plainText(name, 60));
  return enumerate(names.slice(0, 4), 'or');
}
