import { ConnectorError } from '../../../core/errors';
import { lookUp } from '../../../core/keys';
import { createSteadyTime, createWatchedTime } from '../../../core/time/clock';
import type { Stored } from '../../../store/contract';
import { servingConnector } from '../../contract';
import type { Deployment } from '../contract';
import { begin } from './effects';
import type { RunParts } from './effects';
import { aftermathOf, verificationLook } from './facts';
import { isElsewhere, strandedReason } from './policy';
import type { RunEvent } from './transitions';

/** A run that has not ended this long after its time limit counts as lost. */
const graceMs = 60_000;
/** Looks are seconds apart; after a longer pause nobody knows what went by. */
const maxGapMs = 30_000;

/** Nobody can be asked about the run of a service that is no longer in the catalog. */
function withoutService({ service, state }: Deployment): RunEvent {
  return state === 'running'
    ? { type: 'lost', reason: `the catalog no longer has the service ${service}` }
    : { type: 'look failed' };
}

/** Checks deployments whose time has come: the run, the verification, the wait for a free place. */
export function followDeployments(parts: RunParts): (record: Stored<Deployment>) => Promise<void> {
  const { deps, store, health } = parts;
  const { connectorOf, clock } = deps;
  const watched = createWatchedTime(clock, maxGapMs);
  const steady = createSteadyTime(clock);

  /** By how long it was seen to run, not by the time of day: a clock that is set makes no run unclear. */
  function isOverdue(id: string, { environment, runId }: Deployment): boolean {
    const limitMs = (lookUp(deps.catalog().environments, environment)?.runLimitSeconds ?? 900) * 1000;
    return watched.look(`${id}/${runId}`) > limitMs + graceMs;
  }

  async function lookAtRun(id: string, deployment: Deployment): Promise<void> {
    const { service, environment, runId = '' } = deployment;
    const { pipelines, environments, name } = connectorOf(service);
    if (isElsewhere(deployment, pipelines?.executor))
      return void (await store.apply(id, { type: 'lost', reason: strandedReason }));
    const run = await pipelines?.runStatus(runId);
    if (!run) return void (await store.apply(id, { type: 'lost', reason: `${name} knows the run no longer` }));
    if (run.state === 'running' && isOverdue(id, deployment))
      return void (await store.apply(id, { type: 'lost', reason: 'the run has not ended within its time limit' }));
    const serving = run.state === 'running' ? undefined : await environments?.running(service, environment);
    const hasFailed = run.state === 'failed' || run.state === 'cancelled';
    const aftermath = await aftermathOf(parts, id, deployment, hasFailed);
    await store.apply(id, { type: 'run seen', run, serving, aftermath });
  }

  async function lookAtHealth(id: string, deployment: Deployment): Promise<void> {
    const at = steady.now(id);
    const overMs = Math.max(1000, at - deployment.stateSince);
    const report = await health.report(deployment.service, deployment.environment, overMs);
    const look = verificationLook(report, deployment);
    await store.apply(id, {
      type: 'health seen',
      at,
      look,
      serving: report.running,
      aftermath: await aftermathOf(parts, id, deployment, look.state !== 'healthy'),
    });
  }

  /** A run that turns up after all is taken up again; starting another one is for people. */
  async function lookForRun(id: string, deployment: Deployment): Promise<void> {
    const { pipelines } = connectorOf(deployment.service);
    if (isElsewhere(deployment, pipelines?.executor)) return void (await store.apply(id, { type: 'look failed' }));
    const found = deployment.runId === undefined ? await pipelines?.findRun(deployment.runKey) : undefined;
    const status = deployment.runId === undefined ? undefined : await pipelines?.runStatus(deployment.runId);
    const runId = found?.found === 'run' ? found.id : status && status.state !== 'running' ? status.id : undefined;
    await store.apply(id, runId === undefined ? { type: 'look failed' } : { type: 'run started', runId });
  }

  return async ({ id, value: deployment }) => {
    try {
      if (deployment.state === 'approved') await begin(parts, id);
      else if (!servingConnector(deps, deployment.service)) await store.apply(id, withoutService(deployment));
      else if (deployment.state === 'running') await lookAtRun(id, deployment);
      else if (deployment.state === 'verifying') await lookAtHealth(id, deployment);
      else await lookForRun(id, deployment);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      deps.logger.warn({ error, deployment: id, state: deployment.state }, 'A deployment could not be looked at');
      const tooLong = deployment.state === 'running' && isOverdue(id, deployment);
      await store.apply(
        id,
        tooLong ? { type: 'lost', reason: `${error.connector} does not answer` } : { type: 'look failed' },
      );
    }
  };
}
