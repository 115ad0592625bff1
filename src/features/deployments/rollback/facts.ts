import type { Release } from '../../../connectors/contract';
import type { FeatureDependencies } from '../../contract';
import type { Deployment, Deployments, ReleaseName } from '../contract';

/** Where people can roll back to: older releases that were verified there and weren't abandoned because they failed. */

const maxLookedBack = 50;
const maxAskedFor = 5;

export function createRollbackTargets(
  deps: Pick<FeatureDependencies, 'systems'>,
  recent: Deployments['recent'],
): Pick<Deployments, 'rollbackTarget' | 'whyNoRollback'> {
  return {
    async rollbackTarget(service, environment) {
      const known = await readPast(deps, recent, service, environment);
      if (!known) return undefined;
      const current = await known.readNow();
      for (const { version, commit, createdAt } of await known.verified())
        if (await known.isOlder({ version, createdAt }, current)) return { version, commit };
      return undefined;
    },
    async whyNoRollback(service, environment, wanted) {
      const known = await readPast(deps, recent, service, environment);
      if (!known) return `Gavel can’t tell which releases of ${service} are older than the one live in ${environment}.`;
      const { now, source, fates } = known;
      const byFate = whyNotByFate(fates, wanted, environment);
      if (byFate !== undefined) return byFate;
      const release = await source.release(wanted.version);
      if (release?.commit !== wanted.commit)
        return `Release ${wanted.version} of ${service} has changed or no longer exists.`;
      return (await known.isOlder(release, await known.readNow()))
        ? undefined
        : `${wanted.version} isn’t older than ${now.version}, which is live in ${environment}.`;
    },
  };
}

/** What is live there, or was last, and how other releases compare with it; undefined if nobody can tell. */
async function readPast(
  deps: Pick<FeatureDependencies, 'systems'>,
  recent: Deployments['recent'],
  service: string,
  environment: string,
) {
  const [running, found] = await Promise.all([
    deps.systems.running(service, environment)?.read(),
    recent({ service, environment, limit: maxLookedBack }),
  ]);
  const past = found.map(({ deployment }) => deployment).reverse();
  const now = running ?? servedLast(past);
  const source = deps.systems.source(service);
  if (!now || !source) return undefined;
  const fates = fatesOf(past);

  /** Whether its version still leads to its commit, and when it was created: from source control, or else as of its deployment. */
  const readNow = async () => {
    const release = await source.release(now.version);
    const exists = release?.commit === now.commit;
    const deployed = past.findLast((each) => releaseKey(each) === releaseKey(now));
    return { exists, madeAt: exists ? release.createdAt : deployed?.releasedAt };
  };

  /** The releases that were verified and still exist, the newest first. */
  const verified = async (): Promise<Release[]> => {
    const wanted = new Map([...fates].filter(([key, { fate }]) => fate === 'verified' && key !== releaseKey(now)));
    const listed = (await source.releases()).filter((release) => wanted.delete(releaseKey(release)));
    // The list doesn't contain the older ones: the most recently used are looked up one by one.
    const rest = [...wanted.values()].reverse().slice(0, maxAskedFor);
    const asked = await Promise.all(
      rest.map(async ({ version, commit }) => {
        const release = await source.release(version);
        return release?.commit === commit ? [release] : [];
      }),
    );
    return [...listed, ...asked.flat()].sort((one, other) => other.createdAt - one.createdAt);
  };

  /** By the commits, if one of the two contains the other; by creation time, if they are on two branches. */
  const isOlder = async (
    { version, createdAt }: Pick<Release, 'version' | 'createdAt'>,
    { exists, madeAt }: Awaited<ReturnType<typeof readNow>>,
  ): Promise<boolean> => {
    if (madeAt === undefined) return false;
    if (!exists) return createdAt < madeAt;
    if ((await source.commitsBetween(now.version, version)).direction === 'back') return true;
    if (createdAt >= madeAt) return false;
    return (await source.commitsBetween(version, now.version)).direction !== 'back';
  };

  return { now, source, fates, readNow, verified, isOlder };
}

/** `verified`: it was healthy there when it was last used. `left`: it failed there or was rolled back when it was last used. */
type Fate = 'verified' | 'left';

type Fates = ReadonlyMap<string, ReleaseName & { readonly fate: Fate }>;

function releaseKey({ version, commit }: ReleaseName): string {
  return `${version} ${commit}`;
}

/** How each release did there when it was last used; oldest first. A healthy release from before Gavel's first deployment counts as verified. */
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
    // A run that failed before it changed anything says nothing about the release.
    const served = failure?.during === 'verification' || left?.version === deployment.version;
    const failed = state === 'failed' || (state === 'cancelled' && failure?.during === 'verification');
    if (state === 'rolled back' || deployment.rollbackId !== undefined || (failed && served)) put(deployment, 'left');
  }
  return fates;
}

/** The release that was last live there according to the records, if nothing is known to be live now. */
export function servedLast(past: readonly Deployment[]): ReleaseName | undefined {
  const last = past.findLast(({ runId, state }) => runId !== undefined && state !== 'cancelled');
  return last && { version: last.version, commit: last.commit };
}

/** Why going to this release isn't a rollback, by what happened there: a complete sentence of outside text; undefined if it may be one. */
export function whyNotByFate(fates: Fates, wanted: ReleaseName, environment: string): string | undefined {
  const known = fates.get(releaseKey(wanted));
  if (!known) return `${wanted.version} was never verified in ${environment}.`;
  return known.fate === 'left'
    ? `${wanted.version} failed in ${environment} or was rolled back when it last ran there.`
    : undefined;
}

/** Whether this deployment may have left its release live; a release that a rollback replaced isn't one to go back to. */
export function mayRollBack({ kind, state, replaces, failure, left, runId }: Deployment): boolean {
  if (!replaces || runId === undefined || kind === 'rollback') return false;
  if (state === 'succeeded') return true;
  const hasEnded = state === 'failed' || (state === 'cancelled' && failure?.during === 'verification');
  return hasEnded && failure !== undefined && left?.version !== replaces.version;
}
