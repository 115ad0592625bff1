import type { FoundRun, PipelineRunner, RunRequest } from '../../../connectors/contract';
import { ConflictError, ConnectorError } from '../../../core/errors';
import { createSteadyTime, createWatchedTime } from '../../../core/time/clock';
import type { Stored } from '../../../store/contract';
import type { Approvals } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import type { HealthReports } from '../../health';
import type { Obstacle, Policy } from '../../policy';
import { lostBy, lostEvidence, lostWayBack, needsApproval, readEvidence } from '../checks';
import type { Deployment, FoundDeployment, SkippedRule } from '../contract';
import { approvalIdOf, isAutomatic, isOver, labelOf, rulesBeyond, skippedObstacle, targetKey } from '../store';
import type { DeploymentParts, DeploymentStore } from '../store';
import type { StepEvent } from '../transitions';
import {
  aftermathOf,
  firstError,
  followerOf,
  isElsewhere,
  runLimitMs,
  snapshotOf,
  strandedReason,
  verificationLook,
} from './facts';

/** What a deployment asks of its connector: to begin, to start, to stop. Each may be performed again after a crash. */

/** How often Gavel tries a connector that never got the request, over about two minutes, before the deployment fails. */
const maxStartAttempts = 8;

export interface RunParts extends DeploymentParts {
  readonly health: HealthReports;
  readonly policy: Policy;
  readonly approvals: Pick<Approvals, 'whyLapsed' | 'card' | 'showOutcome' | 'askedAbout'>;
}

/** Starts an approved deployment once nothing is in its way, or ends it if it can't take effect anymore. */
export async function begin(parts: RunParts, id: string): Promise<void> {
  const { store } = parts;
  const deployment = (await store.get(id))?.value;
  if (deployment?.state !== 'approved') return;
  try {
    await store.apply(id, await firstStep(parts, id, deployment));
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const holder = await store.holderOf(deployment);
    await store.apply(id, { type: 'blocked', by: holder?.value.number ?? deployment.waitsFor ?? 0 });
  }
}

async function firstStep(parts: RunParts, id: string, deployment: Deployment): Promise<StepEvent> {
  const { deps, store, health, policy } = parts;
  const { kind, service, environment, version, commit } = deployment;
  const lost = await whyLapsed(parts, id, deployment);
  if (lost !== undefined) return { type: 'lapsed', reason: lost };
  const running = await deps.systems.running(service, environment)?.read();
  if (!isAutomatic(deployment) && running?.version === version && running.commit === commit)
    return { type: 'superseded', reason: `${version} runs in ${environment} already` };
  const obstacles = await obstaclesOf(policy, deployment);
  if (obstacles.length > 0) return { type: 'held', by: describeHold(obstacles) };
  const rules = await skippedSince(policy, deployment);
  if (rules.length > 0) return { type: 'skips more', rules };
  const ahead = await aheadOf(store, policy, deployment);
  if (ahead) return ahead;
  // Only once nothing else is in its way: a bad minute doesn't end a deployment that is held for days.
  const unmet = lostEvidence(deployment, await readEvidence({ deps, store, health }, deployment));
  if (unmet !== undefined) return { type: 'lapsed', reason: unmet };
  return {
    type: 'began',
    before: snapshotOf(await health.report(service, environment)),
    executor: deps.systems.pipelines(service, environment)?.executor,
    noWayBack: await lostWayBack(deps, store, deployment, kind === 'deploy' ? running : undefined),
    replaces: running && { version: running.version, commit: running.commit, since: running.since },
  };
}

/** Why an approved deployment can't start after all: its release, its requester, its approval or the rule. */
async function whyLapsed({ deps, store, approvals }: RunParts, id: string, deployment: Deployment) {
  const lost = (await lostBy(deps, deployment)) ?? needsApproval(deps.catalog(), deployment);
  if (lost !== undefined) return lost;
  const lapsed = deployment.approvedBy.length > 0 ? await approvals.whyLapsed(approvalIdOf(id)) : undefined;
  if (lapsed !== undefined) return lapsed;
  if (deployment.kind !== 'rollback' || isAutomatic(deployment)) return undefined;
  const { service, environment } = deployment;
  return store.whyNoRollback(service, environment, deployment);
}

