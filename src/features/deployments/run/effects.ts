import type { FoundRun, PipelineRunner, Running } from '../../../connectors/contract';
import { ConflictError, ConnectorError } from '../../../core/errors';
import { lookUp } from '../../../core/keys';
import type { Approvals } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import type { HealthReports } from '../../health';
import type { Obstacle, Policy } from '../../policy';
import { lostBy, lostEvidence, needsApproval, readEvidence } from '../approval/checks';
import type { Deployment } from '../contract';
import { approvalIdOf, isAutomatic, labelOf, targetKey } from '../record';
import { lostWayBack } from '../rollback/facts';
import type { RollbackTargets } from '../rollback/facts';
import type { DeploymentStore } from '../store';
import { lookAt, verifyMs } from './facts';
import { isElsewhere, strandedReason } from './policy';
import type { RunEvent } from './transitions';

/** What a deployment asks of its connector: the way in, the start, the stop. Each may be performed again after a crash. */

/** A connector that never got the request is tried this often, about two minutes, before the deployment fails. */
const maxStartAttempts = 8;

export interface RunParts {
  readonly deps: FeatureDependencies;
  readonly store: DeploymentStore;
  readonly health: HealthReports;
  readonly policy: Policy;
  readonly approvals: Pick<Approvals, 'whyLapsed'>;
  readonly targets: RollbackTargets;
}

/** Lets an approved deployment begin once nothing is in its way, or ends it where it can't take effect any more. */
export async function begin(parts: RunParts, id: string): Promise<void> {
  const { deps, store, health, policy, targets } = parts;
  const deployment = (await store.get(id))?.value;
  if (deployment?.state !== 'approved') return;
  const { service, environment, version } = deployment;
  const next = async (event: RunEvent | { type: 'lapsed'; reason: string }): Promise<void> =>
    void (await store.apply(id, event));
  const lost = await whyLapsed(parts, id, deployment);
  if (lost !== undefined) return next({ type: 'lapsed', reason: lost });
  const running = await deps.connectorOf(service).environments?.running(service, environment);
  if (runsAlready(deployment, running))
    return next({ type: 'superseded', reason: `${version} runs in ${environment} already` });
  const obstacles = await obstaclesOf(policy, deployment);
  if (obstacles.length > 0) return next({ type: 'held', by: describeHold(obstacles) });
  const ahead = await aheadOf(store, policy, deployment);
  if (ahead) return next(ahead);
  // Only now that nothing else is in its way: what is held for days isn't ended by a bad minute in between.
  const unmet = lostEvidence(deployment, await readEvidence({ deps, store, health }, deployment));
  if (unmet !== undefined) return next({ type: 'lapsed', reason: unmet });
  try {
    const before = await lookAt(health, deployment, verifyMs(deps, deployment));
    const executor = deps.connectorOf(service).pipelines?.executor;
    const noWayBack = await lostWayBack(deps, targets, deployment, running);
    await next({ type: 'began', replaces: replacedBy(running), executor, before, noWayBack });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const holder = await store.holderOf(deployment);
    await next({ type: 'blocked', by: holder?.value.number ?? deployment.waitsFor ?? 0 });
  }
}

/** Why an approved deployment must not begin after all: its release, its requester, its approval or the rule. */
async function whyLapsed(
  { deps, approvals, targets }: RunParts,
  id: string,
  deployment: Deployment,
): Promise<string | undefined> {
  const lost = (await lostBy(deps, deployment)) ?? needsApproval(deps.catalog(), deployment);
  if (lost !== undefined) return lost;
  const lapsed = deployment.approvedBy.length > 0 ? await approvals.whyLapsed(approvalIdOf(id)) : undefined;
  if (lapsed !== undefined) return lapsed;
  if (deployment.kind !== 'rollback' || isAutomatic(deployment)) return undefined;
  const { service, environment } = deployment;
  return targets.whyNoRollback(service, environment, deployment);
}

