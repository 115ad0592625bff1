import type { FoundRun, PipelineRunner, Running } from '../../connectors/contract';
import { ConflictError, ConnectorError } from '../../core/errors';
import { idFrom } from '../../core/ids';
import { lookUp } from '../../core/look-up';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { HealthReports } from '../health';
import { isElsewhere, strandedReason } from './executor';
import type { Obstacle, Policy } from '../policy';
import { approvalIdOf } from './approval-id';
import type { Deployment, HealthSnapshot } from './contract';
import { lostEvidence, readEvidence } from './evidence';
import { lostBy, needsApproval } from './ground';
import type { Ledger } from './ledger';
import { holderOf } from './ledger';
import type { Aftermath, RunEvent } from './life-run';
import { isAutomatic, labelOf, targetKey } from './record';
import type { RollbackTargets } from './rollback-targets';
import { snapshotOf } from './snapshot';
import { lostWayBack } from './way-back';

/** What a deployment asks of its connector: the way in, the start, the stop. Each may be performed again after a crash. */

export interface RunSteps {
  begin(id: string): Promise<void>;
  /** `attempts`: how often it failed before. */
  start(id: string, attempts: number): Promise<void>;
  stop(id: string): Promise<void>;
}

/** A connector that never got the request is tried this often, about two minutes, before the deployment fails. */
const maxStartAttempts = 8;

export interface RunParts {
  readonly deps: FeatureDependencies;
  readonly ledger: Ledger;
  readonly health: HealthReports;
  readonly policy: Policy;
  readonly approvals: Pick<Approvals, 'whyLapsed'>;
  readonly targets: RollbackTargets;
}

