import { StoreUnavailableError } from '../../core/errors';
import { keepRecent } from '../../core/keys';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Stored } from '../../store/contract';
import { knownPlaceOf } from './record';
import type { MessageRecord } from './record';

/** Messages that go out in order are one lane. Here: what a lane needs next, what was learned of it, and when it is worked on. */

type LaneStep =
  { readonly do: 'settle' | 'tell' | 'send'; readonly record: Stored<MessageRecord> } | { readonly waitUntil: number };

interface LaneTimes {
  readonly now: number;
  /** When something got through there last. */
  readonly arrivedAt?: number;
  /** When the rate limit lets this message go. */
  allowedAt(message: MessageRecord): number;
}

/** An edit that shows how far something is; it can wait and be overtaken. */
export function isProgress({ posted, final }: MessageRecord): boolean {
  return posted !== undefined && !final;
}

/** A post that has failed for longer holds back nobody: what Teams dislikes about it must not silence a channel. */
const holdsBackMs = 60_000;

/**
 * Posts and final states in the order they were put, then progress. A post that waits holds back later posts for a minute, never edits. What failed
 * before something else arrived there (`arrivedAt`) doesn't wait any longer. Pure but for the rate limit that `allowedAt` reads.
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

/** What was learned about lanes by sending: the chat that a person's lane leads to, and when something got through last. Kept in memory only. */
export type LaneMemory = ReturnType<typeof createLaneMemory>;

const maxRemembered = 5_000;

export function createLaneMemory(clock: Clock) {
  const conversations = new Map<string, string>();
  const arrivals = new Map<string, number>();
  return {
    /** Where the message is said, as the rate limit counts it. */
    conversationOf: (record: MessageRecord): string =>
      knownPlaceOf(record) ?? conversations.get(record.lane) ?? record.lane,
    /** Messages of this lane arrive in this conversation. */
    noteConversation: (lane: string, placeId: string) => keepRecent(conversations, lane, placeId, maxRemembered),
    /** Something got through there, by the outbox or beside it. */
    noteArrival: (lane: string) => keepRecent(arrivals, lane, clock.now(), maxRemembered),
    /** When that was; undefined when nothing is known. */
    arrivedAt: (lane: string): number | undefined => arrivals.get(lane),
  };
}

interface LanesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** When the next step may begin, by the clock's `elapsed`; now or earlier: at once. */
  freeAt(elapsed: number): number;
  /** Takes its room at once and does one step; resolves to the time of day at which it wants to go on. */
  step(lane: string): Promise<number | undefined>;
}

/** One worker for each lane that has something to do, a step at a time, no more than there is room for. */
export type Lanes = ReturnType<typeof createLanes>;

/** Those that began a moment ago: enough for all the room there is, and no more than these can be doubtful after a crash. */
const maxFresh = 8;
const freshMs = 500;
/** All of them, when the chat tool hangs: more would only be more open connections. */
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

  /** There may be room, or reason, now. */
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

  /** The store is down: nothing begins until `resume`. A step that fails because of that pauses by itself. */
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

  /** Resolves when nothing is in work and nothing may begin now. */
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
    /** Whether it waits for a time to come. */
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
