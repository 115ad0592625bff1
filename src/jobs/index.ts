import { keepRecent } from '../core/keys';
import type { Logger } from '../core/telemetry/logger';
import type { Clock } from '../core/time/clock';
import type { Store } from '../store/contract';
import type { Leases, Living, Sweepable, Sweeper } from './contract';
import { createLookAhead, createResting, settle } from './settle';

/** The engine that ensures that nothing is done twice and nothing is forgotten. */

export type { Living, PendingEffect } from './contract';

interface Lease {
  readonly owner: string;
  readonly until: number;
}

const maxSeen = 2_000;

/**
 * Ensures that only one instance of a store works on something at a time: leases are records in the store, taken by compare-and-set. `owner` is
 * different for each process and each start.
 */
export function createLeases({ store, clock, owner }: Readonly<{ store: Store; clock: Clock; owner: string }>): Leases {
  const leases = store.collection<Lease>({
    name: 'leases',
    schema: 1,
    indexes: {},
    queries: [],
    expiresAt: (lease) => lease.until + 3_600_000,
  });
  store.presence?.announce(owner);
  const heldHere = new Set<string>();
  /** When this process first saw another owner's lease in its current form. */
  const seen = new Map<string, { readonly lease: string; readonly at: number }>();

  /**
   * Whether another owner's lease has expired. Its time of day isn't trusted, because clocks differ between machines and get changed. What counts is
   * how long this process has seen it without a renewal.
   */
  function isOver(key: string, { owner: holder, until }: Lease, ttlMs: number): boolean {
    if (until === 0) return true;
    const now = clock.elapsed();
    const lease = `${holder} ${until}`;
    const known = seen.get(key);
    if (known?.lease === lease) return now - known.at >= ttlMs;
    keepRecent(seen, key, { lease, at: now }, maxSeen);
    return false;
  }

  async function take(key: string, ttlMs: number): Promise<boolean> {
    const mine = { owner, until: clock.now() + ttlMs };
    const isMineToTake = (lease: Lease): boolean => lease.owner === owner || isOver(key, lease, ttlMs);
    const found =
      (await leases.update(key, (lease) => (isMineToTake(lease) ? mine : undefined))) ??
      (await leases.upsert(key, (lease) => (!lease || isMineToTake(lease) ? mine : lease)));
    const holder = found.value.owner;
    if (holder === owner || store.presence?.hasEnded(holder) !== true) return holder === owner;
    // A dead process doesn't come back, so its lease is free before it expires.
    const inherited = await leases.update(key, (lease) => (lease.owner === holder ? mine : undefined));
    return inherited?.value.owner === owner;
  }

  return {
    async withLease(key, ttlMs, work) {
      if (heldHere.has(key)) return 'held elsewhere';
      heldHere.add(key);
      try {
        let heldUntil = -Infinity;
        const renew = async (): Promise<boolean> => {
          const asked = clock.elapsed();
          const taken = await take(key, ttlMs);
          heldUntil = taken ? asked + ttlMs : -Infinity;
          return taken;
        };
        if (!(await renew())) return 'held elsewhere';
        const renewal = setInterval(() => void renew().catch(() => undefined), Math.max(50, ttlMs / 3));
        renewal.unref();
        try {
          await work(() => clock.elapsed() < heldUntil);
        } finally {
          clearInterval(renewal);
          await leases.update(key, (lease) => (lease.owner === owner ? { ...lease, until: 0 } : undefined));
        }
        return 'done';
      } finally {
        heldHere.delete(key);
      }
    },
  };
}

export interface SweeperOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often it polls for due records; 250 by default. */
  readonly pollMs?: number;
  /** How long a dead instance's work waits if the store can't tell that it is dead; 3000 by default. */
  readonly leaseMs?: number;
  /** Every record waits for this first, because people go first. */
  readonly whenFree?: () => Promise<void>;
}

const atOnce = 16;
const lookedAtInARound = 100;

/** Performs the pending effects of the registered records; before `start`, it runs only records that are kicked. */
export function createSweeper(options: SweeperOptions): Sweeper {
  const { leases, clock, logger, pollMs = 250, leaseMs = 3_000, whenFree = () => Promise.resolve() } = options;
  const sweepables = new Map<string, Sweepable<Living>>();
  const inWork = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const resting = createResting(clock, logger);
  const lookAhead = createLookAhead(sweepables, clock, logger, workUnlessResting);
  let steps = 0;
  const parts = { clock, logger, onStep: () => void steps++ };
  let closing = false;

  function work(sweepable: Sweepable<Living>, id: string): void {
    const key = `${sweepable.name}/${id}`;
    if (inWork.has(key)) return void again.add(key);
    // The next round finds it, because it is due in the store.
    if (inWork.size >= atOnce) return;
    const done = whenFree()
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

  function workUnlessResting(sweepable: Sweepable<Living>, id: string): void {
    const key = `${sweepable.name}/${id}`;
    if (!inWork.has(key) && !resting.isResting(key)) work(sweepable, id);
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
      // Another instance's records aren't this one's to wait for: this ends when a round made no progress.
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

/** One round after another, with a pause in between. */
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
      // What a dead process left is resumed at once.
      if (!timer) next(0);
    },
    async stop(): Promise<void> {
      clearTimeout(timer);
      timer = undefined;
      await round;
    },
  };
}
