import type { Person } from '../../../chat/contract';
import type { RunStatus } from '../../../connectors/contract';
import type { Deployment, DeploymentState, HealthSnapshot } from '../contract';
import { isRollingBack } from '../record';
import { audit, advance, end, enter, tooLate } from '../transitions';
import type { DeploymentChange, DeploymentVerdict } from '../transitions';

/** The part of a deployment's life from its approval on: place, run, verification, rollback. Pure. */

/** What the catalog says of the environment, as it is when the event happens. */
export interface Aftermath {
  readonly verifyForMs: number;
  readonly rollBackAutomatically: boolean;
  /** The id of the deployment that rolls this one back. */
  readonly rollbackId: string;
  /** The release to restore is gone, so nothing is restored. */
  readonly noWayBack?: NonNullable<Deployment['noWayBack']>;
}

type Serving = { readonly version: string; readonly commit: string } | undefined;

export type RunEvent =
  /** The service and environment are held; asked of the store, which lets one in. */
  | ({ readonly type: 'began' } & Pick<Deployment, 'replaces' | 'executor' | 'noWayBack'> & {
        readonly before: HealthSnapshot;
      })
  | { readonly type: 'blocked'; readonly by: number }
  | { readonly type: 'held'; readonly by: string }
  | { readonly type: 'superseded'; readonly reason: string }
  | { readonly type: 'start tried' }
  | { readonly type: 'start failed'; readonly reason: string }
  | { readonly type: 'run started'; readonly runId: string }
  | { readonly type: 'run seen'; readonly run: RunStatus; readonly serving: Serving; readonly aftermath: Aftermath }
  | { readonly type: 'look failed' }
  | { readonly type: 'lost'; readonly reason: string }
  | {
      readonly type: 'health seen';
      /** When it was looked at, by a clock that nobody sets meanwhile. */
      readonly at: number;
      readonly look: HealthSnapshot;
      readonly serving: Serving;
      readonly aftermath: Aftermath;
    }
  | { readonly type: 'rollback seen'; readonly rollback: NonNullable<Deployment['rollback']> }
  | { readonly type: 'rollback ended'; readonly rollback: NonNullable<Deployment['rollback']> }
  | {
      readonly type: 'settled';
      readonly as: 'ran' | 'again' | 'not';
      readonly by: Person;
      readonly runKey: string;
      readonly aftermath: Aftermath;
    };

/** What becomes of an approved deployment by an event. */
export function runTransition(deployment: Deployment, event: RunEvent, now: number): DeploymentVerdict {
  return happensWhile[event.type](deployment) ? step(deployment, event, now) : tooLate(deployment);
}

const isApproved = ({ state }: Deployment): boolean => state === 'approved';
const isUnclear = ({ state }: Deployment): boolean => state === 'unclear';
const isRunning = ({ state, rollbackId }: Deployment): boolean => state === 'running' && rollbackId === undefined;
const isStarting = (deployment: Deployment): boolean => isRunning(deployment) && deployment.runId === undefined;

/** When each event has its time. */
const happensWhile: Readonly<Record<RunEvent['type'], (deployment: Deployment) => boolean>> = {
  began: isApproved,
  blocked: isApproved,
  held: isApproved,
  superseded: isApproved,
  'start tried': isStarting,
  'start failed': isStarting,
  'run started': (deployment) => isStarting(deployment) || isUnclear(deployment),
  'run seen': isRunning,
  'look failed': ({ state, rollbackId }) =>
    rollbackId === undefined && ['approved', 'running', 'verifying', 'unclear'].includes(state),
  lost: isRunning,
  'health seen': ({ state, rollbackId }) => state === 'verifying' && rollbackId === undefined,
  'rollback seen': isRollingBack,
  'rollback ended': isRollingBack,
  settled: isUnclear,
};

