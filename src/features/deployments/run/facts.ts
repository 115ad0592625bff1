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

/** What is kept of a health report. Its `trouble` is escaped already. */
export function snapshotOf({ state, trouble, readAt, figures, loneFailure }: HealthReport): HealthSnapshot {
  const { p95Ms, errorPercent, requestsPerSecond } = figures ?? {};
  return { at: readAt, state, trouble, p95Ms, errorPercent, requestsPerSecond, ...(loneFailure && { loneFailure }) };
}

/**
 * The same, seen as the verification of this deployment: a healthy service of another release verifies nothing. It's `not live` then, not down:
 * the service may be as healthy as its cards say.
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

/**
 * What the catalog wants after a run in this environment. Where something has gone wrong, it is looked up whether what was live can be
 * restored at all.
 */
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

/** What canceling does, by how far a deployment is. */
export type Canceling = 'end the request' | 'stop the run' | 'roll back' | 'stop verifying';

/** Undefined where there is nothing to cancel. The release before comes back where the catalog lets Gavel restore it. */
export function cancelsHow(catalog: Catalog, deployment: Deployment): Canceling | undefined {
  const { state, kind, environment, replaces, noWayBack, cancelRequestedBy } = deployment;
  if (cancelRequestedBy || isRollingBack(deployment)) return undefined;
  if (state === 'requested' || state === 'awaiting approval' || state === 'approved') return 'end the request';
  if (state === 'running') return 'stop the run';
  if (state !== 'verifying' || kind === 'rollback') return undefined;
  const isRestored = lookUp(catalog.environments, environment)?.rollBackAutomatically === true;
  return isRestored && replaces && !noWayBack ? 'roll back' : 'stop verifying';
}

/** How long the service is watched after a run. */
export function verifyMs({ catalog }: Pick<FeatureDependencies, 'catalog'>, { environment }: Deployment): number {
  return (lookUp(catalog().environments, environment)?.verifyForSeconds ?? 60) * 1000;
}

/** How long a run may take. */
export function runLimitMs({ catalog }: Pick<FeatureDependencies, 'catalog'>, { environment }: Deployment): number {
  return (lookUp(catalog().environments, environment)?.runLimitSeconds ?? 900) * 1000;
}

/** How long a run that nobody follows is left to its own instance before another one asks people what became of it. */
const strandedMs = 5 * 60_000;

/** Why nobody knows what became of such a run. */
export const strandedReason = 'the Gavel instance that runs it hasn’t responded for five minutes';

/** Whether the run is a process of another instance's machine, where this one can neither find nor follow nor stop it. */
export function isElsewhere({ systems }: Serving, { executor, service, environment }: Deployment): boolean {
  return executor !== undefined && executor !== systems.pipelines(service, environment)?.executor;
}

/**
 * Tells whether this instance works on a deployment now: its own and everybody's at any time, another one's only once that has let the same
 * moment pass for five minutes. Counted on this instance's own steady clock, so a clock that jumps strands nothing.
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
 * What explains a failure best in these lines of a log: from the first error or failing check to the next check that passes, at most five; the end where nothing looks like one.
 * Without the time before each line and without lines that only repeat the reason.
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
