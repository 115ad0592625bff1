import { lookUp } from '../keys';
import { enumerate, plural } from '../text';
import { coversPipeline, coversPipelines, coversServices } from './pipelines/coverage';
import { builtInRoles } from './schema';
import type { ApprovalRule, ApprovalSeat, ApprovalStage, Catalog, Right } from './schema';

/** Who has which rights, and whose approval counts. Deny by default; pure functions over the catalog. */

/** One service in one environment: what an act affects. */
export interface Target {
  readonly service: string;
  readonly environment: string;
}

/** The named part of a target. What is omitted means all. */
export interface Reach {
  readonly service?: string;
  readonly environment?: string;
  /** Only this pipeline, as `<connection>/<pipeline>`, instead of services and environments. */
  readonly pipeline?: string;
}

/** What a grant covers, or what an act affects: without services or environments, all of them, unless only pipelines are named. */
export interface Scope {
  readonly services?: readonly string[];
  readonly environments?: readonly string[];
  readonly pipelines?: readonly string[];
}

/** Every service in every environment, including future ones: what an act for everybody affects. */
export const everything: Scope = {};

/** The named parts of a target that the catalog has. */
export function namedReach(
  { services, environments }: Catalog,
  named: Readonly<Record<string, string | undefined>>,
): Reach {
  const { service, environment } = named;
  return {
    service: lookUp(services, service) && service,
    environment: lookUp(environments, environment) && environment,
  };
}

/** `shop in production`, `shop`, `production`, a pipeline or nothing. */
export function describeReach({ service, environment, pipeline }: Reach): string {
  return [service, environment].filter((each) => each !== undefined).join(' in ') || (pipeline ?? '');
}

/** A reach as a scope. */
export function scopeOfReach({ service, environment }: Reach): Scope {
  return {
    ...(service !== undefined && { services: [service] }),
    ...(environment !== undefined && { environments: [environment] }),
  };
}

/** A service in every environment that it runs in now. */
export function wholeService(catalog: Catalog, service: string): Scope {
  const known = lookUp(catalog.services, service);
  return { services: [service], ...(known && { environments: known.environments }) };
}

/** The roles that this person has on the target. */
export function rolesOf(catalog: Catalog, personId: string, target: Target): string[] {
  const held = grantsFor(catalog, personId).filter((grant) => coversTarget(grant, target));
  return [...new Set(held.map((grant) => grant.role))];
}

/** Whether this person has this right on this service in this environment. */
export function may(catalog: Catalog, personId: string, right: Right, target: Target): boolean {
  return grantsFor(catalog, personId).some(
    (grant) => coversTarget(grant, target) && rightsOfRole(catalog, grant.role).includes(right),
  );
}

/** Whether this person has this right everywhere in the scope. For acts that affect everybody or more than one target. */
export function mayEverywhere(catalog: Catalog, personId: string, right: Right, scope: Scope): boolean {
  return reachEverywhere(catalog, personId, scope, (role) => rightsOfRole(catalog, role).includes(right));
}

/**
 * Whether this person has this right anywhere within reach. For menus, and to decide whether a list can be opened at all. Never for an act: a right on one
 * practice service would be enough.
 */
export function mayAnywhere(catalog: Catalog, personId: string, right: Right, within: Reach = {}): boolean {
  return grantsFor(catalog, personId).some(
    (grant) =>
      (right === 'run' ? coversPipelines(grant) : touches(grant, within) || decidesPipelines(grant, right, within)) &&
      rightsOfRole(catalog, grant.role).includes(right),
  );
}

/** Whether this person has exactly this role there (an approval rule names a role). */
export function holdsRole(catalog: Catalog, personId: string, role: string, target: Target): boolean {
  return rolesOf(catalog, personId, target).includes(role);
}

/** Whether this person has exactly this role everywhere in the scope. */
export function holdsRoleEverywhere(catalog: Catalog, personId: string, role: string, scope: Scope): boolean {
  return reachEverywhere(catalog, personId, scope, (held) => held === role);
}

/** Shown with a list that leaves something out because the reader can't view it. */
export const shownInPart = 'Only what you can view is shown.';

/** The people who have this right there, in catalog order. */
export const whoMay = whoever(may);

/** The people who have this right everywhere in the scope, in catalog order. */
export const whoMayEverywhere = whoever(mayEverywhere);

