import type { Person } from '../../chat/contract';
import type { RunStatus } from '../../connectors/contract';
import type { Deployment, DeploymentState, HealthSnapshot } from './contract';
import { end, enter, follow } from './effects';
import { over } from './refusal';
import type { Refusal } from './refusal';

/** The part of a deployment's life from its approval on: place, run, verification, putting back. Pure. */

/** What the catalog says of the environment, as it is when the event happens. */
export interface Aftermath {
  readonly verifyForMs: number;
  readonly rollBackAutomatically: boolean;
  /** The id that the deployment gets which puts this one back. */
  readonly rollbackId: string;
  /** The release to restore is gone, so nothing is restored. */
  readonly noWayBack?: NonNullable<Deployment['noWayBack']>;
}

export type Serving = { readonly version: string; readonly commit: string } | undefined;

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
      /** When it was looked at, by a clock that nobody sets meanwhile; now unless told. */
      readonly at?: number;
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

/** See `next` of life.ts. */
export function runLife(deployment: Deployment, event: RunEvent, now: number): Deployment | Refusal {
  const { state } = deployment;
  switch (event.type) {
    case 'began':
      return state === 'approved' ? begin(deployment, event, now) : over(deployment);
    case 'blocked':
      if (state !== 'approved') return over(deployment);
      return deployment.waitsFor === event.by && deployment.heldBy === undefined
        ? { ...deployment, looksFailed: 0 }
        : follow({ ...deployment, waitsFor: event.by, heldBy: undefined }, now, { kind: 'card' });
    case 'held':
      if (state !== 'approved') return over(deployment);
      return deployment.heldBy === event.by
        ? deployment
        : follow({ ...deployment, heldBy: event.by }, now, { kind: 'card' });
    case 'superseded':
      return state === 'approved' ? end(deployment, 'superseded', now, { reason: event.reason }) : over(deployment);
    case 'start tried':
      return isStarting(deployment) ? { ...deployment, startTriedAt: now } : over(deployment);
    case 'start failed':
      return isStarting(deployment) ? startFailed(deployment, event.reason, now) : over(deployment);
    case 'run started':
      return isStarting(deployment) || state === 'unclear' ? started(deployment, event.runId, now) : over(deployment);
    case 'run seen':
      return isRunning(deployment, event.run) ? seen(deployment, event, now) : over(deployment);
    case 'look failed':
      return isWatched(deployment)
        ? { ...deployment, looksFailed: (deployment.looksFailed ?? 0) + 1 }
        : over(deployment);
    case 'lost':
      return state === 'running' && !deployment.rollbackId ? lost(deployment, event.reason, now) : over(deployment);
    case 'health seen':
      return state === 'verifying' && !deployment.rollbackId ? verify(deployment, event, now) : over(deployment);
    case 'rollback seen':
      return isPutBack(deployment)
        ? follow({ ...deployment, rollback: event.rollback }, now, { kind: 'card' })
        : over(deployment);
    case 'rollback ended':
      return isPutBack(deployment) ? putBack(deployment, event.rollback, now) : over(deployment);
    case 'settled':
      return state === 'unclear' ? settle(deployment, event, now) : over(deployment);
  }
}

function begin(
  deployment: Deployment,
  { replaces, executor, before, noWayBack }: Extract<RunEvent, { type: 'began' }>,
  now: number,
): Deployment {
  const entered = { ...enter(deployment, 'running', now), replaces, executor, before, noWayBack };
  const running = { ...entered, waitsFor: undefined, heldBy: undefined };
  return follow(running, now, { kind: 'audit', step: 'started', at: now }, { kind: 'start' }, { kind: 'card' });
}

function startFailed(deployment: Deployment, reason: string, now: number): Deployment {
  const by = deployment.cancelRequestedBy;
  if (by) return end(deployment, 'cancelled', now, { by, reason: '' });
  return end(deployment, 'failed', now, { reason });
}

function started(deployment: Deployment, runId: string, now: number): Deployment {
  const running = { ...(deployment.state === 'running' ? deployment : enter(deployment, 'running', now)), runId };
  return follow(running, now, ...(running.cancelRequestedBy ? [{ kind: 'stop' } as const] : []), { kind: 'card' });
}

