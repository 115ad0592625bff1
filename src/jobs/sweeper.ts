import type { Clock } from '../core/time/clock';
import { withCorrelation } from '../core/telemetry/correlation';
import type { Logger } from '../core/telemetry/logger';
import type { Stored } from '../store/contract';
import type { Living, PendingEffect, Sweepable, Sweeper } from './contract';
import { backoffMs, isEffectDue, isWakeDue } from './due';
import type { Leases } from './leases';
import { createLookAhead } from './look-ahead';

export interface SweeperOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often it looks for due records; 250 unless told. */
  readonly pollMs?: number;
  /** How long a dead instance's work waits where the store does not know the dead; 3000 unless told. */
  readonly leaseMs?: number;
  /** Each record waits for this before it is worked on: people first. */
  readonly whenFree?: () => Promise<void>;
}

const atOnce = 16;
const lookedAtInARound = 100;
const maxStepsInARow = 200;

/** The engine behind "nothing is done twice, nothing is forgotten". */
export function createSweeper({
  leases,
  clock,
  logger,
  pollMs = 250,
  leaseMs = 3_000,
  whenFree,
}: SweeperOptions): Sweeper {
  const sweepables = new Map<string, Sweepable<Living>>();
  const inWork = new Map<string, Promise<void>>();
  const again = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  /** Records that failed outside an effect wait here; nothing in the store says when to try them again. */
  const resting = new Map<string, { failures: number; until: number }>();
  const lookAhead = createLookAhead({ sweepables, clock, logger, found: workUnlessResting });
  let steps = 0;
  let closing = false;
  let round: Promise<void> = Promise.resolve();

  function work(sweepable: Sweepable<Living>, id: string): void {
    const key = `${sweepable.name}/${id}`;
    if (inWork.has(key)) return void again.add(key);
    // The next round finds it: what is due stands in the store.
    if (inWork.size >= atOnce) return;
    const done = (whenFree?.() ?? Promise.resolve())
      .then(() => leases.withLease(key, leaseMs, (held) => settle(sweepable, id, held)))
      .then(
        () => void resting.delete(key),
        (error: unknown) => rest(key, error),
      )
      .finally(() => {
        inWork.delete(key);
        if (again.delete(key) && !closing) work(sweepable, id);
      });
    inWork.set(key, done);
  }

  function rest(key: string, error: unknown): void {
    const failures = (resting.get(key)?.failures ?? 0) + 1;
    const waitMs = backoffMs(failures - 1, Math.random());
    resting.set(key, { failures, until: clock.elapsed() + waitMs });
    logger.error({ error, record: key, waitMs }, 'A record could not be worked on and is tried again');
  }

  async function settle(sweepable: Sweepable<Living>, id: string, held: () => boolean): Promise<void> {
    for (let step = 0; step < maxStepsInARow && !closing && held(); step++) {
      const record = await sweepable.collection.get(id);
      if (!record || sweepable.isOurs?.(record.value) === false) return;
      const effect = record.value.pending[0];
      if (effect && isEffectDue(effect, clock.now())) {
        if (!(await perform(sweepable, record, effect))) return;
        // The embedded store answers without a pause; without one here a long row of effects would keep clicks waiting.
        await pause();
        continue;
      }
      // While a failed effect waits for its next try, time goes on for the record: an expiry must not wait for a connector.
      if (!sweepable.wake || !isWakeDue(record.value, sweepable.wakesWithinMs?.(record.value), clock.now())) return;
      const { wakeAt } = record.value;
      const { wake } = sweepable;
      await under(record.value, () => wake(record, clock.now()));
      const after = await sweepable.collection.get(id);
      if (!after || (after.value.wakeAt === wakeAt && after.version === record.version)) return;
      steps++;
      await pause();
    }
  }

  async function perform(
    sweepable: Sweepable<Living>,
    record: Stored<Living>,
    effect: PendingEffect,
  ): Promise<boolean> {
    steps++;
    try {
      await under(record.value, () => sweepable.perform(record, effect));
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
    const waitMs = backoffMs(effect.attempts, Math.random());
    logger.warn(
      { error, record: `${sweepable.name}/${id}`, effect: effect.key, attempts, waitMs },
      'An effect failed and is tried again',
    );
    const dueAt = clock.now() + waitMs;
    await sweepable.collection.update(id, (value) => ({
      ...value,
      pending: value.pending.map((each) => (each.key === effect.key ? { ...each, attempts, dueAt } : each)),
    }));
  }

  async function sweep(): Promise<void> {
    for (const [key, { until }] of resting) if (until + 60_000 < clock.elapsed()) resting.delete(key);
    await lookAhead();
    const now = clock.now();
    for (const sweepable of sweepables.values()) {
      if (inWork.size >= atOnce) return;
      const due = await sweepable.collection.find({
        where: { dueAt: { atMost: now } },
        orderBy: 'dueAt',
        limit: lookedAtInARound,
      });
      for (const record of due.items)
        if (sweepable.isOurs?.(record.value) !== false) workUnlessResting(sweepable, record.id);
    }
  }

  function workUnlessResting(sweepable: Sweepable<Living>, id: string): void {
    const key = `${sweepable.name}/${id}`;
    if (!inWork.has(key) && (resting.get(key)?.until ?? -Infinity) <= clock.elapsed()) work(sweepable, id);
  }

  function next(waitMs = pollMs): void {
    if (closing) return;
    timer = setTimeout(() => {
      round = sweep()
        .catch((error: unknown) => logger.error({ error }, 'The store could not be searched for due records'))
        .finally(next);
    }, waitMs);
  }

  async function whenSettled(): Promise<void> {
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
      if (timer) return;
      closing = false;
      // What a death left is taken up at once.
      next(0);
    },
    async stop() {
      closing = true;
      clearTimeout(timer);
      timer = undefined;
      await round;
      await whenSettled();
    },
    async idle() {
      // What another instance holds is not this one's to wait for: it ends when a round brought nothing forward.
      let before: number;
      do {
        before = steps;
        await whenSettled();
        await sweep();
        await whenSettled();
      } while (steps > before);
    },
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a record causes belongs to the turn that made the record. */
function under(value: unknown, work: () => Promise<void>): Promise<void> {
  const { correlationId, request } = value as { correlationId?: unknown; request?: { correlationId?: unknown } };
  const id = correlationId ?? request?.correlationId;
  return typeof id === 'string' ? withCorrelation(id, work) : work();
}
