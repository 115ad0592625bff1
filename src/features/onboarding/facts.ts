import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { holdsRoleEverywhere, may, mayAnywhere, rightsOfRole } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import type { FeatureDependencies } from '../contract';
import type { IsAsked, Wishes, Work } from './workflow';

/** What this person can choose from, read again for each question. */

export interface Facts {
  readonly catalog: Catalog;
  readonly person: Person;
  /** The services that this person can view. */
  readonly services: readonly string[];
  /** Without those for practice. */
  readonly environments: readonly string[];
  readonly practice: { readonly service: string; readonly environment: string } | undefined;
  readonly isAsked: IsAsked;
}

const roleFor: Readonly<Record<Work, string>> = {
  ship: 'developer',
  decide: 'approver',
  run: 'operator',
  look: 'viewer',
};

export function readFacts(catalog: Catalog, person: Person): Facts {
  const services = Object.keys(catalog.services).filter((service) =>
    mayAnywhere(catalog, person.id, 'view', { service }),
  );
  const environments = Object.keys(catalog.environments).filter(
    (name) => !lookUp(catalog.environments, name)?.practice,
  );
  const practice = practiceFor(catalog, person);
  const facts = { catalog, person, services, environments, practice };
  const isAsked: IsAsked = (step, wishes) => {
    if (step === 'services') return services.length > 0;
    if (step === 'when') return services.length > 0 && wishes.services?.length !== 0;
    if (step === 'hours' || step === 'zone') return services.length > 0 && !wantsNothing(wishes);
    // Only `settings` asks this: most people want the default.
    if (step === 'mentions') return false;
    if (step === 'rights') return offersFor(facts, wishes).length > 0;
    if (step === 'practice') return practice !== undefined;
    return true;
  };
  return { ...facts, isAsked };
}

/** Where this person can try a deployment now. */
function practiceFor(catalog: Catalog, { id }: Person): Facts['practice'] {
  for (const [service, { environments }] of Object.entries(catalog.services))
    for (const environment of environments)
      if (lookUp(catalog.environments, environment)?.practice && may(catalog, id, 'deploy', { service, environment }))
        return { service, environment };
  return undefined;
}

/** The role for somebody's work, if it allows anything here. */
function roleOf({ work = 'ship' }: Wishes, catalog: Catalog): string {
  const role = roleFor[work];
  return rightsOfRole(catalog, role).length > 0 ? role : 'viewer';
}

/** Lines such as `developer on shop in staging` for what this person doesn't have yet. */
export function offersFor(
  { catalog, person, environments }: Pick<Facts, 'catalog' | 'person' | 'environments'>,
  wishes: Wishes,
): readonly string[] {
  const role = roleOf(wishes, catalog);
  const followed = wishes.services ?? [];
  const services = followed.length === 1 ? followed : undefined;
  const there = services
    ? (lookUp(catalog.services, services[0])?.environments ?? [])
    : Object.keys(catalog.environments);
  const scopes: { words: string; scope: Scope }[] = environments
    .filter((environment) => there.includes(environment))
    .map((environment) => ({ words: ` in ${environment}`, scope: { services, environments: [environment] } }));
  const all = { words: '', scope: { services, environments: undefined } };
  const on = services ? ` on ${services[0]}` : '';
  return [...scopes, ...(scopes.length > 1 ? [all] : [])]
    .filter(({ scope }) => !holdsRoleEverywhere(catalog, person.id, role, scope))
    .map(({ words }) => `${role}${on}${words}`);
}

/** `deploy shop 2.14.0 to practice`: a release that changes something there and is verified elsewhere; without one, the picker asks for it. */
export async function suggestPractice(
  { systems, logger }: FeatureDependencies,
  { practice, catalog }: Facts,
): Promise<string | undefined> {
  if (!practice) return undefined;
  const { service, environment } = practice;
  const version = await practiceVersion().catch((error: unknown) => {
    logger.warn({ error, service }, 'No release could be suggested for practice');
    return undefined;
  });
  return `deploy ${service}${version === undefined ? '' : ` ${version}`} to ${environment}`;

  async function practiceVersion(): Promise<string | undefined> {
    const others = (lookUp(catalog.services, service)?.environments ?? []).filter((each) => each !== environment);
    const running = await systems.running(service, environment)?.read();
    const elsewhere = await Promise.all(others.map(async (each) => systems.running(service, each)?.read()));
    const proven = elsewhere.find((each) => each !== undefined && each.version !== running?.version);
    if (proven) return proven.version;
    const releases = (await systems.source(service)?.releases()) ?? [];
    const at = releases.findIndex(({ version: each }) => each === running?.version);
    // The next release changes little; nobody may have tried the newest one.
    return (releases[at - 1] ?? releases.find(({ version: each }) => each !== running?.version))?.version;
  }
}

/** Whether somebody wants no notifications; unanswered questions may still change that. */
function wantsNothing({ services, when }: Wishes): boolean {
  return services?.length === 0 || when === 'only when I ask';
}