function seen(
  deployment: Deployment,
  { run, serving, aftermath }: Extract<RunEvent, { type: 'run seen' }>,
  now: number,
): Deployment {
  const looked = { ...deployment, run, looksFailed: 0 };
  if (run.state === 'running') return looksAlike(deployment, run) ? looked : follow(looked, now, { kind: 'card' });
  if (run.state === 'succeeded') return serve(looked, aftermath, now);
  const reason = run.reason ?? (run.state === 'cancelled' ? 'the run was cancelled' : 'the run failed');
  const by = run.state === 'cancelled' ? deployment.cancelRequestedBy : undefined;
  const state = run.state === 'cancelled' ? 'cancelled' : 'failed';
  return fail(
    { ...looked, left: { version: serving?.version } },
    { state, reason, by, during: 'run', serving, aftermath },
    now,
  );
}

function serve(deployment: Deployment, { verifyForMs }: Aftermath, now: number): Deployment {
  const verifying = { ...enter(deployment, 'verifying', now), verifyUntil: now + verifyForMs, after: undefined };
  return follow(verifying, now, { kind: 'card' });
}

/** One bad look may be chance; two in a row are not. Before its time is over only a service that is down ends the verification. */
function verify(deployment: Deployment, event: Extract<RunEvent, { type: 'health seen' }>, now: number): Deployment {
  const { look, serving, aftermath } = event;
  const { at = now } = event;
  const { after: last } = deployment;
  // Set by a clock that was ahead, it would last longer than anybody wanted.
  const verifyUntil = Math.min(deployment.verifyUntil ?? at, at + aftermath.verifyForMs);
  const looked = { ...deployment, verifyUntil, after: look, looksFailed: 0 };
  const downTwice = look.state === 'down' && last?.state === 'down';
  const overdue = at >= verifyUntil;
  if (overdue && look.state === 'healthy') return end(looked, 'succeeded', now, { reason: '' });
  const badTwice = overdue && last !== undefined && last.state !== 'healthy';
  if (!downTwice && !badTwice) return last?.state === look.state ? looked : follow(looked, now, { kind: 'card' });
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

/** Puts back what served before where the catalog wants that and something else serves now. A rollback that fails is for people. */
function fail(deployment: Deployment, failure: Failure, now: number): Deployment {
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
  return follow(
    { ...known, rollbackId: aftermath.rollbackId },
    now,
    { kind: 'audit', step: 'rollback', who: 'gavel', outcome: `back to ${replaces.version}`, at: now },
    { kind: 'roll back' },
    { kind: 'card' },
  );
}

function putBack(deployment: Deployment, rollback: NonNullable<Deployment['rollback']>, now: number): Deployment {
  const reason = deployment.failure?.reason ?? '';
  return end({ ...deployment, rollback }, rollback.state === 'succeeded' ? 'rolled back' : 'failed', now, { reason });
}

function lost(deployment: Deployment, reason: string, now: number): Deployment {
  return follow(
    { ...enter(deployment, 'unclear', now), unclearSince: now, unclearReason: reason },
    now,
    { kind: 'audit', step: 'unclear', outcome: reason, at: now },
    { kind: 'card' },
  );
}

function settle(
  deployment: Deployment,
  { as, by, runKey, aftermath }: Extract<RunEvent, { type: 'settled' }>,
  now: number,
): Deployment {
  const said = follow(deployment, now, { kind: 'audit', step: 'settled', who: by.id, outcome: as, at: now });
  if (as === 'ran') return serve(said, aftermath, now);
  if (as === 'not') return end(said, 'cancelled', now, { by, reason: 'it did not run' });
  // A run that got lost keeps its key; only a new key can start another.
  const fresh = {
    ...enter(said, 'running', now),
    runKey: said.runId === undefined ? said.runKey : runKey,
    runId: undefined,
    run: undefined,
    startTriedAt: undefined,
    cancelRequestedBy: undefined,
  };
  return follow(fresh, now, { kind: 'start' }, { kind: 'card' });
}

function isStarting({ state, runId, rollbackId }: Deployment): boolean {
  return state === 'running' && runId === undefined && rollbackId === undefined;
}

function isRunning({ state, runId, rollbackId }: Deployment, run: RunStatus): boolean {
  return state === 'running' && runId === run.id && rollbackId === undefined;
}

function isWatched({ state, rollbackId }: Deployment): boolean {
  return rollbackId === undefined && ['approved', 'running', 'verifying', 'unclear'].includes(state);
}

function isPutBack({ state, rollbackId }: Deployment): boolean {
  return rollbackId !== undefined && (state === 'running' || state === 'verifying');
}

/** Whether a card would look the same: same step and detail, same tenth of the bar. */
function looksAlike({ run: before }: Deployment, run: RunStatus): boolean {
  if (!before || Math.floor(before.progress * 10) !== Math.floor(run.progress * 10)) return false;
  const shown = ({ steps }: RunStatus): string => JSON.stringify(steps.map(({ state, detail }) => [state, detail]));
  return shown(before) === shown(run);
}
