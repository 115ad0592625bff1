import type { Commit, Connector, Release, Running } from '../../../connectors/contract';
import type { Catalog } from '../../../core/catalog';
import { ConnectorError, UserError } from '../../../core/errors';
import { lookUp } from '../../../core/look-up';
import type { Person } from '../../../chat/contract';
import type { EvidenceFact } from '../../approvals';
import type { HealthReport, HealthReports } from '../../health';
import type { Obstacle, Policy } from '../../policy';
import type { Deployment, Deployments } from '../contract';
import { evidenceOf } from '../checks';
import { lostWayBack } from '../rollback/facts';

/** Reads what a person has to know before asking for a change. */

export interface ReleaseList {
  readonly releases: readonly Release[];
  readonly running: Running | undefined;
  /** The release that serves in each other environment of the service. */
  readonly elsewhere: readonly { readonly environment: string; readonly version: string }[];
  readonly recent: readonly { readonly id: string; readonly deployment: Deployment }[];
}

export interface Preview {
  readonly release: Release;
  readonly running: Running | undefined;
  readonly report: HealthReport;
  readonly commits: readonly Commit[];
  readonly direction: 'forward' | 'back' | 'same';
  readonly onItsWay: Deployment | undefined;
  readonly failedBefore: Deployment | undefined;
  /** What stands in this person's way. */
  readonly obstacles: readonly Obstacle[];
  /** What the rule wants to hold before an approval counts, with whether it does. */
  readonly evidence: readonly EvidenceFact[];
  /** What is live can't be restored if this fails. */
  readonly noWayBack: Deployment['noWayBack'];
}

/** Where a preview is read from, and for whom. */
interface PreviewSources {
  readonly catalog: () => Catalog;
  readonly connector: Connector;
  readonly deployments: Deployments;
  readonly health: HealthReports;
  readonly policy: Policy;
  readonly person: Person;
}

export interface Target {
  readonly service: string;
  readonly environment: string;
}

/** The releases there are, and where they run. */
export async function readReleases(
  connector: Connector,
  deployments: Deployments,
  target: Target,
  environments: readonly string[],
): Promise<ReleaseList> {
  const others = environments.filter((environment) => environment !== target.environment);
  const [releases, running, recent, ...versions] = await Promise.all([
    sourceOf(connector, target.service).releases(target.service),
    connector.environments?.running(target.service, target.environment),
    deployments.recent({ ...target, limit: 20 }),
    ...others.map((environment) => versionIn(connector, target.service, environment)),
  ]);
  const elsewhere = others.flatMap((environment, index) => {
    const version = versions[index];
    return version === undefined ? [] : [{ environment, version }];
  });
  return { releases, running, elsewhere, recent };
}

/** What choosing this release would mean; undefined when there is no such release. */
export async function readPreview(
  { catalog, connector, deployments, health, policy, person }: PreviewSources,
  chosen: Target & { readonly release: string; readonly kind: 'deploy' | 'rollback' },
  list: Pick<ReleaseList, 'running' | 'recent'>,
): Promise<Preview | undefined> {
  const source = sourceOf(connector, chosen.service);
  const release = await source.release(chosen.service, chosen.release);
  if (!release) return undefined;
  const target = { service: chosen.service, environment: chosen.environment };
  const rule = lookUp(catalog().environments, target.environment)?.[chosen.kind].evidence;
  const where = rule?.verifiedIn?.environment;
  const ways = { isThere: deployments.isThere, newest: deployments.rollbackTarget };
  const [report, between, current, obstacles, verified, noWayBack] = await Promise.all([
    health.report(target.service, target.environment),
    changesTo(connector, chosen.service, list.running?.version, release.version),
    deployments.current(target),
    policy.obstacles(target, chosen.kind, person),
    where !== undefined && deployments.wasVerified(target.service, where, release.commit),
    lostWayBack({ catalog }, ways, { ...target, kind: chosen.kind }, list.running),
  ]);
  const { commits, direction } = between;
  const changes = { commits, total: commits.length, direction };
  const failed = list.recent.find(
    ({ deployment }) =>
      deployment.version === release.version &&
      (deployment.state === 'failed' || deployment.state === 'rolled back' || deployment.rollbackId !== undefined),
  );
  return {
    release,
    running: list.running,
    report,
    commits,
    direction,
    onItsWay: current?.deployment,
    failedBefore: failed?.deployment,
    obstacles,
    evidence: evidenceOf(rule, { version: release.version, reason: '', changes }, { report, verified }),
    noWayBack,
  };
}

/** The very same release and commit serve there: there is nothing to ask for. */
export function runsAlready({ release, running }: Pick<Preview, 'release' | 'running'>): boolean {
  return running?.version === release.version && running.commit === release.commit;
}

/** Going back, what matters are the commits that would be lost. */
async function changesTo(
  connector: Connector,
  service: string,
  from: string | undefined,
  to: string,
): Promise<{ commits: Commit[]; direction: 'forward' | 'back' | 'same' }> {
  const source = sourceOf(connector, service);
  let forward: Awaited<ReturnType<typeof source.commitsBetween>>;
  try {
    forward = await source.commitsBetween(service, from, to);
  } catch (error) {
    // What runs may be older than anything source control remembers; that must not stop a deployment.
    if (error instanceof ConnectorError && error.failure === 'not found') return { commits: [], direction: 'forward' };
    throw error;
  }
  if (forward.direction !== 'back' || forward.commits.length > 0 || from === undefined) return forward;
  const lost = await source.commitsBetween(service, to, from);
  return { commits: lost.commits, direction: 'back' };
}

function sourceOf(connector: Connector, service: string): NonNullable<Connector['sourceControl']> {
  if (!connector.sourceControl)
    throw new UserError(`${connector.name} keeps no releases of ${service}, so there is nothing to choose from.`);
  return connector.sourceControl;
}

/** Only a remark beside a release: its absence must not stop the picker. */
async function versionIn(connector: Connector, service: string, environment: string): Promise<string | undefined> {
  try {
    return (await connector.environments?.running(service, environment))?.version;
  } catch {
    return undefined;
  }
}
