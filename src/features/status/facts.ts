import type { Turn } from '../../chat/contract';
import { may } from '../../core/catalog/rights';
import type { Reach, Target } from '../../core/catalog/rights';
import { withFairTimeLimit } from '../../core/concurrency';
import { lookUp } from '../../core/keys';
import { startOfYesterday } from '../../core/time/moments';
import type { Approvals, WaitingApproval } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { openStates } from '../deployments';
import type { Deployments, FoundDeployment } from '../deployments';
import { seenBy } from '../freezes';
import type { Freeze, Freezes } from '../freezes';
import { environmentsByWeight } from '../health';
import type { HealthReport, HealthReports } from '../health';
import type { Lock, Locks } from '../locks';
import type { OpenRun, StartedRuns } from '../runs';

/** Asks the other features for everything that concerns one person. A part that fails or takes too long is unknown; the others are shown. */

export interface StatusNeeds {
  readonly deployments: Deployments;
  readonly approvals: Approvals;
  readonly health: HealthReports;
  readonly freezes: Freezes;
  readonly locks: Locks;
  readonly runs: Pick<StartedRuns, 'openFor'>;
}

/** One feature's answer; undefined: it couldn't say. */
type Known<T> = readonly T[] | undefined;

/** A service whose environments run different releases, the most important environment first. */
export interface Drift {
  readonly service: string;
  readonly places: readonly { readonly environment: string; readonly version: string; readonly commit: string }[];
  /** How many commits are between the first two; undefined if that isn't known. */
  readonly commits: number | undefined;
  /** Since when the newest of them has been live. */
  readonly since: number;
}

/** Everything that the card shows, limited to what this person can view. */
export interface StatusFacts {
  readonly scope: Reach;
  readonly now: number;
  readonly timeZone: string;
  /** The start of yesterday in that time zone. */
  readonly since: number;
  /** Every service in every environment, the most important environment first. */
  readonly reports: readonly HealthReport[];
  /** Whether the catalog has more than this person can view. */
  readonly isPart: boolean;
  readonly waiting: Known<WaitingApproval>;
  readonly open: Known<FoundDeployment>;
  /** Runs of pipelines that haven't ended; empty for a part of the catalog, because a pipeline belongs to no service. */
  readonly runs: Known<OpenRun>;
  /** Ended since yesterday: the failed ones, and those that went live. */
  readonly failed: Known<FoundDeployment>;
  readonly succeeded: Known<FoundDeployment>;
  /** On now, or within a day. */
  readonly freezes: Known<Freeze>;
  readonly locks: Known<Lock>;
  readonly drifts: readonly Drift[];
}

const partTimeLimitMs = 1_500;
const commitsLimitMs = 500;
const maxDeployments = 200;
const maxRuns = 50;
/** A range is cut at this number, so a count this high isn't exact. */
const maxCommits = 200;
const dayMs = 86_400_000;
/** Only this many drifts are shown, so commits are counted only for these. */
const maxDrifts = 3;