function step(deployment: Deployment, event: RunEvent, now: number): DeploymentVerdict {
  switch (event.type) {
    case 'began':
      return begin(deployment, event, now);
    case 'blocked':
      return deployment.waitsFor === event.by && deployment.heldBy === undefined
        ? { record: { ...deployment, looksFailed: 0 } }
        : advance({ ...deployment, waitsFor: event.by, heldBy: undefined }, { kind: 'card' });
    case 'held':
      return deployment.heldBy === event.by
        ? { record: deployment }
        : advance({ ...deployment, heldBy: event.by }, { kind: 'card' });
    case 'superseded':
      return end(deployment, 'superseded', now, { reason: event.reason });
    case 'start tried':
      return { record: { ...deployment, startTriedAt: now } };
    case 'start failed':
      return failStart(deployment, event.reason, now);
    case 'run started':
      return takeUp(deployment, event.runId, now);
    case 'run seen':
      return event.run.id === deployment.runId ? followRun(deployment, event, now) : tooLate(deployment);
    case 'look failed':
      return { record: { ...deployment, looksFailed: (deployment.looksFailed ?? 0) + 1 } };
    case 'lost':
      return lose(deployment, event.reason, now);
    case 'health seen':
      return verify(deployment, event, now);
    case 'rollback seen':
      return advance({ ...deployment, rollback: event.rollback }, { kind: 'card' });
    case 'rollback ended':
      return endRolledBack(deployment, event.rollback, now);
    case 'settled':
      return settle(deployment, event, now);
  }
}

function begin(
  deployment: Deployment,
  { replaces, executor, before, noWayBack }: Extract<RunEvent, { type: 'began' }>,
  now: number,
): DeploymentChange {
  const entered = { ...enter(deployment, 'running', now), replaces, executor, before, noWayBack };
  const running = { ...entered, waitsFor: undefined, heldBy: undefined };
  return advance(running, audit(running, 'started', { at: now }), { kind: 'start' }, { kind: 'card' });
}

function failStart(deployment: Deployment, reason: string, now: number): DeploymentChange {
  const by = deployment.cancelRequestedBy;
  if (by) return end(deployment, 'cancelled', now, { by, reason: '' });
  return end(deployment, 'failed', now, { reason });
}

function takeUp(deployment: Deployment, runId: string, now: number): DeploymentChange {
  const running = { ...(deployment.state === 'running' ? deployment : enter(deployment, 'running', now)), runId };
  return advance(running, ...(running.cancelRequestedBy ? [{ kind: 'stop' } as const] : []), { kind: 'card' });
}

function followRun(
  deployment: Deployment,
  { run, serving, aftermath }: Extract<RunEvent, { type: 'run seen' }>,
  now: number,
): DeploymentChange {
  const looked = { ...deployment, run, looksFailed: 0 };
  if (run.state === 'running')
    return looksAlike(deployment, run) ? { record: looked } : advance(looked, { kind: 'card' });
  if (run.state === 'succeeded') return startVerifying(looked, aftermath, now);
  const reason = run.reason ?? (run.state === 'cancelled' ? 'the run was cancelled' : 'the run failed');
  const by = run.state === 'cancelled' ? deployment.cancelRequestedBy : undefined;
  const state = run.state === 'cancelled' ? 'cancelled' : 'failed';
  return fail(
    { ...looked, left: { version: serving?.version } },
    { state, reason, by, during: 'run', serving, aftermath },
    now,
  );
}

function startVerifying(deployment: Deployment, { verifyForMs }: Aftermath, now: number): DeploymentChange {
  const verifying = { ...enter(deployment, 'verifying', now), verifyUntil: now + verifyForMs, after: undefined };
  return advance(verifying, { kind: 'card' });
}

