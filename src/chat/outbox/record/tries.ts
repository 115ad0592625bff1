import { onGivenUp } from './index';
import type { MessageRecord } from './index';
import type { SendError } from '../../sender';

/**
 * What follows from a failed try: budgets of time, never of tries. What surely did nothing is tried again with exponential backoff and full jitter until
 * its time is over. A post whose outcome is unknown is repeated once, and only after the chat tool has taken something again. Pure.
 */

const firstPauseMs = 500;
const longestPauseMs = 60_000;
/** A request and what surrounds it take no longer, so no more of the time between two failures is counted. */
const maxSendingMs = 15_000;

interface Chance {
  /** From 0 to 1. */
  readonly random: number;
  /** The place has been closed for longer than the grace. */
  readonly isHopeless?: boolean;
}

/** The record after a try that failed. */
export function onFailed(before: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  const record = countTime({ ...before, state: before.posted ? 'posted' : 'waiting', sentAt: now }, error, now);
  switch (error.kind) {
    case 'retry':
      return later(record, error, now, chance);
    case 'unclear':
      return record.posted ? later(record, error, now, chance) : afterDoubt(record, error, now, chance);
    case 'gone':
      return record.posted ? withoutMessage(record, now) : onGivenUp(record, now);
    case 'thread gone':
      return { ...record, isTopLevel: true, dueAt: now };
    case 'place closed':
      return chance.isHopeless ? onGivenUp(record, now) : pause(record, error, now, chance);
    case 'too large':
    case 'refused':
      if (!record.asText) return { ...record, asText: true, dueAt: now };
      // A last state that can't be shown by an edit is posted anew: a card that waits forever would lie.
      return record.posted && record.final ? withoutMessage(record, now) : onGivenUp(record, now);
  }
}

/** The sign that had to get through before a doubtful post is repeated did not. With its time over, the one repetition is made all the same. */
export function onProbeFailed(before: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  const record = countTime(before, error, now);
  return isOver(record) ? onProven(record, now) : pause(record, error, now, chance);
}

/** The chat tool takes posts again. */
export function onProven(record: MessageRecord, now: number): MessageRecord {
  return { ...record, awaitsProof: undefined, dueAt: now };
}

/** A post was interrupted, by a crash or a broken connection: it may stand there. */
export function onInterrupted(record: MessageRecord, now: number): MessageRecord {
  const ambiguous = record.ambiguous + 1;
  if (ambiguous > 1) return { ...onGivenUp(record, now), ambiguous };
  return { ...record, state: 'waiting', ambiguous, awaitsProof: true, failedAt: now, dueAt: now };
}

function afterDoubt(record: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  const doubted = onInterrupted(record, now);
  return doubted.state === 'undeliverable' ? doubted : pause(doubted, error, now, chance);
}

/** It can't be edited any more: the last state is posted anew, any other with the next change. */
function withoutMessage(record: MessageRecord, now: number): MessageRecord {
  const rest = { ...record, posted: undefined, attempts: 0, spentMs: 0, failedAt: undefined, pauseMs: undefined };
  if (!record.final) return { ...rest, state: 'posted', dueAt: undefined };
  return { ...rest, state: 'waiting', asText: false, ambiguous: 0, dueAt: now };
}

function later(record: MessageRecord, error: SendError, now: number, chance: Chance): MessageRecord {
  return isOver(record) ? onGivenUp(record, now) : pause(record, error, now, chance);
}

/** Waits as long as it was told to, else for a random time below a limit that doubles. */
function pause(record: MessageRecord, { retryAfterMs }: SendError, now: number, { random }: Chance): MessageRecord {
  const limitMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(record.attempts, 10));
  const pauseMs = Math.round(retryAfterMs === undefined ? limitMs * random : retryAfterMs + 250 * random);
  // Being told to wait is no failure of one's own.
  const attempts = retryAfterMs === undefined ? record.attempts + 1 : record.attempts;
  return { ...record, attempts, pauseMs, dueAt: now + pauseMs };
}

function countTime(record: MessageRecord, error: SendError, now: number): MessageRecord {
  const { failedAt, pauseMs = 0, spentMs } = record;
  const sinceMs = failedAt === undefined ? 0 : Math.min(Math.max(0, now - failedAt), pauseMs + maxSendingMs);
  return { ...record, spentMs: spentMs + sinceMs, failedAt: now, error: error.message.slice(0, 200) };
}

const isOver = ({ spentMs, tryForMs }: MessageRecord): boolean => spentMs >= tryForMs;
