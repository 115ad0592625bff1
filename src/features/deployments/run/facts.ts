import type { Catalog } from '../../../core/catalog';
import { idFrom, lookUp } from '../../../core/keys';
import { plainText } from '../../../core/text';
import type { FeatureDependencies } from '../../contract';
import type { HealthReport } from '../../health';
import { lostWayBack } from '../checks';
import type { Deployment, HealthSnapshot } from '../contract';
import { isRollingBack } from '../store';
import type { DeploymentParts } from '../store';
import type { Aftermath } from './transitions';

/** What is kept of a health report. Its `trouble` is already escaped. */
export function snapshotOf({ state, trouble, readAt, figures, loneFailure }: HealthReport): HealthSnapshot {
  const { p95Ms, errorPercent, requestsPerSecond } = figures ?? {};
  return { at: readAt, state, trouble, p95Ms, errorPercent, requestsPerSecond, ...(loneFailure && { loneFailure }) };
}

/**
 * The same, for the verification of this deployment: a healthy service with another release verifies nothing. It's `not live` then, not down: the service may
 * be as healthy as its cards say.
 */
export function verificationLook(report: HealthReport, { version, commit }: Deployment): HealthSnapshot {
  const look = snapshotOf(report);
  const { running } = report.live;
  if (running && (running.version !== version || running.commit !== commit)) {
    const trouble = `${plainText(running.version, 40)} is live instead of ${plainText(version, 40)}`;
    return { ...look, state: 'not live', trouble };
  }
  return look.state === 'unknown' ? { ...look, trouble: look.trouble || 'there are no metrics' } : look;
}

type Serving = Pick<FeatureDependencies, 'systems'>;

/** What the catalog wants after a run in this environment. After a failure, it also looks up whether the earlier release can be restored at all. */
export async function aftermathOf(
  { deps, store }: DeploymentParts,
  id: string,
  deployment: Deployment,
  hasFailed: boolean,
): Promise<Aftermath> {
  const noWayBack = await lostWayBack(deps, store, deployment, hasFailed ? deployment.replaces : undefined);
  const isWanted = lookUp(deps.catalog().environments, deployment.environment)?.rollBackAutomatically ?? false;
  return {
    verifyForMs: verifyMs(deps, deployment),
    rollBackAutomatically: isWanted && noWayBack === undefined,
    rollbackId: idFrom('rollback', id),
    ...(noWayBack && { noWayBack }),
  };
}

/** What canceling does, by the state of a deployment. */
export type Canceling = 'end the request' | 'stop the run' | 'roll back' | 'stop verifying';

/** Undefined if there is nothing to cancel. The previous release is restored if the catalog lets Gavel do that. */
export function cancelsHow(catalog: Catalog, deployment: Deployment): Canceling | undefined {
  const { state, kind, environment, replaces, noWayBack, cancelRequestedBy } = deployment;
  if (cancelRequestedBy || isRollingBack(deployment)) return undefined;
  if (state === 'requested' || state === 'awaiting approval' || state === 'approved') return 'end the request';
  if (state === 'running') return 'stop the run';
  if (state !== 'verifying' || kind === 'rollback') return undefined;
  const isRestored = lookUp(catalog.environments, environment)?.rollBackAutomatically === true;
  return isRestored && replaces && !noWayBack ? 'roll back' : 'stop verifying';
}

/** How long the service is verified after a run. */
export function verifyMs({ catalog }: Pick<FeatureDependencies, 'catalog'>, { environment }: Deployment): number {
  return (lookUp(catalog().environments, environment)?.verifyForSeconds ?? 60) * 1000;
}

/** How long a run may take. */
export function runLimitMs({ catalog }: Pick<FeatureDependencies, 'catalog'>, { environment }: Deployment): number {
  return (lookUp(catalog().environments, environment)?.runLimitSeconds ?? 900) * 1000;
}

/** How long a run that nobody follows is left to its own instance before another instance asks people about its outcome. */
const strandedMs = 5 * 60_000;

/** Why the outcome of such a run is unknown. */
export const strandedReason = 'the Gavel instance responsible for it stopped responding';

/** What follows the run of a deployment: the connection that it was asked of, whatever the catalog names by now. */
export function followerOf({ systems }: Serving, { connection, service, environment }: Deployment) {
  return connection === undefined ? systems.pipelines(service, environment) : systems.runsOf(connection);
}

/** Whether the run is a process on another instance's machine, so that this one can't find, follow or stop it. */
export function isElsewhere(serving: Serving, deployment: Deployment): boolean {
  return deployment.executor !== undefined && deployment.executor !== followerOf(serving, deployment)?.executor;
}

/**
 * Tells whether this instance works on a deployment now: always on its own and on shared ones, and on another instance's only once that instance has been
 * silent for five minutes. Measured on this instance's own steady clock, so a clock that jumps strands nothing.
 */
export function createOwnership(
  deps: Serving & Pick<FeatureDependencies, 'clock'>,
): (deployment: Deployment, dueAt: number | undefined) => boolean {
  const passed = new Map<number, { readonly dueAt: number | undefined; readonly since: number }>();
  return (deployment, dueAt) => {
    const { number, state } = deployment;
    if (state !== 'running' || !isElsewhere(deps, deployment)) {
      passed.delete(number);
      return true;
    }
    const now = deps.clock.elapsed();
    const known = passed.get(number);
    if (known && known.dueAt === dueAt) return now - known.since > strandedMs;
    passed.set(number, { dueAt, since: now });
    return false;
  };
}

const shownLines = 5;
const stamp = /^\[?(?:\d{4}-\d{2}-\d{2}[T ])?\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?\]? /;
const surelyFails = /^\s*(not ok\b|error\b|fatal\b|panic\b|[✕✖×])|\b\w*(Error|Exception)\b/;
const mayFail = /\b(errors?|failures?|fail(ed|ing|s)?|fatal|exception)\b/i;
const passes = /^\s*(ok\b|pass(ed)?\b|[✓✔])/i;
const isClean = /\b(0|no) (errors?|fail)|# fail 0\b/i;

/** Whether this line of a log says that something failed. */
export function saysFailure(line: string): boolean {
  return (surelyFails.test(line) || mayFail.test(line)) && !isClean.test(line);
}

/**
 * The lines of a log that explain a failure best: from the first error or failing check to the next passing check, at most five; the end if no line looks
 * like an error. Without the time before each line, and without lines that only repeat the reason.
 */
export function firstError(lines: readonly string[], reason = ''): readonly string[] {
  const written = lines.map((line) => line.replace(stamp, '')).filter((line) => line.trim() !== '');
  const found = [surelyFails, mayFail]
    .map((form) => written.findIndex((line) => form.test(line) && !isClean.test(line)))
    .find((index) => index !== -1);
  const until = written.findIndex((line, index) => index > (found ?? written.length) && passes.test(line));
  const shown =
    found === undefined
      ? written.slice(-shownLines)
      : written.slice(found, Math.min(found + shownLines, until === -1 ? written.length : until));
  return reason === '' ? shown : shown.filter((line) => !line.includes(reason));
}
