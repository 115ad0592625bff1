import { keepRecent } from '../core/keys';
import type { Clock } from '../core/time/clock';
import type { Store } from '../store/contract';

interface Lease {
  readonly owner: string;
  readonly until: number;
}

/** Sees to it that one thing is worked on in one place at a time, over all instances of one store. */
export interface Leases {
  /**
   * Runs `work` while this owner holds the lease; renews it meanwhile. A dead owner's lease is free at once where the store knows the
   * dead, else after `ttlMs`.
   * `held` tells whether it surely still is this owner's: a store that does not answer, or a long standstill, may have lost it.
   */
  withLease(
    key: string,
    ttlMs: number,
    work: (held: () => boolean) => Promise<void>,
  ): Promise<'done' | 'held elsewhere'>;
}

interface LeasesOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Different for each process and each of its starts. */
  readonly owner: string;
}

const maxSeen = 2_000;

/** Leases as records of the store, taken by compare-and-set. */
export function createLeases({ store, clock, owner }: LeasesOptions): Leases {
  const leases = store.collection<Lease>({
    name: 'leases',
    schema: 1,
    indexes: {},
    queries: [],
    expiresAt: (lease) => lease.until + 3_600_000,
  });
  store.presence?.announce(owner);
  const heldHere = new Set<string>();
  /** When this process first saw a lease of somebody else as it still is. */
  const seen = new Map<string, { readonly lease: string; readonly at: number }>();

  /**
   * Whether a lease of somebody else has run out. What its time of day says is not believed: clocks differ between machines and are set. It counts
   * how long this process has seen that nobody renewed it.
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
    // The dead do not come back: their lease need not run out first.
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
