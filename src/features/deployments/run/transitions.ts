import type { Person } from '../../../chat/contract';
import type { RunStatus } from '../../../connectors/contract';
import type { Deployment, DeploymentState, HealthSnapshot, SkippedRule } from '../contract';
import { isOver, isRollingBack, rulesBeyond } from '../store';
import { advance, audit, end, enter, tooLate } from '../transitions';
import type { DeploymentChange, LifeStep, LifeSteps } from '../transitions';

/** The part of a deployment's life after its approval: place, run, verification, rollback. Pure. */

/** What the catalog says about the environment when the event happens. */
export interface Aftermath {
  readonly verifyForMs: number;
  readonly rollBackAutomatically: boolean;
  /** The id of the deployment that rolls this one back. */
  readonly rollbackId: string;
  /** The release to restore is gone, so nothing is restored. */
  readonly noWayBack?: NonNullable<Deployment['noWayBack']>;
}

/** What was looked up together with a check of the run or the health. */
interface Seen {
  readonly serving: { readonly version: string; readonly commit: string } | undefined;
  readonly aftermath: Aftermath;
}

export type RunEvent =
  /** The service and environment are reserved; the store lets only one deployment in. */
  | ({ readonly type: 'began'; readonly before: HealthSnapshot } & Pick<
      Deployment,
      'replaces' | 'executor' | 'noWayBack'
    >)
  | { readonly type: 'blocked'; readonly by: number }
  | { readonly type: 'held'; readonly by: string }
  /** Rules that began after an emergency was requested: it skips them, too. */
  | { readonly type: 'skips more'; readonly rules: readonly SkippedRule[] }
  | { readonly type: 'superseded'; readonly reason: string }
  | { readonly type: 'start tried'; readonly connection: string }
  | { readonly type: 'start failed'; readonly reason: string }
  | { readonly type: 'run started'; readonly runId: string }
  | ({ readonly type: 'run seen'; readonly run: RunStatus } & Seen)
  | { readonly type: 'look failed' }
  | { readonly type: 'lost'; readonly reason: string }
  /** `at`: when it was checked, by a clock that nobody changes. */
  | ({ readonly type: 'health seen'; readonly at: number; readonly look: HealthSnapshot } & Seen)
  | { readonly type: 'rollback seen'; readonly rollback: NonNullable<Deployment['rollback']> }
  | { readonly type: 'rollback ended'; readonly rollback: NonNullable<Deployment['rollback']> }
  | {
      readonly type: 'settled';
      readonly as: 'ran' | 'again' | 'not';
      readonly by: Person;
      readonly runKey: string;
      readonly aftermath: Aftermath;
    };

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { readonly type: Type }>;

const isApproved = ({ state }: Deployment): boolean => state === 'approved';
const isUnclear = ({ state }: Deployment): boolean => state === 'unclear';
const isRunning = ({ state, rollbackId }: Deployment): boolean => state === 'running' && rollbackId === undefined;
const isStarting = (deployment: Deployment): boolean => isRunning(deployment) && deployment.runId === undefined;

const isFollowed = ({ state, rollbackId }: Deployment): boolean =>
  rollbackId === undefined && ['approved', 'running', 'verifying', 'unclear'].includes(state);
const isVerifying = ({ state, rollbackId }: Deployment): boolean => state === 'verifying' && rollbackId === undefined;

/** A step that applies only in this state; before and after, the event changes nothing. */
function during<Event>(isItsTime: (deployment: Deployment) => boolean, step: LifeStep<Event>): LifeStep<Event> {
  return (deployment, event, now) => (isItsTime(deployment) ? step(deployment, event, now) : tooLate(deployment));
}

const begin: LifeStep<EventOf<'began'>> = (deployment, { replaces, executor, before, noWayBack }, now) => {
  const entered = { ...enter(deployment, 'running', now), replaces, executor, before, noWayBack };
  const running = { ...entered, waitsFor: undefined, heldBy: undefined };
  return advance(running, audit(running, 'started', { at: now }), 'start', 'card');
};

const takeUp: LifeStep<EventOf<'run started'>> = (deployment, { runId }, now) => {
  const running = { ...(deployment.state === 'running' ? deployment : enter(deployment, 'running', now)), runId };
  return advance(running, running.cancelRequestedBy && 'stop', 'card');
};

