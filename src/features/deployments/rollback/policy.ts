import type { Deployment, ReleaseName } from '../contract';

/** Which releases the past of a place lets people roll back to. Pure. */

/** `verified`: it ran well there when it was last used. `left`: it failed there or was rolled back when it was last used. */
type Fate = 'verified' | 'left';

export type Fates = ReadonlyMap<string, ReleaseName & { readonly fate: Fate }>;

export function releaseKey({ version, commit }: ReleaseName): string {
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
  if (known.fate === 'left')
    return `${wanted.version} failed in ${environment} or was rolled back when it last ran there.`;
  return undefined;
}

/** Whether this deployment may have left its release in place; what a rollback replaced is no release to go back to. */
export function mayRollBack({ kind, state, replaces, failure, left, runId }: Deployment): boolean {
  if (!replaces || runId === undefined || kind === 'rollback') return false;
  if (state === 'succeeded') return true;
  return state === 'failed' && failure !== undefined && left?.version !== replaces.version;
}
