import type { Release, SourceControl } from '../../../connectors/contract';
import { servingConnector } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { Deployment, Deployments, ReleaseName } from '../contract';

/** Where people can roll back to: older releases that were verified there and that were not left because they failed. */

const maxLookedBack = 50;
const maxAskedFor = 5;

export function createRollbackTargets(
  deps: Pick<FeatureDependencies, 'catalog' | 'connectorOf'>,
  recent: Deployments['recent'],
): Pick<Deployments, 'rollbackTarget' | 'whyNoRollback'> {
  async function read(service: string, environment: string) {
    const connector = servingConnector(deps, service);
    const [running, found] = await Promise.all([
      connector?.environments?.running(service, environment),
      recent({ service, environment, limit: maxLookedBack }),
    ]);
    const past = found.map(({ deployment }) => deployment).reverse();
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
      for (const { version, commit, createdAt } of await candidates(source, service, fates, now))
        if (await isOlder(source, service, { version, createdAt }, current)) return { version, commit };
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
async function isOlder(
  source: SourceControl,
  service: string,
  release: Pick<Release, 'version' | 'createdAt'>,
  now: Now,
): Promise<boolean> {
  const { madeAt } = now;
  if (madeAt === undefined) return false;
  if (!now.exists) return release.createdAt < madeAt;
  if ((await source.commitsBetween(service, now.version, release.version)).direction === 'back') return true;
  if (release.createdAt >= madeAt) return false;
  return (await source.commitsBetween(service, release.version, now.version)).direction !== 'back';
}

/** `verified`: it ran well there when it was last used. `left`: it failed there or was rolled back when it was last used. */
type Fate = 'verified' | 'left';

type Fates = ReadonlyMap<string, ReleaseName & { readonly fate: Fate }>;

function releaseKey({ version, commit }: ReleaseName): string {
  return `${version} ${commit}`;
}

/** How each release fared there when it was last used; oldest first. What ran well before Gavel first deployed counts as verified. */
export function fatesOf(past: readonly Deployment[]): Fates {
  const fates = new Map<string, ReleaseName & { readonly fate: Fate }>();
  const put = ({ version, commit }: ReleaseName, fate: Fate): void =>
    void fates.set(releaseKey({ version, commit }), { version, commit, fate });
  for (const deployment of past) {
    const { kind, state, runId, replaces, before, failure, left } = deployment;
    if (runId === undefined) continue;
    if (replaces && before?.state !== 'down' && !fates.has(releaseKey(replaces))) put(replaces, 'verified');
    if (state === 'succeeded') {
      if (kind === 'rollback' && replaces) put(replaces, 'left');
      put(deployment, 'verified');
    }
    // A run that failed before it changed anything says nothing of the release.
    const served = failure?.during === 'verification' || left?.version === deployment.version;
    if (state === 'rolled back' || deployment.rollbackId !== undefined || (state === 'failed' && served))
      put(deployment, 'left');
  }
  return fates;
}

/** What served there last by the records, where nothing can be seen to serve now. */
export function servedLast(past: readonly Deployment[]): ReleaseName | undefined {
  const last = [...past].reverse().find(({ runId, state }) => runId !== undefined && state !== 'cancelled');
  return last && { version: last.version, commit: last.commit };
}

/** Why going to this release is no rollback, by what happened there: a whole sentence in outside text; undefined when it may be. */
export function whyNotByFate(fates: Fates, wanted: ReleaseName, environment: string): string | undefined {
  const known = fates.get(releaseKey(wanted));
  if (!known) return `${wanted.version} was never verified in ${environment}.`;
  return known.fate === 'left'
    ? `${wanted.version} failed in ${environment} or was rolled back when it last ran there.`
    : undefined;
}

/** Whether this deployment may have left its release in place; what a rollback replaced is no release to go back to. */
export function mayRollBack({ kind, state, replaces, failure, left, runId }: Deployment): boolean {
  if (!replaces || runId === undefined || kind === 'rollback') return false;
  if (state === 'succeeded') return true;
  return state === 'failed' && failure !== undefined && left?.version !== replaces.version;
}
