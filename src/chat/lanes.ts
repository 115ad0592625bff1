import type { Clock } from '../core/clock';
import type { Logger } from '../core/logger';

/** One worker for each lane, woken when there is something to do. Over several instances a lease keeps a lane to one of them. */

export interface LaneLeases {
  withLease(key: string, ttlMs: number, work: () => Promise<void>): Promise<'done' | 'held elsewhere'>;
}

export interface Lanes {
  kick(lane: string): void;
  /** Whether it waits for a time to come. */
  isWaiting(lane: string): boolean;
  busy(): number;
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface LanesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly leases: LaneLeases | undefined;
  /** Works off a lane; resolves to when it wants to go on. */
  work(lane: string, isStopping: () => boolean): Promise<number | undefined>;
}

const leaseMs = 5_000;

export function createLanes({ clock, logger, leases, work }: LanesOptions): Lanes {
  const inWork = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stopping = false;

  function kick(lane: string): void {
    if (stopping) return;
    if (inWork.has(lane)) return void again.add(lane);
    clearTimeout(timers.get(lane));
    timers.delete(lane);
    inWork.set(lane, run(lane));
  }

  async function run(lane: string): Promise<void> {
    let next: number | undefined;
    const task = async (): Promise<void> => void (next = await work(lane, () => stopping));
    try {
      await (leases ? leases.withLease(`outbox/${lane}`, leaseMs, task) : task());
    } catch (error) {
      logger.error({ error, lane }, 'A conversation could not be worked on');
    }
    inWork.delete(lane);
    if (again.delete(lane)) kick(lane);
    else if (next !== undefined && !stopping) wait(lane, next);
  }

  function wait(lane: string, until: number): void {
    const timer = setTimeout(() => kick(lane), Math.min(60_000, Math.max(1, until - clock.now())));
    timers.set(lane, timer);
  }

  async function settled(): Promise<void> {
    while (inWork.size > 0) await Promise.all(inWork.values());
  }

  return {
    kick,
    isWaiting: (lane) => timers.has(lane),
    busy: () => inWork.size,
    settled,
    async stop() {
      stopping = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await settled();
    },
  };
}