const followRun: LifeStep<EventOf<'run seen'>> = (deployment, { run, serving, aftermath }, now) => {
  if (run.id !== deployment.runId) return tooLate(deployment);
  const looked = { ...deployment, run, looksFailed: 0 };
  if (!isOver(run)) return looksAlike(deployment, run) ? { record: looked } : advance(looked, 'card');
  if (run.state === 'succeeded') return startVerifying(looked, aftermath, now);
  return fail(looked, { ...endOf(run, deployment), during: 'run', serving, aftermath }, now);
};

/** How a run that didn’t succeed ends its deployment. */
function endOf({ state, reason }: RunStatus, { cancelRequestedBy: by }: Deployment) {
  switch (state) {
    case 'canceled':
      return { state: 'cancelled', reason: reason ?? 'the run was canceled', by } as const;
    case 'superseded':
      return { state: 'superseded', reason: reason ?? 'a newer run replaced it' } as const;
    default:
      return { state: 'failed', reason: reason ?? 'the run failed' } as const;
  }
}

function startVerifying(deployment: Deployment, { verifyForMs }: Aftermath, now: number): DeploymentChange {
  const verifying = { ...enter(deployment, 'verifying', now), verifyUntil: now + verifyForMs, after: undefined };
  return advance(verifying, 'card');
}

/** Down, or another release is live: nothing is left to wait for. */
const isGone = (look: HealthSnapshot | undefined): boolean => look?.state === 'down' || look?.state === 'not live';

/** Metrics that are missing say nothing against a release, so they are given this much more time before that counts as failed. */
export const missingForMs = 60_000;

/**
 * One bad check may be chance; two in a row aren't. Before its time is over, only a service that is down, or another release, ends the verification. Nobody
 * knows the health of a service just after its metrics, or Gavel itself, have started.
 */
const verify: LifeStep<EventOf<'health seen'>> = (deployment, { look, serving, aftermath, at }, now) => {
  const { after: last } = deployment;
  // If a clock that was ahead set it, it would last longer than anybody wanted.
  const verifyUntil = Math.min(deployment.verifyUntil ?? at, at + aftermath.verifyForMs);
  const looked = { ...deployment, verifyUntil, after: look, looksFailed: 0 };
  const { cancelRequestedBy: by } = looked;
  if (by)
    return fail(
      looked,
      { state: 'cancelled', reason: `canceled by ${by.name}`, by, during: 'verification', serving, aftermath },
      now,
    );
  const goneTwice = isGone(look) && isGone(last);
  const overdue = at >= verifyUntil;
  if (overdue && look.state === 'healthy') return end(looked, 'succeeded', now, { reason: '' });
  const isMissed = at >= verifyUntil + missingForMs;
  const isBad = ({ state }: HealthSnapshot): boolean => state !== 'healthy' && (state !== 'unknown' || isMissed);
  const badTwice = overdue && isBad(look) && last !== undefined && isBad(last);
  if (!goneTwice && !badTwice) return isShown(last) ? { record: looked } : advance(looked, 'card');
  const reason = look.trouble === '' ? `it is ${look.state}` : look.trouble;
  return fail(looked, { state: 'failed', reason, during: 'verification', serving, aftermath }, now);

  /** Whether the card already shows this: the same state, in the same tenth of the time. */
  function isShown(before: HealthSnapshot | undefined): boolean {
    const { stateSince } = looked;
    const tenth = (moment: number): number =>
      Math.floor(((moment - stateSince) / Math.max(1, verifyUntil - stateSince)) * 10);
    return before?.state === look.state && tenth(before.at) === tenth(look.at);
  }
};

interface Failure extends Seen {
  readonly state: DeploymentState;
  readonly reason: string;
  readonly by?: Person | undefined;
  readonly during: 'run' | 'verification';
}

/**
 * Restores the release that was live before if the catalog wants that and something else is live now. A failed rollback is left to people, and so is what a
 * newer run may be changing.
 */
function fail(deployment: Deployment, failure: Failure, now: number): DeploymentChange {
  const { replaces, kind } = deployment;
  const { state, reason, by, during, serving, aftermath } = failure;
  const known = {
    ...deployment,
    failure: { reason, during, at: now },
    left: { version: serving?.version },
    ...(aftermath.noWayBack && { noWayBack: aftermath.noWayBack }),
  };
  const leftover = replaces !== undefined && serving?.commit !== replaces.commit;
  const isLeft = !leftover || kind === 'rollback' || state === 'superseded' || !aftermath.rollBackAutomatically;
  if (isLeft) return end(known, state, now, { by, reason: by ? (known.cancelReason ?? '') : reason });
  return advance(
    { ...known, rollbackId: aftermath.rollbackId },
    audit(known, 'rollback', { outcome: `back to ${replaces.version}`, at: now }),
    'roll back',
    'card',
  );
}