/** Starts the run, once: after an earlier attempt, only if the connector says that there is no run. `attempts`: how often it failed before. */
export async function startRun({ deps, store }: RunParts, id: string, attempts: number): Promise<void> {
  const deployment = (await store.get(id))?.value;
  if (deployment?.state !== 'running' || deployment.runId !== undefined || deployment.rollbackId) return;
  const pipelines = deps.systems.pipelines(deployment.service, deployment.environment);
  const next = async (event: StepEvent): Promise<void> => void (await store.apply(id, event));
  if (!pipelines) return next({ type: 'start failed', reason: `nothing deploys ${deployment.service}` });
  if (isElsewhere(deps, deployment)) return next({ type: 'lost', reason: strandedReason });
  if (deployment.startTriedAt !== undefined) {
    if (deployment.connection !== undefined && deployment.connection !== pipelines.connection)
      return next({
        type: 'lost',
        reason: 'the catalog now names another system, which can’t say whether the run was started',
      });
    const found = await findByRequest(pipelines, requestOf(deps, deployment), attempts);
    if (found.found === 'run') return next({ type: 'run started', runId: found.id });
    if (found.found === 'cannot tell')
      return next({ type: 'lost', reason: 'the deployment system didn’t confirm that the run was started' });
  }
  if (deployment.cancelRequestedBy) return next({ type: 'start failed', reason: '' });
  const tried = await store.apply(id, { type: 'start tried', connection: pipelines.connection });
  if (tried.refused === undefined) await next(await askForRun(deps, tried, pipelines, attempts));
}

async function askForRun(
  deps: FeatureDependencies,
  { id, deployment }: FoundDeployment,
  pipelines: PipelineRunner,
  attempts: number,
): Promise<StepEvent> {
  const { correlationId } = deployment;
  try {
    const run = await pipelines.startRun(requestOf(deps, deployment));
    return { type: 'run started', runId: run.id };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    deps.logger.warn({ error, deployment: id, failure: error.failure, correlationId }, 'A run could not be started');
    if (error.isFinal) return { type: 'start failed', reason: 'the deployment system refused to start the run' };
    if (error.failure === 'unclear' || attempts + 1 < maxStartAttempts) throw error;
    return { type: 'start failed', reason: 'the deployment system didn’t respond' };
  }
}

/** The same for every try with one key, so that the connector finds the run that one of them has started. */
function requestOf(deps: FeatureDependencies, deployment: Deployment): RunRequest {
  const { kind, service, environment, version, commit, runKey: key, requester, correlationId } = deployment;
  return {
    ...{ key, service, environment, version, commit, correlationId },
    timeLimitMs: runLimitMs(deps, deployment),
    by: { name: requester.name, id: requester.id },
    askedAt: deployment.askedAt ?? deployment.startTriedAt ?? deployment.stateSince,
    ...(kind === 'rollback' && { isRollback: true }),
  };
}

/** Asks the connector to stop the run; the run itself says when it has stopped. */
export async function stopRun({ deps, store }: RunParts, id: string): Promise<void> {
  const deployment = (await store.get(id))?.value;
  if (deployment?.state !== 'running' || deployment.runId === undefined || deployment.rollbackId) return;
  if (isElsewhere(deps, deployment)) return;
  try {
    await followerOf(deps, deployment)?.cancelRun(deployment.runId, deployment.cancelRequestedBy);
  } catch (error) {
    if (!(error instanceof ConnectorError) || !error.isFinal) throw error;
    deps.logger.warn({ error, deployment: id }, 'A run could not be canceled');
  }
}

async function findByRequest(pipelines: PipelineRunner, request: RunRequest, attempts: number): Promise<FoundRun> {
  try {
    return await pipelines.findRun(request);
  } catch (error) {
    if (!(error instanceof ConnectorError) || attempts + 1 < maxStartAttempts) throw error;
    return { found: 'cannot tell' };
  }
}

/**
 * Of several approved deployments for one place, the older one goes first, even while somebody's lock holds it: a lock cancels no approval and changes no
 * order. A held deployment lets a rollback go first, and one held by a freeze lets a deployment go first that overrides the freeze.
 */
async function aheadOf(store: DeploymentStore, policy: Policy, deployment: Deployment): Promise<StepEvent | undefined> {
  if (deployment.emergency || isAutomatic(deployment)) return undefined;
  const approved = await store.select({
    where: { target: targetKey(deployment), state: 'approved' },
    orderBy: 'requestedAt',
    limit: 100,
  });
  for (const { value } of approved) {
    if (value.number >= deployment.number) continue;
    const obstacles = await obstaclesOf(policy, value);
    if (obstacles.length === 0) return { type: 'blocked', by: value.number };
    if (deployment.kind === 'rollback' || obstacles.some(({ rule }) => rule === 'freeze')) continue;
    return { type: 'held', by: `${labelOf(value)} was requested first, and ${describeHold(obstacles)}` };
  }
  return undefined;
}

/** A freeze or a lock that came after the request; restoring the previous release is never held up. */
async function obstaclesOf(policy: Policy, deployment: Deployment): Promise<readonly Obstacle[]> {
  const { service, environment, kind, requester, override, emergency } = deployment;
  if (isAutomatic(deployment) || emergency) return [];
  return policy.obstacles({ service, environment }, kind, requester, override);
}

/** The freezes and locks that began while an emergency waited: those whom they concern are told before it begins. */
async function skippedSince(policy: Policy, deployment: Deployment): Promise<readonly SkippedRule[]> {
  const { service, environment, kind, requester, emergency, skipped } = deployment;
  if (!emergency || !skipped) return [];
  const obstacles = await policy.obstacles({ service, environment }, kind, requester);
  return rulesBeyond(skipped, obstacles.map(skippedObstacle));
}

