import type { Release, Running, SourceControl } from '../../../connectors/contract';
import { lookUp } from '../../../core/keys';
import type { FeatureDependencies } from '../../contract';
import { servingConnector } from '../../contract';
import type { Deployment, Deployments, ReleaseName } from '../contract';
import type { DeploymentStore } from '../store';
import { fatesOf, releaseKey, servedLast, whyNotByFate } from './policy';
import type { Fates } from './policy';

/** Where people can roll back to: older releases that were verified there and that were not left because they failed. */
export type RollbackTargets = Pick<Deployments, 'rollbackTarget' | 'whyNoRollback' | 'isThere'>;

const maxLookedBack = 50;
const maxAskedFor = 5;

export function createRollbackTargets(
  deps: Pick<FeatureDependencies, 'catalog' | 'connectorOf'>,
  store: Pick<DeploymentStore, 'recent'>,
): RollbackTargets {
  async function pastOf(service: string, environment: string): Promise<Deployment[]> {
    const recent = await store.recent({ service, environment, limit: maxLookedBack });
    return recent.map(({ deployment }) => deployment).reverse();
  }

  async function read(service: string, environment: string) {
    const connector = servingConnector(deps, service);
    const [running, past] = await Promise.all([
      connector?.environments?.running(service, environment),
      pastOf(service, environment),
    ]);
    const now = running ?? servedLast(past);
    const source = connector?.sourceControl;
    return now && source && { now, source, past, fates: fatesOf(past) };
  }

  return {
    async rollbackTarget(service, environment) {
      const known = await read(service, environment);
      if (!known) return undefined;
      const { now, source, past, fates } = known;
      const current = await nowOf(source, service, now, past);
      for (const release of await candidates(source, service, fates, now))
        if (await isOlder(source, service, release, current))
          return { version: release.version, commit: release.commit };
      return undefined;
    },
    async whyNoRollback(service, environment, wanted) {
      const known = await read(service, environment);
      if (!known) return `Nobody can tell which release of ${service} is older than what runs in ${environment}.`;
      const { now, source, past, fates } = known;
      const byFate = whyNotByFate(fates, wanted, environment);
      if (byFate !== undefined) return byFate;
      const release = await source.release(service, wanted.version);
      if (release?.commit !== wanted.commit)
        return `The release ${wanted.version} of ${service} no longer exists as it was.`;
      return (await isOlder(source, service, release, await nowOf(source, service, now, past)))
        ? undefined
        : `${wanted.version} is not older than ${now.version}, which runs in ${environment}.`;
    },
    async isThere(service, wanted) {
      const source = servingConnector(deps, service)?.sourceControl;
      return !source || (await source.release(service, wanted.version))?.commit === wanted.commit;
    },
  };
}

interface Now extends ReleaseName {
  /** Whether its version still leads to its commit. */
  readonly exists: boolean;
  /** When it was made: by source control, else as it was when it was deployed. */
  readonly madeAt: number | undefined;
}

async function nowOf(
  source: SourceControl,
  service: string,
  served: ReleaseName,
  past: readonly Deployment[],
): Promise<Now> {
  const release = await source.release(service, served.version);
  if (release?.commit === served.commit) return { ...served, exists: true, madeAt: release.createdAt };
  const deployed = [...past].reverse().find((each) => releaseKey(each) === releaseKey(served));
  return { ...served, exists: false, madeAt: deployed?.releasedAt };
}

/** Those that were verified and still exist, the newest release first. */
async function candidates(source: SourceControl, service: string, fates: Fates, now: ReleaseName): Promise<Release[]> {
  const wanted = new Map([...fates].filter(([key, { fate }]) => fate === 'verified' && key !== releaseKey(now)));
  const listed = (await source.releases(service)).filter((release) => wanted.delete(releaseKey(release)));
  // Older ones than the list holds: those used last are asked for one by one.
  const rest = [...wanted.values()].reverse().slice(0, maxAskedFor);
  const asked = await Promise.all(
    rest.map(async (each) => {
      const release = await source.release(service, each.version);
      return release?.commit === each.commit ? [release] : [];
    }),
  );
  return [...listed, ...asked.flat()].sort((one, other) => other.createdAt - one.createdAt);
}

/** By the commits, where one of the two contains the other; by when they were made, where they lie on two branches. */
async function isOlder(source: SourceControl, service: string, release: Release, now: Now): Promise<boolean> {
  const { madeAt } = now;
  if (madeAt === undefined) return false;
  if (!now.exists) return release.createdAt < madeAt;
  if ((await source.commitsBetween(service, now.version, release.version)).direction === 'back') return true;
  if (release.createdAt >= madeAt) return false;
  return (await source.commitsBetween(service, release.version, now.version)).direction !== 'back';
}

/** Whether what is live could be restored if a deployment fails: looked up, never taken from the catalog alone. */
export async function lostWayBack(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  targets: Pick<RollbackTargets, 'isThere' | 'rollbackTarget'>,
  place: Pick<Deployment, 'service' | 'environment' | 'kind'>,
  running: Running | undefined,
): Promise<Deployment['noWayBack']> {
  const isPromised =
    lookUp(catalog().environments, place.environment)?.rollBackAutomatically && place.kind === 'deploy';
  return isPromised && running ? lostRelease(targets, place, running) : undefined;
}

/** The release, if it's gone, with the one to restore instead; undefined while it's still there. */
export async function lostRelease(
  targets: Pick<RollbackTargets, 'isThere' | 'rollbackTarget'>,
  { service, environment }: Pick<Deployment, 'service' | 'environment'>,
  release: ReleaseName,
): Promise<Deployment['noWayBack']> {
  if (await targets.isThere(service, release)) return undefined;
  const next = (await targets.rollbackTarget(service, environment))?.version;
  return { version: release.version, ...(next !== undefined && { next }) };
}