const whoMayWithin = whoever<Right, Reach>(mayAnywhere);

/** The people who have this right somewhere within reach, in catalog order. Like `mayAnywhere`, it says whom to ask and permits nothing. */
export function whoMayAnywhere(catalog: Catalog, right: Right, within: Reach = {}): Found {
  return whoMayWithin(catalog, right, within);
}

/** The people who have this role there, in catalog order. */
export const whoHolds = whoever(holdsRole);

/** The people who have this role everywhere in the scope, in catalog order. */
export const whoHoldsEverywhere = whoever(holdsRoleEverywhere);

type Found = readonly { id: string; name: string }[];

/** Every help and every click on a card needs this; the answer stays the same until the catalog changes. */
function whoever<What extends string, Where extends Reach & Scope>(
  fits: (catalog: Catalog, personId: string, what: What, where: Where) => boolean,
): (catalog: Catalog, what: What, where: Where) => Found {
  const foundIn = oncePerCatalog(() => new Map<string, Found>());
  return (catalog, what, where) => {
    const { service, environment, services, environments } = where;
    const key = JSON.stringify([what, service, environment, services, environments]);
    const found = foundIn(catalog);
    let people = found.get(key);
    if (!people)
      found.set(key, (people = Object.values(catalog.people).filter(({ id }) => fits(catalog, id, what, where))));
    return people;
  };
}

/** Caches a result for as long as the catalog doesn't change. */
export function oncePerCatalog<V>(work: (catalog: Catalog) => V): (catalog: Catalog) => V {
  const known = new WeakMap<Catalog, V>();
  return (catalog) => {
    let value = known.get(catalog);
    if (value === undefined) known.set(catalog, (value = work(catalog)));
    return value;
  };
}

/** The name of a person in the catalog; undefined for a stranger. */
export function personName(catalog: Catalog, personId: string): string | undefined {
  return lookUp(catalog.people, keysOf(catalog).get(personId))?.name;
}

/** The catalog key of each person, by id: every check needs it, so it's found without a search. */
const keysOf = oncePerCatalog(({ people }) => new Map(Object.entries(people).map(([key, { id }]) => [id, key])));

const grantsIn = oncePerCatalog(() => new Map<string, Catalog['grants']>());

function isFor(
  { groups, people }: Catalog,
  { everyone, group, person }: Catalog['grants'][number],
  key: string,
): boolean {
  if (everyone === true) return lookUp(people, key)?.onlyByName !== true;
  return person === key || (group !== undefined && (lookUp(groups, group) ?? []).includes(key));
}

/** All grants of this person, by name, by group or as everyone, in catalog order. A card needs the rights of everybody in it. */
export function grantsFor(catalog: Catalog, personId: string): Catalog['grants'] {
  const key = keysOf(catalog).get(personId);
  if (key === undefined) return [];
  const byKey = grantsIn(catalog);
  let held = byKey.get(key);
  if (!held) byKey.set(key, (held = catalog.grants.filter((grant) => isFor(catalog, grant, key))));
  return held;
}

/** The rights of a role; none if there is no such role. */
export function rightsOfRole(catalog: Catalog, role: string): readonly Right[] {
  return lookUp(catalog.roles, role) ?? lookUp(builtInRoles, role) ?? [];
}

function coversTarget(grant: Scope, target: Target): boolean {
  return (
    coversServices(grant) && reaches(grant.services, target.service) && reaches(grant.environments, target.environment)
  );
}

/** Whether the grant is for approving what pipelines wait for, wherever nothing else is asked about. */
function decidesPipelines(grant: Scope, right: Right, { service, environment }: Reach): boolean {
  return right === 'approve' && coversPipelines(grant) && service === undefined && environment === undefined;
}

/** Whether the grant and the reach overlap. */
function touches(grant: Scope, { service, environment }: Reach): boolean {
  const { services, environments } = grant;
  return (
    coversServices(grant) &&
    (service === undefined || reaches(services, service)) &&
    (environment === undefined || reaches(environments, environment))
  );
}