function describeHold(obstacles: readonly Obstacle[]): string {
  return obstacles.map(({ what }) => what).join('; ');
}

/** A run that hasn't ended this long after its time limit counts as lost. */
const graceMs = 60_000;
/** Checks are seconds apart; after a longer pause, nobody knows what happened in between. */
const maxGapMs = 30_000;

/** How much of a log is searched for the error. */
const searchedLines = 2_000;

/** Checks deployments that are due: the run, the verification, the wait for a free place. */
export function followDeployments(parts: RunParts): (record: Stored<Deployment>) => Promise<void> {
  const { deps, store, health } = parts;
  const { systems, clock } = deps;
  const watched = createWatchedTime(clock, maxGapMs);
  const steady = createSteadyTime(clock);

  /** Measured by how long it was seen running, not by the time of day: changing the clock makes no run unclear. */
  const isOverdue = (id: string, deployment: Deployment): boolean =>
    watched.look(`${id}/${deployment.runId}`) > runLimitMs(deps, deployment) + graceMs;

  async function lookAtRun(id: string, deployment: Deployment): Promise<StepEvent> {
    const { service, environment, runId = '' } = deployment;
    const runs = followerOf(deps, deployment);
    if (isElsewhere(deps, deployment)) return { type: 'lost', reason: strandedReason };
    const run = await runs?.runStatus(runId);
    if (!run) return { type: 'lost', reason: 'the deployment system no longer has the run' };
    // How long the system lets it wait says nothing about the run.
    if ((run.state === 'running' || run.state === 'stopping') && isOverdue(id, deployment))
      return { type: 'lost', reason: 'the run didn’t end within its time limit' };
    const serving = isOver(run) ? await systems.running(service, environment)?.read() : undefined;
    const hasFailed = isOver(run) && run.state !== 'succeeded';
    const aftermath = await aftermathOf(parts, id, deployment, hasFailed);
    if (run.state !== 'failed') return { type: 'run seen', run, serving, aftermath };
    // The end of a log rarely says why: its first error may be a thousand lines earlier.
    const log = (await runs?.runLog(runId, searchedLines).catch(() => undefined)) ?? [];
    const lastLines = log.length === 0 ? run.lastLines : firstError(log);
    return { type: 'run seen', run: { ...run, lastLines }, serving, aftermath };
  }

  async function lookAtHealth(id: string, deployment: Deployment): Promise<StepEvent> {
    const at = steady.now(id);
    const watchedMs = Math.max(0, at - deployment.stateSince);
    const report = await health.report(deployment.service, deployment.environment, watchedMs);
    const look = verificationLook(report, deployment);
    const isOver = look.state !== 'healthy' || deployment.cancelRequestedBy !== undefined;
    const aftermath = await aftermathOf(parts, id, deployment, isOver);
    return { type: 'health seen', at, look, serving: report.live.running, aftermath };
  }

  /** If the run turns up after all, Gavel follows it again; only people start another one. */
  async function lookForRun(deployment: Deployment): Promise<StepEvent> {
    if (isElsewhere(deps, deployment)) return { type: 'look failed' };
    const { connection, runId } = deployment;
    const pipelines = systems.pipelines(deployment.service, deployment.environment);
    const isSame = connection === undefined || connection === pipelines?.connection;
    const found = runId === undefined && isSame ? await pipelines?.findRun(requestOf(deps, deployment)) : undefined;
    if (found?.found === 'run') return { type: 'run started', runId: found.id };
    const status = runId === undefined ? undefined : await followerOf(deps, deployment)?.runStatus(runId);
    return status && isOver(status) ? { type: 'run started', runId: status.id } : { type: 'look failed' };
  }

  async function look(id: string, deployment: Deployment): Promise<StepEvent> {
    const { service, state } = deployment;
    const isKnown = Object.hasOwn(deps.catalog().services, service);
    if (state === 'running')
      return isKnown
        ? lookAtRun(id, deployment)
        : { type: 'lost', reason: `the ${service} service is no longer in the catalog` };
    if (!isKnown) return { type: 'look failed' };
    return state === 'verifying' ? lookAtHealth(id, deployment) : lookForRun(deployment);
  }

  return async ({ id, value: deployment }) => {
    const { state } = deployment;
    try {
      if (state === 'approved') await begin(parts, id);
      else await store.apply(id, await look(id, deployment));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      deps.logger.warn({ error, deployment: id, state }, 'A deployment could not be looked at');
      const tooLong = state === 'running' && isOverdue(id, deployment);
      const reason = 'the deployment system isn’t responding';
      await store.apply(id, tooLong ? { type: 'lost', reason } : { type: 'look failed' });
    }
  };
}
