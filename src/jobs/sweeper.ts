import type { Clock } from '../core/clock';
import type { Logger } from '../core/logger';
import type { Stored } from '../store/contract';
import type { Living, PendingEffect, Sweepable, Sweeper } from './contract';
import type { Leases } from './leases';

export interface SweeperOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often it looks for due records; 250 unless told. */
  readonly pollMs?: number;
  readonly leaseMs?: number;
}

const atOnce = 16;
const mostStepsInARow = 200;

/** The engine behind "nothing is done twice, nothing is forgotten". */
export function createSweeper({ leases, clock, logger, pollMs = 250, leaseMs = 4_000 }: SweeperOptions): Sweeper {
  const sweepables = new Map<string, Sweepable<Living>>();
  const inWork = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let closing = false;
  let round: Promise<void> = Promise.resolve();

  function work(sweepable: Sweepable<Living>, id: string): void {
    const key = `${sweepable.name}/${id}`;
    if (inWork.has(key)) return void again.add(key);
    const done = leases
      .withLease(key, leaseMs, () => settle(sweepable, id))
      .then(
        () => undefined,
        (error: unknown) => logger.error({ error, record: key }, 'A record could not be worked on'),
      )
      .finally(() => {
        inWork.delete(key);
        if (again.delete(key) && !closing) work(sweepable, id);
      });
    inWork.set(key, done);
  }

  async function settle(sweepable: Sweepable<Living>, id: string): Promise<void> {
    for (let step = 0; step < mostStepsInARow && !closing; step++) {
      const record = await sweepable.collection.get(id);
      if (!record) return;
      const effect = record.value.pending[0];
      if (effect && effect.dueAt <= clock.now()) {
        if (!(await perform(sweepable, record, effect))) return;
        continue;
      }
      // While a failed effect waits for its next try, time goes on for the record: an expiry must not wait for a connector.
      if (record.value.wakeAt === undefined || record.value.wakeAt > clock.now() || !sweepable.wake) return;
      const { wakeAt } = record.value;
      await sweepable.wake(record, clock.now());
      const after = await sweepable.collection.get(id);
      if (after?.value.wakeAt === wakeAt && after.version === record.version) return;
    }
  }

  async function perform(
    sweepable: Sweepable<Living>,
    record: Stored<Living>,
    effect: PendingEffect,
  ): Promise<boolean> {
    try {
      await sweepable.perform(record, effect);
    } catch (error) {
      await postpone(sweepable, record.id, effect, error);
      return false;
    }
    await sweepable.collection.update(record.id, (value) => ({
      ...value,
      pending: value.pending.filter((each) => each.key !== effect.key),
    }));
    return true;
  }

  async function postpone(
    sweepable: Sweepable<Living>,
    id: string,
    effect: PendingEffect,
    error: unknown,
  ): Promise<void> {
    const attempts = effect.attempts + 1;
    const waitMs = Math.min(30_000, 500 * 2 ** effect.attempts) * (0.75 + Math.random() * 0.5);
    logger.warn(
      { error, record: `${sweepable.name}/${id}`, effect: effect.key, attempts, waitMs: Math.round(waitMs) },
      'An effect failed and is tried again',
    );
    const dueAt = clock.now() + waitMs;
    await sweepable.collection.update(id, (value) => ({
      ...value,
      pending: value.pending.map((each) => (each.key === effect.key ? { ...each, attempts, dueAt } : each)),
    }));
  }

  async function sweep(): Promise<void> {
    for (const sweepable of sweepables.values()) {
      const room = atOnce - inWork.size;
      if (room <= 0) return;
      const due = await sweepable.collection.find({
        where: { dueAt: { atMost: clock.now() } },
        orderBy: 'dueAt',
        limit: Math.min(1000, room + inWork.size),
      });
      for (const record of due.items) if (!inWork.has(`${sweepable.name}/${record.id}`)) work(sweepable, record.id);
    }
  }

  function next(): void {
    if (closing) return;
    timer = setTimeout(() => {
      round = sweep()
        .catch((error: unknown) => logger.error({ error }, 'The store could not be searched for due records'))
        .finally(next);
    }, pollMs);
  }

  async function settled(): Promise<void> {
    while (inWork.size > 0) await Promise.all(inWork.values());
  }

  return {
    register(sweepable) {
      if (sweepables.has(sweepable.name)) throw new Error(`Two kinds of records are called ${sweepable.name}`);
      sweepables.set(sweepable.name, sweepable as unknown as Sweepable<Living>);
    },
    kick(name, id) {
      const sweepable = sweepables.get(name);
      if (sweepable && !closing) work(sweepable, id);
    },
    start() {
      closing = false;
      next();
    },
    async stop() {
      closing = true;
      clearTimeout(timer);
      await round;
      await settled();
    },
    async idle() {
      do {
        await settled();
        await sweep();
      } while (inWork.size > 0);
    },
  };
}