/** Whether the grants with such a role cover every cell of the scope. Nobody covers an empty scope. */
function reachEverywhere(catalog: Catalog, personId: string, scope: Scope, allows: (role: string) => boolean): boolean {
  const held = grantsFor(catalog, personId).filter((grant) => coversServices(grant) && allows(grant.role));
  const cells = cellsOf(scope);
  return (
    cells.length > 0 &&
    cells.every(([service, environment]) =>
      held.some(({ services, environments }) => reaches(services, service) && reaches(environments, environment)),
    )
  );
}

/** Every service of the scope in each of its environments; undefined means all of them. */
export function cellsOf({ services, environments }: Scope): (readonly [string | undefined, string | undefined])[] {
  return (services ?? [undefined]).flatMap((service) =>
    (environments ?? [undefined]).map((environment) => [service, environment] as const),
  );
}

/** Whether the granted names include all wanted ones; no wanted names means everything. */
export function reaches(granted: readonly string[] | undefined, wanted: string | undefined): boolean {
  return granted === undefined || (wanted !== undefined && granted.includes(wanted));
}

/** The stages in order; a rule without stages has one, without a name. Empty: nobody has to approve. */
export function stagesOf({ stages, required, role }: ApprovalRule): readonly ApprovalStage[] {
  if (stages) return stages;
  return required === 0 ? [] : [{ name: '', required, role }];
}

/** Whether this person has this right everywhere within reach, or for its pipeline. */
export function mayWithin(catalog: Catalog, personId: string, right: Right, reach: Reach): boolean {
  return allowsWithin(catalog, personId, reach, (role) => rightsOfRole(catalog, role).includes(right));
}

function allowsWithin(catalog: Catalog, personId: string, reach: Reach, allows: (role: string) => boolean): boolean {
  const { pipeline } = reach;
  return pipeline === undefined
    ? reachEverywhere(catalog, personId, scopeOfReach(reach), allows)
    : grantsFor(catalog, personId).some((grant) => coversPipeline(grant, pipeline) && allows(grant.role));
}

/** Whether this person's approval counts there; what isn't named means everywhere. */
export function holdsSeat(catalog: Catalog, personId: string, seat: ApprovalSeat, reach: Reach): boolean {
  const { role, group, right } = seat;
  if (right !== undefined) return mayWithin(catalog, personId, right, reach);
  if (role !== undefined) return allowsWithin(catalog, personId, reach, (held) => held === role);
  return (lookUp(catalog.groups, group) ?? []).some((key) => lookUp(catalog.people, key)?.id === personId);
}

/** Everybody whose approval counts there, in catalog order. */
export function seatHolders(catalog: Catalog, seat: ApprovalSeat, reach: Reach): Found {
  const { role, group, right } = seat;
  if (right !== undefined || reach.pipeline !== undefined)
    return Object.values(catalog.people).filter(({ id }) => holdsSeat(catalog, id, seat, reach));
  if (role !== undefined) return whoHoldsEverywhere(catalog, role, scopeOfReach(reach));
  return (lookUp(catalog.groups, group) ?? []).flatMap((key) => lookUp(catalog.people, key) ?? []);
}

/** `an approver`, for several approvals `approvers`, or `the change-board group`: who has to give them. */
export function describeSeat({ role, group, right }: ApprovalSeat, count = 1): string {
  if (right !== undefined) return `${count === 1 ? 'someone' : 'people'} with the ${right} permission`;
  if (role === undefined) return `the ${group} group`;
  return count === 1 ? `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}` : `${role}s`;
}

/**
 * `1 approval from an approver; the requester can't approve`; with stages `1 from owners, then 2 from change board`. `requester` is what whoever asks
 * for it is called; `who` names the people of the first stage.
 */
export function ruleSentence(rule: ApprovalRule, requester = 'the requester', who = ''): string {
  const [first, ...more] = stagesOf(rule);
  if (!first) return 'No approval needed';
  const barred = [
    ...(rule.requesterMayApprove ? [] : [requester]),
    ...(rule.committersMayApprove === false ? ['its authors'] : []),
  ];
  const but = barred.length === 0 ? '' : `; ${enumerate(barred)} can’t approve`;
  const named = who === '' ? '' : ` (${who})`;
  if (more.length === 0)
    return `${plural(first.required, 'approval')} from ${describeSeat(first, first.required)}${named}${but}`;
  const parts = [
    `${first.required} from ${first.name}${named}`,
    ...more.map(({ required, name }) => `${required} from ${name}`),
  ];
  return `${parts.join(', then ')}${but}`;
}