const lose: LifeStep<EventOf<'lost'>> = (deployment, { reason }, now) => {
  const unclear = { ...enter(deployment, 'unclear', now), unclearSince: now, unclearReason: reason };
  return advance(unclear, audit(unclear, 'unclear', { outcome: reason, at: now }), 'card');
};

const settle: LifeStep<EventOf<'settled'>> = (deployment, { as, by, runKey, aftermath }, now) => {
  const { record, effects = [] } = settled();
  return { record, effects: [audit(deployment, 'settled', { who: by.id, outcome: as, at: now }), ...effects] };

  function settled(): DeploymentChange {
    if (as === 'ran') return startVerifying(deployment, aftermath, now);
    if (as === 'not') return end(deployment, 'cancelled', now, { by, reason: 'it didn’t run', neverRan: true });
    // A lost run keeps its key; only a new key can start another one.
    const key = deployment.runId === undefined ? {} : { runKey, askedAt: undefined };
    const fresh = {
      ...enter(deployment, 'running', now),
      ...key,
      runId: undefined,
      run: undefined,
      startTriedAt: undefined,
      cancelRequestedBy: undefined,
    };
    return advance(fresh, 'start', 'card');
  }
};

/** Whether a card would look the same: same state, step and detail, same tenth of the bar. */
function looksAlike({ run: before }: Deployment, run: RunStatus): boolean {
  if (!before || Math.floor(before.progress * 10) !== Math.floor(run.progress * 10)) return false;
  const shown = ({ state: runState, reason, approvals, steps }: RunStatus): string =>
    JSON.stringify([runState, reason, approvals, steps.map(({ state, detail }) => [state, detail])]);
  return shown(before) === shown(run);
}

/** The steps of a deployment's life after its approval. */
export const runSteps: LifeSteps<RunEvent> = {
  began: during(isApproved, begin),
  blocked: during(isApproved, (deployment, { by }) =>
    deployment.waitsFor === by && deployment.heldBy === undefined
      ? { record: { ...deployment, looksFailed: 0 } }
      : advance({ ...deployment, waitsFor: by, heldBy: undefined }, 'card'),
  ),
  held: during(isApproved, (deployment, { by }) =>
    deployment.heldBy === by ? { record: deployment } : advance({ ...deployment, heldBy: by }, 'card'),
  ),
  'skips more': during(isApproved, (deployment, { rules }) => {
    const { skipped = [] } = deployment;
    const more = rulesBeyond(skipped, rules);
    return more.length === 0
      ? { record: deployment }
      : advance({ ...deployment, skipped: [...skipped, ...more] }, 'card', 'begin');
  }),
  superseded: during(isApproved, (deployment, { reason }, now) => end(deployment, 'superseded', now, { reason })),
  'start tried': during(isStarting, (deployment, { connection }, now) => ({
    record: { ...deployment, connection, startTriedAt: now, askedAt: deployment.askedAt ?? now },
  })),
  'start failed': during(isStarting, (deployment, { reason }, now) => {
    const by = deployment.cancelRequestedBy;
    return by
      ? end(deployment, 'cancelled', now, { by, reason: deployment.cancelReason ?? '' })
      : end(deployment, 'failed', now, { reason });
  }),
  'run started': during((deployment) => isStarting(deployment) || isUnclear(deployment), takeUp),
  'run seen': during(isRunning, followRun),
  'look failed': during(isFollowed, (deployment) => ({
    record: { ...deployment, looksFailed: (deployment.looksFailed ?? 0) + 1 },
  })),
  lost: during(isRunning, lose),
  'health seen': during(isVerifying, verify),
  'rollback seen': during(isRollingBack, (deployment, { rollback }) => advance({ ...deployment, rollback }, 'card')),
  'rollback ended': during(isRollingBack, (deployment, { rollback }, now) => {
    const reason = deployment.failure?.reason ?? '';
    return end({ ...deployment, rollback }, rollback.state === 'succeeded' ? 'rolled back' : 'failed', now, { reason });
  }),
  settled: during(isUnclear, settle),
};
