import { idFrom, lookUp } from '../../../core/keys';
import { plainText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import type { HealthReport, HealthReports } from '../../health';
import type { Deployment, HealthSnapshot } from '../contract';
import { lostRelease } from '../rollback/facts';
import type { RollbackTargets } from '../rollback/facts';
import type { Aftermath } from './transitions';

/** What is kept of a health report. Its `trouble` is escaped already. */
function snapshotOf(report: HealthReport): HealthSnapshot {
  const { state, trouble, readAt, figures, loneFailure } = report;
  return {
    at: readAt,
    state,
    trouble,
    ...(figures?.p95Ms !== undefined && { p95Ms: figures.p95Ms }),
    ...(figures?.errorPercent !== undefined && { errorPercent: figures.errorPercent }),
    ...(figures?.requestsPerSecond !== undefined && { requestsPerSecond: figures.requestsPerSecond }),
    ...(loneFailure && { loneFailure }),
  };
}

/** The same, seen as the verification of this deployment: a healthy service of another release verifies nothing. */
export function verificationLook(report: HealthReport, { version, commit }: Deployment): HealthSnapshot {
  const look = snapshotOf(report);
  const { running } = report;
  if (running && (running.version !== version || running.commit !== commit))
    return {
      ...look,
      state: 'down',
      trouble: `${plainText(running.version, 40)} serves instead of ${plainText(version, 40)}`,
    };
  if (look.state === 'unknown')
    return { ...look, trouble: look.trouble === '' ? 'there are no numbers' : look.trouble };
  return look;
}

/** How the service is over the last `overMs`, as the record keeps it. */
export async function lookAt(health: HealthReports, deployment: Deployment, overMs: number): Promise<HealthSnapshot> {
  return snapshotOf(await health.report(deployment.service, deployment.environment, Math.max(1000, overMs)));
}

/**
 * What the catalog wants after a run in this environment. Where something has gone wrong, it is looked up whether what was live can be
 * restored at all.
 */
export async function aftermathOf(
  { deps, targets }: { readonly deps: Pick<FeatureDependencies, 'catalog'>; readonly targets: RollbackTargets },
  id: string,
  deployment: Deployment,
  hasFailed: boolean,
): Promise<Aftermath> {
  const { replaces, environment } = deployment;
  const isWanted = lookUp(deps.catalog().environments, environment)?.rollBackAutomatically ?? false;
  const noWayBack = hasFailed && isWanted && replaces ? await lostRelease(targets, deployment, replaces) : undefined;
  return {
    verifyForMs: verifyMs(deps, deployment),
    rollBackAutomatically: isWanted && noWayBack === undefined,
    rollbackId: idFrom('rollback', id),
    ...(noWayBack && { noWayBack }),
  };
}

/** How long the service is watched after a run. */
export function verifyMs(deps: Pick<FeatureDependencies, 'catalog'>, { environment }: Deployment): number {
  return (lookUp(deps.catalog().environments, environment)?.verifyForSeconds ?? 60) * 1000;
}
