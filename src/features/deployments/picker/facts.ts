import type { Turn } from '../../../chat/contract';
import type { Commit, Connector, Release, Running } from '../../../connectors/contract';
import type { Catalog } from '../../../core/catalog';
import { ConnectorError, UserError } from '../../../core/errors';
import type { Target } from '../../../core/catalog/rights';
import { unknownName } from '../../../core/catalog/refusals';
import { lookUp } from '../../../core/keys';
import type { EvidenceFact } from '../../approvals';
import type { HealthReport } from '../../health';
import type { Obstacle } from '../../policy';
import type { ReleaseThere } from '../../../core/operations';
import { evidenceOf } from '../approval/checks';
import type { Deployment, FoundDeployment } from '../contract';
import { lostWayBack } from '../rollback/facts';
import { listOffers, narrow, refuseWithoutOffers, runsAlready } from './policy';
import type { Offer } from './policy';
import type { PickerParts, ReleaseChoice } from './store';

/** Reads what a person has to know before asking for a change. */

interface ReleaseList {
  readonly releases: readonly Release[];
  readonly running: Running | undefined;
  /** The release that is live in each other environment of the service. */
  readonly elsewhere: readonly { readonly environment: string; readonly version: string }[];
  readonly recent: readonly FoundDeployment[];
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

/** The picker as it is to be drawn for one person. */
export interface PickerView {
  readonly id: string;
  readonly turn: Turn;
  readonly now: number;
  readonly catalog: Catalog;
  readonly offers: readonly Offer[];
  readonly choice: ReleaseChoice;
  /** Shown first: why something is not as it was asked for. */
  readonly remark: string;
  readonly list: ReleaseList | undefined;
  readonly preview: Preview | undefined;
  /** What this person sees in full, and may ask for. */
  readonly shown: ReleaseThere | undefined;
}

/** Everything about what is wanted, read and checked anew. */
export async function readPicker(
  parts: PickerParts,
  turn: Turn,
  id: string,
  wanted: ReleaseChoice,
): Promise<PickerView> {
  const catalog = parts.deps.catalog();
  const offers = listOffers(catalog, turn.person.id);
  refuseWithoutOffers(catalog, offers);
  const { choice, dropped } = narrow(offers, wanted);
  const { service, environment, release } = choice;
  const view = { id, turn, now: parts.deps.clock.now(), catalog, offers, choice, remark: dropped };
  const nothing = { list: undefined, preview: undefined, shown: undefined };
  if (service === undefined || environment === undefined) return { ...view, ...nothing };
  const place = { service, environment };
  const list = await readReleases(parts, place);
  if (release === undefined) return { ...view, ...nothing, list };
  const preview = await readPreview(parts, turn, { ...place, release, kind: 'deploy' }, list);
  if (!preview) {
    const versions = list.releases.map(({ version }) => version);
    const remark = unknownName('release', release, versions, 'none is chosen yet', ` of ${service}`).message;
    return { ...view, ...nothing, list, choice: place, remark };
  }
  const { version, commit } = preview.release;
  return { ...view, list, preview, shown: runsAlready(preview) ? undefined : { ...place, release: version, commit } };
}

/** The releases there are, and where they run. */
async function readReleases({ deps, deployments }: PickerParts, place: Target): Promise<ReleaseList> {
  const { service, environment } = place;
  const connector = deps.connectorOf(service);
  const environments = lookUp(deps.catalog().services, service)?.environments ?? [];
  const others = environments.filter((each) => each !== environment);
  const [releases, running, recent, ...versions] = await Promise.all([
    sourceOf(connector, service).releases(service),
    connector.environments?.running(service, environment),
    deployments.recent({ ...place, limit: 20 }),
    ...others.map((each) => versionIn(connector, service, each)),
  ]);
  const elsewhere = others.flatMap((each, index) => {
    const version = versions[index];
    return version === undefined ? [] : [{ environment: each, version }];
  });
  return { releases, running, elsewhere, recent };
}

/** What choosing this release would mean; undefined when there is no such release. */
export async function readPreview(
  { deps, deployments, health, policy }: PickerParts,
  { person }: Turn,
  chosen: Target & { readonly release: string; readonly kind: 'deploy' | 'rollback' },
  list: Pick<ReleaseList, 'running' | 'recent'>,
): Promise<Preview | undefined> {
  const { service, environment, kind } = chosen;
  const place = { service, environment };
  const connector = deps.connectorOf(service);
  const release = await sourceOf(connector, service).release(service, chosen.release);
  if (!release) return undefined;
  const rule = lookUp(deps.catalog().environments, environment)?.[kind].evidence;
  const where = rule?.verifiedIn?.environment;
  const [report, between, current, obstacles, verified, noWayBack] = await Promise.all([
    health.report(service, environment),
    changesTo(connector, service, list.running?.version, release.version),
    deployments.current(place),
    policy.obstacles(place, kind, person),
    where !== undefined && deployments.wasVerified(service, where, release.commit),
    lostWayBack(deps, deployments, { ...place, kind }, list.running),
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