/** One bad look may be chance; two in a row are not. Before its time is over only a service that is down ends the verification. */
function verify(
  deployment: Deployment,
  { look, serving, aftermath, at }: Extract<RunEvent, { type: 'health seen' }>,
  now: number,
): DeploymentChange {
  const { after: last } = deployment;
  // Set by a clock that was ahead, it would last longer than anybody wanted.
  const verifyUntil = Math.min(deployment.verifyUntil ?? at, at + aftermath.verifyForMs);
  const looked = { ...deployment, verifyUntil, after: look, looksFailed: 0 };
  const downTwice = look.state === 'down' && last?.state === 'down';
  const overdue = at >= verifyUntil;
  if (overdue && look.state === 'healthy') return end(looked, 'succeeded', now, { reason: '' });
  const badTwice = overdue && last !== undefined && last.state !== 'healthy';
  if (!downTwice && !badTwice)
    return last?.state === look.state ? { record: looked } : advance(looked, { kind: 'card' });
  const reason = look.trouble === '' ? `it is ${look.state}` : look.trouble;
  return fail(looked, { state: 'failed', reason, during: 'verification', serving, aftermath }, now);
}

interface Failure {
  readonly state: DeploymentState;
  readonly reason: string;
  readonly by?: Person | undefined;
  readonly during: 'run' | 'verification';
  readonly serving: Serving;
  readonly aftermath: Aftermath;
}

/** Restores what was live before where the catalog wants that and something else is live now. A rollback that fails is for people. */
function fail(deployment: Deployment, failure: Failure, now: number): DeploymentChange {
  const { replaces, kind } = deployment;
  const { state, reason, by, during, serving, aftermath } = failure;
  const { noWayBack } = aftermath;
  const known = {
    ...deployment,
    failure: { reason, during, at: now },
    left: { version: serving?.version },
    ...(noWayBack && { noWayBack }),
  };
  const leftover = replaces !== undefined && serving?.commit !== replaces.commit;
  if (!leftover || kind === 'rollback' || !aftermath.rollBackAutomatically)
    return end(known, state, now, { by, reason: by ? '' : reason });
  return advance(
    { ...known, rollbackId: aftermath.rollbackId },
    audit(known, 'rollback', { outcome: `back to ${replaces.version}`, at: now }),
    { kind: 'roll back' },
    { kind: 'card' },
  );
}

function endRolledBack(
  deployment: Deployment,
  rollback: NonNullable<Deployment['rollback']>,
  now: number,
): DeploymentChange {
  const reason = deployment.failure?.reason ?? '';
  return end({ ...deployment, rollback }, rollback.state === 'succeeded' ? 'rolled back' : 'failed', now, { reason });
}

function lose(deployment: Deployment, reason: string, now: number): DeploymentChange {
  const unclear = { ...enter(deployment, 'unclear', now), unclearSince: now, unclearReason: reason };
  return advance(unclear, audit(unclear, 'unclear', { outcome: reason, at: now }), { kind: 'card' });
}

function settle(
  deployment: Deployment,
  { as, by, runKey, aftermath }: Extract<RunEvent, { type: 'settled' }>,
  now: number,
): DeploymentChange {
  const { record, effects = [] } = settled();
  return advance(record, audit(deployment, 'settled', { who: by.id, outcome: as, at: now }), ...effects);

  function settled(): DeploymentChange {
    if (as === 'ran') return startVerifying(deployment, aftermath, now);
    if (as === 'not') return end(deployment, 'cancelled', now, { by, reason: 'it did not run' });
    // A run that got lost keeps its key; only a new key can start another.
    const fresh = {
      ...enter(deployment, 'running', now),
      runKey: deployment.runId === undefined ? deployment.runKey : runKey,
      runId: undefined,
      run: undefined,
      startTriedAt: undefined,
      cancelRequestedBy: undefined,
    };
    return advance(fresh, { kind: 'start' }, { kind: 'card' });
  }
}

/** Whether a card would look the same: same step and detail, same tenth of the bar. */
function looksAlike({ run: before }: Deployment, run: RunStatus): boolean {
  if (!before || Math.floor(before.progress * 10) !== Math.floor(run.progress * 10)) return false;
  const shown = ({ steps }: RunStatus): string => JSON.stringify(steps.map(({ state, detail }) => [state, detail]));
  return shown(before) === shown(run);
}