/** The connector side of a run. */
export function createRunSteps({ deps, ledger, health, policy, approvals, targets }: RunParts): RunSteps {
  const { connectorOf, catalog, logger } = deps;

  async function begin(id: string): Promise<void> {
    const deployment = (await ledger.get(id))?.value;
    if (deployment?.state !== 'approved') return;
    const lost = await whyLapsed(id, deployment);
    if (lost !== undefined) return void (await ledger.apply(id, { type: 'lapsed', reason: lost }));
    const { service, environment } = deployment;
    const running = await connectorOf(service).environments?.running(service, environment);
    if (runsAlready(deployment, running))
      return void (await ledger.apply(id, {
        type: 'superseded',
        reason: `${deployment.version} runs in ${environment} already`,
      }));
    const obstacles = await obstaclesOf(policy, deployment);
    if (obstacles.length > 0) return void (await ledger.apply(id, { type: 'held', by: describeHold(obstacles) }));
    const ahead = await aheadOf(ledger, policy, deployment);
    if (ahead) return void (await ledger.apply(id, ahead));
    // Only now that nothing else is in its way: what is held for days isn't ended by a bad minute in between.
    const unmet = lostEvidence(deployment, await readEvidence({ deps, ledger, health }, deployment));
    if (unmet !== undefined) return void (await ledger.apply(id, { type: 'lapsed', reason: unmet }));
    try {
      const before = await lookAt(health, deployment, verifyMs(deps, deployment));
      const executor = connectorOf(service).pipelines?.executor;
      const noWayBack = await lostWayBack(deps, targets, deployment, running);
      await ledger.apply(id, { type: 'began', replaces: replacedBy(running), executor, before, noWayBack });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const holder = await holderOf(ledger, deployment);
      await ledger.apply(id, { type: 'blocked', by: holder?.value.number ?? deployment.waitsFor ?? 0 });
    }
  }

  /** Why an approved deployment must not begin after all: its release, its requester, its approval or the rule. */
  async function whyLapsed(id: string, deployment: Deployment): Promise<string | undefined> {
    const lost = (await lostBy(deps, deployment)) ?? needsApproval(catalog(), deployment);
    if (lost !== undefined) return lost;
    const lapsed = deployment.approvedBy.length > 0 ? await approvals.whyLapsed(approvalIdOf(id)) : undefined;
    if (lapsed !== undefined) return lapsed;
    if (deployment.kind !== 'rollback' || isAutomatic(deployment)) return undefined;
    const { service, environment } = deployment;
    return targets.whyNot(service, environment, deployment);
  }

  async function start(id: string, attempts: number): Promise<void> {
    const deployment = (await ledger.get(id))?.value;
    if (deployment?.state !== 'running' || deployment.runId !== undefined || deployment.rollbackId) return;
    const pipelines = connectorOf(deployment.service).pipelines;
    if (!pipelines) {
      const reason = `${connectorOf(deployment.service).name} runs no pipelines`;
      return void (await ledger.apply(id, { type: 'start failed', reason }));
    }
    if (isElsewhere(deployment, pipelines.executor))
      return void (await ledger.apply(id, { type: 'lost', reason: strandedReason }));
    if (deployment.startTriedAt !== undefined && (await settledByKey(id, deployment, pipelines, attempts))) return;
    if (deployment.cancelRequestedBy) return void (await ledger.apply(id, { type: 'start failed', reason: '' }));
    const tried = await ledger.apply(id, { type: 'start tried' });
    if (tried.refused === undefined) await ask(id, deployment, pipelines, attempts);
  }

  /** A start was tried before: only the connector's word that there is no run lets another start be tried. */
  async function settledByKey(
    id: string,
    deployment: Deployment,
    pipelines: PipelineRunner,
    attempts: number,
  ): Promise<boolean> {
    const found = await findByKey(pipelines, deployment.runKey, attempts);
    if (found.found === 'none') return false;
    const { name } = connectorOf(deployment.service);
    await ledger.apply(
      id,
      found.found === 'run'
        ? { type: 'run started', runId: found.id }
        : { type: 'lost', reason: `${name} cannot tell whether the run was started` },
    );
    return true;
  }

  async function ask(id: string, deployment: Deployment, pipelines: PipelineRunner, attempts: number): Promise<void> {
    const { service, environment, version, commit, runKey: key, correlationId } = deployment;
    const timeLimitMs = (lookUp(catalog().environments, environment)?.runLimitSeconds ?? 900) * 1000;
    try {
      const run = await pipelines.startRun({
        key,
        service,
        environment,
        version,
        commit,
        timeLimitMs,
        correlationId,
      });
      await ledger.apply(id, { type: 'run started', runId: run.id });
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      logger.warn({ error, deployment: id, failure: error.failure, correlationId }, 'A run could not be started');
      const saidNo = error.failure === 'refused' || error.failure === 'not found';
      if (!saidNo && (error.failure === 'unclear' || attempts + 1 < maxStartAttempts)) throw error;
      const reason = saidNo ? `${error.connector} refused to start the run` : `${error.connector} did not answer`;
      await ledger.apply(id, { type: 'start failed', reason });
    }
  }

  async function stop(id: string): Promise<void> {
    const deployment = (await ledger.get(id))?.value;
    if (deployment?.state !== 'running' || deployment.runId === undefined || deployment.rollbackId) return;
    const { pipelines } = connectorOf(deployment.service);
    if (isElsewhere(deployment, pipelines?.executor)) return;
    try {
      await pipelines?.cancelRun(deployment.runId);
    } catch (error) {
      const saidNo = error instanceof ConnectorError && (error.failure === 'refused' || error.failure === 'not found');
      if (!saidNo) throw error;
      logger.warn({ error, deployment: id }, 'A run could not be cancelled');
    }
  }

  return { begin, start, stop };
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
async function aheadOf(ledger: Ledger, policy: Policy, deployment: Deployment): Promise<Ahead | undefined> {
  if (deployment.emergency || isAutomatic(deployment)) return undefined;
  const approved = await ledger.find({
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

/** A freeze or a lock that came after the request; putting back what failed is never held up. */
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

/** How the service is over the last `overMs`, as the record keeps it. */
export async function lookAt(health: HealthReports, deployment: Deployment, overMs: number): Promise<HealthSnapshot> {
  return snapshotOf(await health.report(deployment.service, deployment.environment, Math.max(1000, overMs)));
}

/**
 * What the catalog wants after a run in this environment. Where something has gone wrong, it is looked up whether what was live can be
 * restored at all.
 */
export async function aftermathOf(
  { deps, targets }: Pick<RunParts, 'deps' | 'targets'>,
  id: string,
  deployment: Deployment,
  hasFailed: boolean,
): Promise<Aftermath> {
  const { replaces, service, environment } = deployment;
  const wanted = lookUp(deps.catalog().environments, environment)?.rollBackAutomatically ?? false;
  const isGone = hasFailed && wanted && replaces !== undefined && !(await targets.isThere(service, replaces));
  const next = isGone ? (await targets.newest(service, environment))?.version : undefined;
  return {
    verifyForMs: verifyMs(deps, deployment),
    rollBackAutomatically: wanted && !isGone,
    rollbackId: idFrom('rollback', id),
    ...(isGone && { noWayBack: { version: replaces.version, ...(next !== undefined && { next }) } }),
  };
}

export function verifyMs(deps: FeatureDependencies, { environment }: Deployment): number {
  return (lookUp(deps.catalog().environments, environment)?.verifyForSeconds ?? 60) * 1000;
}