export async function readStatus(
  deps: FeatureDependencies,
  { deployments, approvals, health, freezes, locks, runs }: StatusNeeds,
  { person }: Pick<Turn, 'person'>,
  scope: Reach,
): Promise<StatusFacts> {
  const { clock, logger } = deps;
  const catalog = deps.catalog();
  const now = clock.now();
  const { timeZone } = catalog;
  const since = startOfYesterday(now, timeZone);

  async function ask<T>(what: string, asked: Promise<T>): Promise<T | undefined> {
    try {
      return await withFairTimeLimit(asked, partTimeLimitMs);
    } catch (error) {
      logger.warn({ what, error }, 'A part of the status is missing');
      return undefined;
    }
  }

  const isPractice = (environment: string): boolean => lookUp(catalog.environments, environment)?.practice === true;
  const isSeen = (target: Target): boolean => isIn(scope, target) && may(catalog, person.id, 'view', target);
  const all = environmentsByWeight(catalog).flatMap((environment) =>
    Object.entries(catalog.services)
      .filter(([, { environments }]) => environments.includes(environment))
      .map(([service]): Required<Target> => ({ service, environment })),
  );
  const targets = all.filter(isSeen);
  const seen = (found: readonly FoundDeployment[] | undefined) => found?.filter(({ deployment }) => isSeen(deployment));
  const ended = async (what: 'failed' | 'succeeded', states: Parameters<Deployments['inState']>[0]) =>
    seen(await ask(what, deployments.inState(states, maxDeployments)))?.filter(
      ({ deployment }) => deployment.stateSince >= since,
    );
  const isWhole = scope.service === undefined && scope.environment === undefined;
  const [reports, open, failed, succeeded, waiting, frozen, held, started] = await Promise.all([
    Promise.all(targets.map((target) => reportOf(ask, health, target, now))),
    ask('open', deployments.inState(openStates, maxDeployments)).then(seen),
    ended('failed', ['failed', 'rolled back']),
    ended('succeeded', ['succeeded']),
    ask('waiting', approvals.waitingFor(person.id)),
    ask('freezes', freezes.upcoming()),
    ask('locks', locks.all()),
    isWhole ? ask('runs', runs.openFor(person.id, maxRuns)) : [],
  ]);
  return {
    ...{ scope, now, timeZone, since, reports, open, failed, succeeded, runs: started },
    isPart: targets.length < all.filter((target) => isIn(scope, target)).length,
    waiting: waiting?.filter(({ target }) => isIn(scope, target)),
    freezes: frozen
      ?.filter(({ from }) => from < now + dayMs)
      .flatMap((freeze) => seenBy(catalog, person.id, freeze) ?? [])
      .filter(({ environments, services }) =>
        targets.some(
          ({ service, environment }) =>
            environments.includes(environment) && (services === undefined || services.includes(service)),
        ),
      ),
    locks: held?.filter(isSeen),
    drifts: await countCommits(deps, findDrifts(reports.filter(({ environment }) => !isPractice(environment)))),
  };
}

/** Whether something belongs to the requested scope; without a service or environment, it belongs only to everything. */
function isIn(scope: Reach, { service, environment }: Reach): boolean {
  return (
    (scope.service === undefined || scope.service === service) &&
    (scope.environment === undefined || scope.environment === environment)
  );
}

async function reportOf(
  ask: (what: string, asked: Promise<HealthReport>) => Promise<HealthReport | undefined>,
  health: HealthReports,
  { service, environment }: Required<Target>,
  now: number,
): Promise<HealthReport> {
  const trouble = 'it didn’t respond in time';
  const figures = { since: undefined, figures: undefined, loneFailure: false, readAt: now };
  const live = { found: 'cannot tell' } as const;
  return (
    (await ask(`${service}/${environment}`, health.report(service, environment))) ?? {
      ...{ service, environment, state: 'unknown', trouble, live, ...figures },
    }
  );
}

/** Services whose environments run different releases; unknown and empty environments don't count. Pure. */
export function findDrifts(reports: readonly HealthReport[]): Drift[] {
  const running = new Map<string, HealthReport[]>();
  for (const report of reports)
    if (report.live.running) running.set(report.service, [...(running.get(report.service) ?? []), report]);
  return [...running].flatMap(([service, live]) => {
    const places = live.flatMap(({ environment, live: { running: release } }) =>
      release ? [{ environment, ...release }] : [],
    );
    const [first] = places;
    if (!first || places.every(({ commit, version }) => commit === first.commit && version === first.version))
      return [];
    const since = Math.max(...places.map((place) => place.since));
    const named = places.map(({ environment, version, commit }) => ({ environment, version, commit }));
    return [{ service, places: named, commits: undefined, since }];
  });
}

/** The first ones, with the number of commits that the most important environment doesn't have yet. */
function countCommits({ systems }: FeatureDependencies, drifts: readonly Drift[]): Promise<Drift[]> {
  const count = async (drift: Drift, index: number): Promise<Drift> => {
    const [last, ahead] = drift.places;
    const source = systems.source(drift.service);
    if (index >= maxDrifts || !source || !ahead || !last) return drift;
    const asked = source.commitsBetween(last.version, ahead.version);
    const range = await withFairTimeLimit(asked, commitsLimitMs).catch(() => undefined);
    const isWhole = range?.direction === 'forward' && range.commits.length < maxCommits;
    return isWhole ? { ...drift, commits: range.commits.length } : drift;
  };
  return Promise.all(drifts.map(count));
}