/** Starts the run, once: after a start that was tried before, only when the connector says that there is no run. `attempts`: how often it failed before. */
export async function startRun(parts: RunParts, id: string, attempts: number): Promise<void> {
  const { deps, store } = parts;
  const deployment = (await store.get(id))?.value;
  if (deployment?.state !== 'running' || deployment.runId !== undefined || deployment.rollbackId) return;
  const { pipelines, name } = deps.connectorOf(deployment.service);
  if (!pipelines) return void (await store.apply(id, { type: 'start failed', reason: `${name} runs no pipelines` }));
  if (isElsewhere(deployment, pipelines.executor))
    return void (await store.apply(id, { type: 'lost', reason: strandedReason }));
  if (deployment.startTriedAt !== undefined) {
    const found = await findByKey(pipelines, deployment.runKey, attempts);
    if (found.found === 'run') return void (await store.apply(id, { type: 'run started', runId: found.id }));
    if (found.found === 'cannot tell')
      return void (await store.apply(id, { type: 'lost', reason: `${name} cannot tell whether the run was started` }));
  }
  if (deployment.cancelRequestedBy) return void (await store.apply(id, { type: 'start failed', reason: '' }));
  const tried = await store.apply(id, { type: 'start tried' });
  if (tried.refused === undefined) await askForRun(parts, id, deployment, pipelines, attempts);
}

async function askForRun(
  { deps, store }: RunParts,
  id: string,
  deployment: Deployment,
  pipelines: PipelineRunner,
  attempts: number,
): Promise<void> {
  const { service, environment, version, commit, runKey: key, correlationId } = deployment;
  const timeLimitMs = (lookUp(deps.catalog().environments, environment)?.runLimitSeconds ?? 900) * 1000;
  try {
    const run = await pipelines.startRun({ key, service, environment, version, commit, timeLimitMs, correlationId });
    await store.apply(id, { type: 'run started', runId: run.id });
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    deps.logger.warn({ error, deployment: id, failure: error.failure, correlationId }, 'A run could not be started');
    const saidNo = hasRefused(error);
    if (!saidNo && (error.failure === 'unclear' || attempts + 1 < maxStartAttempts)) throw error;
    const reason = saidNo ? `${error.connector} refused to start the run` : `${error.connector} did not answer`;
    await store.apply(id, { type: 'start failed', reason });
  }
}

/** Asks the connector to stop the run; the run itself says when it has stopped. */
export async function stopRun({ deps, store }: RunParts, id: string): Promise<void> {
  const deployment = (await store.get(id))?.value;
  if (deployment?.state !== 'running' || deployment.runId === undefined || deployment.rollbackId) return;
  const { pipelines } = deps.connectorOf(deployment.service);
  if (isElsewhere(deployment, pipelines?.executor)) return;
  try {
    await pipelines?.cancelRun(deployment.runId);
  } catch (error) {
    if (!(error instanceof ConnectorError) || !hasRefused(error)) throw error;
    deps.logger.warn({ error, deployment: id }, 'A run could not be cancelled');
  }
}

function hasRefused({ failure }: ConnectorError): boolean {
  return failure === 'refused' || failure === 'not found';
}

async function findByKey(pipelines: PipelineRunner, key: string, attempts: number): Promise<FoundRun> {
  try {
    return await pipelines.findRun(key);
  } catch (error) {
    if (!(error instanceof ConnectorError) || attempts + 1 < maxStartAttempts) throw error;
    return { found: 'cannot tell' };
  }
}

function runsAlready(deployment: Deployment, running: Running | undefined): boolean {
  if (isAutomatic(deployment)) return false;
  return running?.version === deployment.version && running.commit === deployment.commit;
}

/**
 * Of several that are approved for one place the older goes first, also while somebody's lock holds it: a lock ends nothing that is approved,
 * and turns no order around. What is held lets a rollback go first, and what a freeze holds lets that go first which overrides the freeze.
 */
async function aheadOf(store: DeploymentStore, policy: Policy, deployment: Deployment): Promise<Ahead | undefined> {
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

type Ahead = Extract<RunEvent, { type: 'blocked' | 'held' }>;

/** A freeze or a lock that came after the request; restoring what ran before is never held up. */
async function obstaclesOf(policy: Policy, deployment: Deployment): Promise<readonly Obstacle[]> {
  const { service, environment, kind, requester, override, emergency } = deployment;
  if (isAutomatic(deployment) || emergency) return [];
  return policy.obstacles({ service, environment }, kind, requester, override);
}

function describeHold(obstacles: readonly Obstacle[]): string {
  return obstacles.map(({ what }) => what).join('; ');
}

function replacedBy(running: Running | undefined): Deployment['replaces'] {
  return running && { version: running.version, commit: running.commit, since: running.since };
}
