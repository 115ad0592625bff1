import type { Bound, RunningSource } from '../../../../connectors/contract';
import type { Target } from '../../../../core/catalog/rights';
import { withFairTimeLimit } from '../../../../core/concurrency';
import { ConnectorError } from '../../../../core/errors';
import { cleanText, isolate } from '../../../../core/text';
import type { HealthReport } from '../../../health';
import type { Deployment, ReleaseName } from '../../contract';
import type { PickerParts } from '../../picker/facts';

/** What is live in a place, by every connection that can say so, and what Gavel deployed there last. */

export type WhereParts = Pick<PickerParts, 'deps' | 'deployments' | 'health'>;

type Live = HealthReport['live'];

/** What one connection says. */
export interface LiveBySource {
  /** What people call it, clean; no two are called the same. */
  readonly title: string;
  readonly live: Live;
}

export interface PlaceFacts {
  readonly report: HealthReport;
  /** In the order of the catalog. */
  readonly sources: readonly LiveBySource[];
  /** By the first that answered. */
  readonly live: Live;
  /** The last deployment that should have changed what is live; undefined if there is none, or if nobody can tell. */
  readonly last: Deployment | undefined;
}

/** The other connections have as long as the health has for the first one. */
const answerLimitMs = 2_500;
const maxLookedBack = 20;
/** A shorter one doesn't say which commit it is. */
const minCommitLength = 7;
const longestTitle = 40;

/** Never rejects because of an outside system. */
export async function readPlace(parts: WhereParts, { service, environment }: Required<Target>): Promise<PlaceFacts> {
  const { deps, deployments, health } = parts;
  const bound = deps.systems.runningSources(service, environment);
  const [report, past, ...others] = await Promise.all([
    health.report(service, environment),
    deployments.recent({ service, environment, limit: maxLookedBack }),
    ...bound.slice(1).map((source) => readLive(parts, source, { service, environment })),
  ]);
  const all = bound.length === 0 ? [] : [report.live, ...others];
  const titles = titlesOf(parts, bound);
  return {
    report,
    sources: all.map((live, index) => ({ title: titles[index] ?? '', live })),
    live: all.find(({ found }) => found !== 'cannot tell') ?? report.live,
    last: lastLive(past.map(({ deployment }) => deployment)),
  };
}

async function readLive({ deps }: WhereParts, source: Bound<RunningSource>, target: Required<Target>): Promise<Live> {
  try {
    const asked = (async () => ({ running: await source.read() }))();
    const answer = await withFairTimeLimit(asked, answerLimitMs);
    if (!answer) throw new ConnectorError(source.connection, 'unreachable', `no response within ${answerLimitMs} ms`);
    return answer.running ? { found: 'release', running: answer.running } : { found: 'none' };
  } catch (error) {
    deps.logger.warn(
      { ...target, connection: source.connection, error },
      'A connection didn’t say which release is live',
    );
    return { found: 'cannot tell' };
  }
}

/** What people call the connections; their names, too, where two are called the same. */
function titlesOf({ deps: { systems } }: WhereParts, bound: readonly Bound<RunningSource>[]): string[] {
  const titles = bound.map(({ connection }) => cleanText(systems.titleOf(connection), longestTitle));
  return titles.map((title, index) => {
    const isUnique = titles.indexOf(title) === titles.lastIndexOf(title);
    return isolate(isUnique ? title : `${title} (${cleanText(bound[index]?.connection ?? '', longestTitle)})`);
  });
}

/**
 * The deployment whose release should be live: the last one that succeeded, if none has begun since. A failed run is passed over only if it's known to have
 * left everything as it was. `deployments`: in any order.
 */
export function lastLive(deployments: readonly Deployment[]): Deployment | undefined {
  const begun = ({ run, startTriedAt, requestedAt }: Deployment): number =>
    run?.startedAt ?? startTriedAt ?? requestedAt;
  for (const deployment of [...deployments].sort((one, other) => begun(other) - begun(one))) {
    const { state, runId, startTriedAt, left, replaces, ended } = deployment;
    if (state === 'succeeded') return deployment;
    if (ended?.neverRan || (runId === undefined && startTriedAt === undefined)) continue;
    if (!left || left.version !== replaces?.version) return undefined;
  }
  return undefined;
}

/** By the commit, as tools give releases different names; by the name if one of them doesn't know the commit. */
export function isSameRelease(one: ReleaseName, other: ReleaseName): boolean {
  const [short = '', long = ''] = [one.commit, other.commit].sort((a, b) => a.length - b.length);
  return short.length < minCommitLength
    ? one.version === other.version
    : long.toLowerCase().startsWith(short.toLowerCase());
}
