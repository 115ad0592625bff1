import type { Person } from '../../chat/contract';
import type { PendingEffect, Living } from '../../jobs/contract';
import type { ApprovalOutcome } from '../approvals';

/** The life of one restart: `awaiting approval -> approved -> restarted`, or how else it ended. Pure. */

export type RestartState =
  'awaiting approval' | 'approved' | 'restarted' | 'failed' | 'unclear' | 'superseded' | 'rejected' | 'expired';

export interface Restart extends Living {
  readonly service: string;
  readonly environment: string;
  /** What ran when it was asked for; the approval is bound to it. */
  readonly version: string;
  readonly commit: string;
  readonly requester: Person;
  /** Raw text of the requester. */
  readonly reason: string;
  readonly requestedAt: number;
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly state: RestartState;
  readonly stateSince: number;
  readonly approvedBy: readonly Person[];
  readonly processId?: number;
  /** Set before the connector is first asked to restart; from then on only the outcome counts. */
  readonly triedAt?: number;
  /** Why it was not done after all: a whole sentence in outside text. */
  readonly why?: string;
}

export type RestartAsk = Pick<
  Restart,
  'service' | 'environment' | 'version' | 'commit' | 'requester' | 'reason' | 'placeId' | 'thread' | 'correlationId'
>;

export type RestartEffect = 'audit' | 'approval' | 'message' | 'restart';

export type RestartResult =
  | { readonly state: 'restarted'; readonly processId: number }
  | { readonly state: 'failed' | 'unclear' }
  | { readonly state: 'superseded'; readonly why: string };

/** Whether it may still happen; one restart of a service in an environment at a time. */
export function isOpen({ state }: Restart): boolean {
  return state === 'awaiting approval' || state === 'approved';
}

/** A restart just asked for, with what must follow. */
export function askedRestart(ask: RestartAsk, needsApproval: boolean, now: number): Restart {
  return {
    ...ask,
    requestedAt: now,
    state: needsApproval ? 'awaiting approval' : 'approved',
    stateSince: now,
    approvedBy: [],
    pending: effects('asked', needsApproval ? ['audit', 'approval'] : ['audit', 'message', 'restart'], now),
  };
}

/** The approval was decided; undefined when it had been before. */
export function decidedRestart(restart: Restart, outcome: ApprovalOutcome, now: number): Restart | undefined {
  if (restart.state !== 'awaiting approval') return undefined;
  if (outcome.state === 'lapsed') return overtaken(restart, outcome.reason, now);
  const changed = { ...restart, state: outcome.state, stateSince: now };
  if (outcome.state !== 'approved') return changed;
  return {
    ...changed,
    approvedBy: outcome.by,
    pending: [...restart.pending, ...effects('approved', ['message', 'restart'], now)],
  };
}

/** It can't take effect any more, and its requester is told; undefined when it has ended. */
export function lapsedRestart(restart: Restart, why: string, now: number): Restart | undefined {
  return isOpen(restart) ? overtaken(restart, why, now) : undefined;
}

function overtaken(restart: Restart, why: string, now: number): Restart {
  return {
    ...restart,
    state: 'superseded',
    why,
    stateSince: now,
    pending: [...restart.pending, ...effects('ended', ['audit', 'message'], now)],
  };
}

/** What came of it; undefined when that was known before. */
export function endedRestart(restart: Restart, result: RestartResult, now: number): Restart | undefined {
  if (restart.state !== 'approved') return undefined;
  return {
    ...restart,
    ...result,
    stateSince: now,
    pending: [...restart.pending, ...effects('ended', ['audit', 'message'], now)],
  };
}

function effects(step: string, kinds: readonly RestartEffect[], now: number): PendingEffect[] {
  return kinds.map((kind) => ({ key: `${step}:${kind}`, kind, detail: { step }, attempts: 0, dueAt: now }));
}
