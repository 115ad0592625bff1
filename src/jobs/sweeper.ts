import type { Clock } from '../core/time/clock';
import type { Logger } from '../core/telemetry/logger';
import type { Living, Sweepable, Sweeper } from './contract';
import type { Leases } from './leases';
import { createLookAhead } from './look-ahead';
import { createResting } from './resting';
import { settle } from './settle';

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

/** The engine behind "nothing is done twice, nothing is forgotten". */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { leases, clock, logger, pollMs = 250, leaseMs = 3_000, whenFree } = options;
  const sweepables = new Map<string, Sweepable<Living>>();
  const inWork = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const resting = createResting(clock, logger);
  const lookAhead = createLookAhead({ sweepables, clock, logger, found: workUnlessResting });
  let steps = 0;
  const parts = { clock, logger, onStep: () => void steps++ };
  let closing = false;

  function work(sweepable: Sweepable<Living>, id: string): void {
    const key = `${sweepable.name}/${id}`;
    if (inWork.has(key)) return void again.add(key);
    // The next round finds it: what is due stands in the store.
    if (inWork.size >= atOnce) return;
    const done = (whenFree?.() ?? Promise.resolve())
      .then(() =>
        leases.withLease(key, leaseMs, (held) =>
          settle({ ...parts, mayGoOn: () => !closing && held() }, sweepable, id),
        ),
      )
      .then(
        () => resting.clear(key),
        (error: unknown) => resting.rest(key, error),
      )
      .finally(() => {
        inWork.delete(key);
        if (again.delete(key) && !closing) work(sweepable, id);
      });
    inWork.set(key, done);
  }

  async function sweep(): Promise<void> {
    resting.forgetOld();
    await lookAhead();
    const now = clock.now();
    for (const sweepable of sweepables.values()) {
      if (inWork.size >= atOnce) return;
      const where = { dueAt: { atMost: now } };
      const due = await sweepable.collection.find({ where, orderBy: 'dueAt', limit: lookedAtInARound });
      for (const record of due.items)
        if (sweepable.isOurs?.(record.value) !== false) workUnlessResting(sweepable, record.id);
    }
  }

  function workUnlessResting(sweepable: Sweepable<Living>, id: string): void {
    const key = `${sweepable.name}/${id}`;
    if (!inWork.has(key) && !resting.isResting(key)) work(sweepable, id);
  }

  const rounds = createRounds(sweep, pollMs, logger);

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
      closing = false;
      rounds.start();
    },
    async stop() {
      closing = true;
      await rounds.stop();
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

/** One round after the other, with a pause between them. */
function createRounds(sweep: () => Promise<void>, pollMs: number, logger: Logger) {
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  function next(waitMs: number): void {
    timer = setTimeout(() => {
      round = sweep()
        .catch((error: unknown) => logger.error({ error }, 'The store could not be searched for due records'))
        .finally(() => timer && next(pollMs));
    }, waitMs);
  }

  return {
    start() {
      // What a death left is taken up at once.
      if (!timer) next(0);
    },
    async stop(): Promise<void> {
      clearTimeout(timer);
      timer = undefined;
      await round;
    },
  };
}
