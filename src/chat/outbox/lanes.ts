import { StoreUnavailableError } from '../../core/errors';
import { keepRecent } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import { knownPlaceOf } from './record';
import type { MessageRecord } from './record';

/** Messages that go out in order form a lane. This decides what a lane needs next, remembers what was learned about it, and schedules its work. */

type LaneStep =
  { readonly do: 'settle' | 'tell' | 'send'; readonly record: Stored<MessageRecord> } | { readonly waitUntil: number };

interface LaneTimes {
  readonly now: number;
  /** When something last arrived there. */
  readonly arrivedAt?: number;
  /** When the rate limit allows this message. */
  allowedAt(message: MessageRecord): number;
}

/** An edit that shows progress; it can wait, and newer edits can replace it. */
export function isProgress({ posted, final }: MessageRecord): boolean {
  return posted !== undefined && !final;
}

/** A post that has been failing for longer no longer holds back others: one message that Teams rejects must not silence a channel. */
const holdsBackMs = 60_000;

/**
 * Posts and final states in the order they were put, then progress. A waiting post holds back later posts for a minute, but never edits. A message
 * that failed before something else arrived there (`arrivedAt`) stops waiting. Pure, except for the rate limit that `allowedAt` reads.
 */
export function nextStep(
  records: readonly Stored<MessageRecord>[],
  { allowedAt, arrivedAt = -Infinity, now }: LaneTimes,
): LaneStep | undefined {
  const sorted = [...records].sort((a, b) => a.value.order - b.value.order);
  const doubtful = sorted.find(({ value }) => value.state === 'sending');
  if (doubtful) return { do: 'settle', record: doubtful };
  const untold = sorted.find(({ value: { untold, dueAt } }) => untold && dueAt !== undefined && dueAt <= now);
  if (untold) return { do: 'tell', record: untold };
  let waitUntil = Infinity;
  let postWaits = false;
  for (const progress of [false, true])
    for (const record of sorted) {
      const { value } = record;
      if (value.dueAt === undefined || isProgress(value) !== progress) continue;
      if (postWaits && value.posted === undefined && !value.untold) continue;
      const dueAt = failedBefore(value, arrivedAt) ? now : value.dueAt;
      const from = Math.max(dueAt, value.untold ? 0 : allowedAt(value));
      if (from <= now) return { do: 'send', record };
      waitUntil = Math.min(waitUntil, from);
      postWaits ||= value.posted === undefined && !value.untold && value.spentMs < holdsBackMs;
    }
  return waitUntil === Infinity ? undefined : { waitUntil };
}

/** Whether something has arrived since it failed. */
export function failedBefore({ failedAt }: MessageRecord, arrivedAt: number): boolean {
  return failedAt !== undefined && failedAt < arrivedAt;
}

/** What sending taught about lanes: the chat behind a person's lane, and when something last arrived. Kept in memory only. */
export type LaneMemory = ReturnType<typeof createLaneMemory>;

const maxRemembered = 5_000;

export function createLaneMemory(clock: Clock) {
  const conversations = new Map<string, string>();
  const arrivals = new Map<string, number>();
  return {
    /** The conversation of the message, as the rate limit counts it. */
    conversationOf: (record: MessageRecord): string =>
      knownPlaceOf(record) ?? conversations.get(record.lane) ?? record.lane,
    /** Records that messages of this lane arrive in this conversation. */
    noteConversation: (lane: string, placeId: string) => keepRecent(conversations, lane, placeId, maxRemembered),
    /** Records that something arrived there, through the outbox or not. */
    noteArrival: (lane: string) => keepRecent(arrivals, lane, clock.now(), maxRemembered),
    /** When something last arrived; undefined if unknown. */
    arrivedAt: (lane: string): number | undefined => arrivals.get(lane),
  };
}

interface LanesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** When the next step can begin, by the clock's `elapsed`; now or earlier means at once. */
  freeAt(elapsed: number): number;
  /** Reserves its slot at once and does one step; resolves to the time of day at which it continues. */
  step(lane: string): Promise<number | undefined>;
}

/** One worker for each lane that has something to do, one step at a time, limited by the available slots. */
export type Lanes = ReturnType<typeof createLanes>;

/** Steps that just began: enough to use all slots, and at most this many have an unknown outcome after a crash. */
const maxFresh = 8;
const freshMs = 500;
/** The maximum in total, when the chat tool hangs: more would only keep more connections open. */
const maxInWork = 256;
const longestWaitMs = 60_000;
const pauseAfterFailureMs = 1_000;

export function createLanes({ clock, logger, freeAt, step }: LanesOptions) {
  const queue = new Set<string>();
  const inWork = new Map<string, { readonly begunAt: number; readonly ended: Promise<void> }>();
  const again = new Set<string>();
  const timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly at: number }>();
  let roomTimer: NodeJS.Timeout | undefined;
  let stopping = false;
  let isPaused = false;

  function kick(lane: string): void {
    if (stopping) return;
    if (inWork.has(lane)) return void again.add(lane);
    clearTimeout(timers.get(lane)?.timer);
    timers.delete(lane);
    queue.add(lane);
    pump();
  }

  /** Starts steps if there are slots. */
  function pump(): void {
    while (!stopping && queue.size > 0 && inWork.size < maxInWork) {
      const elapsed = clock.elapsed();
      const from = isPaused ? elapsed + pauseAfterFailureMs : freeAt(elapsed);
      if (from > elapsed) return waitForRoom(from - elapsed);
      const fresh = [...inWork.values()].filter(({ begunAt }) => begunAt > elapsed - freshMs);
      if (fresh.length >= maxFresh) return waitForRoom(freshMs / 5);
      const lane = queue.values().next().value ?? '';
      queue.delete(lane);
      inWork.set(lane, { begunAt: elapsed, ended: run(lane) });
    }
  }

  /** The store is down: nothing begins until `resume`. A step that fails for this reason pauses on its own. */
  function pause(error: StoreUnavailableError): void {
    if (!isPaused) logger.error({ error }, 'The store is down; messages wait for it');
    isPaused = true;
  }

  function waitForRoom(waitMs: number): void {
    clearTimeout(roomTimer);
    roomTimer = setTimeout(pump, Math.min(1_000, Math.max(1, waitMs)));
  }

  async function run(lane: string): Promise<void> {
    let next: number | undefined;
    try {
      next = await step(lane);
    } catch (error) {
      if (error instanceof StoreUnavailableError) pause(error);
      else logger.error({ error, lane }, 'A conversation could not be worked on');
      next = clock.now() + pauseAfterFailureMs;
    }
    inWork.delete(lane);
    const waitMs = next === undefined ? Infinity : next - clock.now();
    if (again.delete(lane) || waitMs <= 0) kick(lane);
    else if (next !== undefined && !stopping)
      timers.set(lane, { at: next, timer: setTimeout(() => kick(lane), Math.min(longestWaitMs, Math.max(1, waitMs))) });
    pump();
  }

  /** Resolves when nothing is in progress and nothing can begin now. */
  async function whenSettled(): Promise<void> {
    while (inWork.size > 0) await Promise.all([...inWork.values()].map(({ ended }) => ended));
  }

  return {
    kick,
    pump,
    pause,
    isPaused: () => isPaused,
    resume() {
      isPaused = false;
      logger.warn({}, 'The store is back');
    },
    /** Whether it waits for a time in the future. */
    isWaiting: (lane: string) => (timers.get(lane)?.at ?? -Infinity) > clock.now(),
    busy: () => inWork.size,
    whenSettled,
    async stop() {
      stopping = true;
      clearTimeout(roomTimer);
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
      await whenSettled();
    },
  };
}
