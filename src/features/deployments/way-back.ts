import type { Running } from '../../connectors/contract';
import { lookUp } from '../../core/look-up';
import type { FeatureDependencies } from '../contract';
import type { Deployment } from './contract';
import type { RollbackTargets } from './rollback-targets';

/** Whether what is live could be restored if a deployment fails: looked up, never taken from the catalog alone. */
export async function lostWayBack(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  targets: Pick<RollbackTargets, 'isThere' | 'newest'>,
  { service, environment, kind }: Pick<Deployment, 'service' | 'environment' | 'kind'>,
  running: Running | undefined,
): Promise<Deployment['noWayBack']> {
  const promised = lookUp(catalog().environments, environment)?.rollBackAutomatically === true && kind === 'deploy';
  if (!promised || !running || (await targets.isThere(service, running))) return undefined;
  const next = (await targets.newest(service, environment))?.version;
  return { version: running.version, ...(next !== undefined && { next }) };
}

/** `2.14.1 can't be restored, because its release no longer exists; 2.14.0 was verified there before it`: outside text. */
export function noWayBackWords({ version, next }: NonNullable<Deployment['noWayBack']>): string {
  const before = next === undefined ? '' : `; ${next} was verified there before it`;
  return `${version} can't be restored, because its release no longer exists${before}`;
}
