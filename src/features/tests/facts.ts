import type { Turn } from '../../chat/contract';
import type { TestSuite } from '../../connectors/contract';
import { lacksRight, nearestOf, requireEnvironment, requirePlace, requireService } from '../../core/catalog/refusals';
import { may } from '../../core/catalog/rights';
import { ConnectorError, UserError } from '../../core/errors';
import { enumerate, plainText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { visibleTargets } from '../health';
import type { SuitePlace, TestRun } from './contract';
import type { NamedSuite } from './parse';
import { describePlace } from './text';

/** Which suites there are, and who may do what with them. */

type Parts = Pick<FeatureDependencies, 'catalog' | 'systems' | 'logger'>;

/** A suite that can be run. */
export interface SuiteOffer extends SuitePlace {
  /** What people call it: outside text. */
  readonly title: string;
  readonly canRerunFailed: boolean;
  readonly connection: string;
  readonly executor: string | undefined;
}

interface SuiteOffers {
  readonly offers: readonly SuiteOffer[];
  /** The connections that gave no answer. */
  readonly silent: readonly string[];
}

/** Every suite that this person can see, in the order of the catalog. */
export async function findSuites(parts: Parts, personId: string, named: NamedSuite = {}): Promise<SuiteOffers> {
  const { catalog, systems, logger } = parts;
  const silent = new Set<string>();
  const targets = visibleTargets(catalog(), personId).filter(
    ({ service, environment }) =>
      (named.service ?? service) === service && (named.environment ?? environment) === environment,
  );
  const found = await Promise.all(
    targets.map(async ({ service, environment }): Promise<SuiteOffer[]> => {
      const runner = systems.tests(service, environment);
      if (!runner) return [];
      const { connection, executor } = runner;
      try {
        return (await runner.suites()).map((suite) => ({
          ...there(suite),
          service,
          environment,
          connection,
          executor,
        }));
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        logger.warn({ error, connection }, 'The test suites of a connection could not be listed');
        silent.add(connection);
        return [];
      }
    }),
  );
  const offers = found.flat();
  return {
    offers: named.suite === undefined ? offers : offers.filter((offer) => isCalled(offer, named.suite)),
    silent: [...silent],
  };
}

const there = ({ name, title, canRerunFailed }: TestSuite) => ({ suite: name, title, canRerunFailed });

/** `smoke test` is the title of `smoke`, and people say both. */
export function isCalled({ suite, title }: Pick<SuiteOffer, 'suite' | 'title'>, typed: string | undefined): boolean {
  return [suite, title].some((name) => name.toLowerCase().replace(/ tests?$/, '') === typed?.replace(/ tests?$/, ''));
}

/** Throws `UserError` if the catalog has no such service or environment. */
export function requireKnown(
  { catalog }: Pick<Parts, 'catalog'>,
  { service, environment }: NamedSuite,
  so?: string,
): void {
  if (service !== undefined) requireService(catalog(), service, so);
  if (environment !== undefined) requireEnvironment(catalog(), environment, so);
  if (service !== undefined && environment !== undefined) requirePlace(catalog(), service, environment, so);
}

/** Says that there is no such suite, and what was perhaps meant. */
export function noSuite(parts: Parts, named: NamedSuite, { offers, silent }: SuiteOffers): UserError {
  const where = describeNamedPlace(named);
  const missing = silent.map((connection) => plainText(parts.systems.titleOf(connection), 40));
  const silence = missing.length === 0 ? [] : [`${enumerate(missing)} didn’t respond, so some suites are missing.`];
  if (named.suite === undefined || offers.length === 0) {
    const none = `I can’t find any test suites${where}.`;
    const how = 'An administrator can add them with `tests:` under `bindings:` in the catalog.';
    return new UserError([none, ...(silence.length > 0 ? silence : [how])].join(' '));
  }
  const names = [...new Set(offers.map(({ suite }) => suite))];
  const near = nearestOf(named.suite, names).map((name) => plainText(name, 40));
  return new UserError(
    [
      `I can’t find a test suite called ${plainText(named.suite, 40)}${where}. Nothing was started.`,
      near.length > 0
        ? `Did you mean ${enumerate(near, 'or')}?`
        : `Try ${enumerate(
            names.slice(0, 6).map((name) => plainText(name, 40)),
            'or',
          )}.`,
      ...silence,
    ].join(' '),
  );
}

/** ` on shop in staging`, as far as it was named. */
export function describeNamedPlace({ service, environment }: NamedSuite): string {
  const on = service === undefined ? '' : ` on ${plainText(service, 40)}`;
  return environment === undefined ? on : `${on} in ${plainText(environment, 40)}`;
}

type Rights = Pick<FeatureDependencies, 'catalog'>;

/** Whether this person may run the suites of the service there. */
export function mayTest(
  { catalog }: Rights,
  personId: string,
  { service, environment }: Omit<SuitePlace, 'suite'>,
): boolean {
  return may(catalog(), personId, 'deploy', { service, environment });
}

/** Throws `RefusalError` unless this person may run the suite. */
export function requireMayTest({ catalog }: Rights, { person }: Pick<Turn, 'person'>, place: SuitePlace): void {
  if (mayTest({ catalog }, person.id, place)) return;
  const { service, environment } = place;
  throw lacksRight(catalog(), {
    ...{ right: 'deploy', reach: { service, environment } },
    ...{ act: `run tests of ${service} in ${environment}`, can: 'run them', nothing: 'nothing was started' },
  });
}

/** Whether this person sees the run. */
export function maySeeTests(
  { catalog }: Rights,
  personId: string,
  { service, environment, requester }: TestRun,
): boolean {
  return requester.id === personId || may(catalog(), personId, 'view', { service, environment });
}

/** Whether this person may cancel it or say how it ended: its requester while they may run it, and those who operate the service. */
export function mayStopTests({ catalog }: Rights, personId: string, run: TestRun): boolean {
  const { service, environment, requester } = run;
  const isOwn = requester.id === personId && mayTest({ catalog }, personId, run);
  return isOwn || may(catalog(), personId, 'operate', { service, environment });
}

/** Throws `RefusalError` unless this person may cancel it. */
export function requireStopTests({ catalog }: Rights, { person }: Pick<Turn, 'person'>, run: TestRun): void {
  if (mayStopTests({ catalog }, person.id, run)) return;
  const { service, environment, requester } = run;
  throw lacksRight(catalog(), {
    ...{ right: 'operate', reach: { service, environment }, act: `cancel ${describePlace(run)}`, can: 'cancel it' },
    why:
      requester.id === person.id
        ? 'You need the deploy or operate permission for the service.'
        : 'You didn’t start these tests, so you need the operate permission for the service.',
  });
}
