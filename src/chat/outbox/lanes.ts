import { StoreUnavailableError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import type { Logger } from '../../core/telemetry/logger';

/** One worker for each lane that has something to do, a step at a time, no more than there is room for. */

export interface Lanes {
  kick(lane: string): void;
  /** Whether it waits for a time to come. */
  isWaiting(lane: string): boolean;
  busy(): number;
  /** There may be room, or reason, now. */
  pump(): void;
  /** The store is down: nothing begins until `resume`. A step that fails because of that pauses by itself. */
  pause(error: StoreUnavailableError): void;
  isPaused(): boolean;
  resume(): void;
  /** Resolves when nothing is in work and nothing may begin now. */
  whenSettled(): Promise<void>;
  stop(): Promise<void>;
}

interface LanesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** When the next step may begin, by the clock's `elapsed`; now or earlier: at once. */
  freeAt(elapsed: number): number;
  /** Takes its room at once and does one step; resolves to the time of day at which it wants to go on. */
  step(lane: string): Promise<number | undefined>;
}

/** Those that began a moment ago: enough for all the room there is, and no more than these can be doubtful after a crash. */
const maxFresh = 8;
const freshMs = 500;
/** All of them, when the chat tool hangs: more would only be more open connections. */
const maxInWork = 256;
const longestWaitMs = 60_000;
const pauseAfterFailureMs = 1_000;

export function createLanes({ clock, logger, freeAt, step }: LanesOptions): Lanes {
  const queue = new Set<string>();
  const inWork = new Map<string, Promise<void>>();
  const begunAt = new Map<string, number>();
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

  function pump(): void {
    while (!stopping && queue.size > 0 && inWork.size < maxInWork) {
      const elapsed = clock.elapsed();
      const from = isPaused ? elapsed + pauseAfterFailureMs : freeAt(elapsed);
      if (from > elapsed) return waitForRoom(from - elapsed);
      if (countSince(begunAt.values(), elapsed - freshMs) >= maxFresh) return waitForRoom(freshMs / 5);
      const lane = queue.values().next().value ?? '';
      queue.delete(lane);
      begunAt.set(lane, elapsed);
      inWork.set(lane, run(lane));
    }
  }

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
    begunAt.delete(lane);
    if (again.delete(lane)) kick(lane);
    else if (next !== undefined && !stopping) goOn(lane, next);
    pump();
  }

  function goOn(lane: string, at: number): void {
    const waitMs = at - clock.now();
    if (waitMs <= 0) return kick(lane);
    const timer = setTimeout(() => kick(lane), Math.min(longestWaitMs, Math.max(1, waitMs)));
    timers.set(lane, { timer, at });
  }

  async function whenSettled(): Promise<void> {
    while (inWork.size > 0) await Promise.all(inWork.values());
  }

  return {
    kick,
    isWaiting: (lane) => (timers.get(lane)?.at ?? -Infinity) > clock.now(),
    busy: () => inWork.size,
    pump,
    pause,
    isPaused: () => isPaused,
    resume() {
      isPaused = false;
      logger.warn({}, 'The store is back');
    },
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

function countSince(moments: Iterable<number>, since: number): number {
  let count = 0;
  for (const at of moments) if (at > since) count++;
  return count;
}
