import { StoreUnavailableError } from '../../core/errors';
import type { Leases } from '../../jobs/contract';
import type { OutboxOptions } from '.';
import type { Lanes } from './lanes';
import type { UnreachablePlaces } from './notices';
import type { Queue } from './queue';

/**
 * Decides which instance sends. With several instances, a lease makes one of them the sender, so that one count of requests keeps the chat tool's
 * limits for all. If it dies, another one takes over within seconds.
 */
export type Leader = ReturnType<typeof createLeader>;

const leaseMs = 3_000;
const lookMs = 200;

/** Without leases there is only one instance. `prepare` loads what a new leader has to know before it sends anything. */
export function createLeader({ leases, logger }: OutboxOptions, prepare: () => Promise<void>) {
  let isHeld: (() => boolean) | undefined;
  let seeking: { readonly found: Promise<void>; readonly ended: Promise<void> } | undefined;
  let letGo: () => void = () => undefined;
  let isStopping = false;
  let hasStopped = false;

  async function lead(held: () => boolean, onFound: () => void): Promise<void> {
    await prepare();
    if (hasStopped) return;
    isHeld = held;
    onFound();
    let look: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      letGo = resolve;
      look = setInterval(() => held() || resolve(), lookMs).unref();
    });
    clearInterval(look);
    isHeld = undefined;
  }

  /** The lease lasts as long as `lead` runs, so the result is reported before that ends. */
  async function begin(from: Leases, onFound: () => void): Promise<void> {
    try {
      await from.withLease('outbox', leaseMs, (held) => lead(held, onFound));
    } catch (error) {
      // If the store doesn't answer, whoever reads from it reports that; here, it only means not now.
      logger.debug({ error }, 'No instance is known to lead the outbox');
    }
    seeking = undefined;
    onFound();
  }

  /** Whether this instance sends, so that a message put here can go out at once. */
  const isLeader = (): boolean => !leases || isHeld?.() === true;
  return {
    isLeader,
    /** Whether it can start sending something now: it leads and isn't stopping. */
    maySend: () => !isStopping && isLeader(),
    isStopping: () => isStopping,
    /** Tries to become the leader if this instance isn't. Resolves as soon as the answer is known. */
    async seek(): Promise<void> {
      if (!leases || hasStopped) return;
      if (!seeking) {
        let ended = Promise.resolve();
        const found = new Promise<void>((resolve) => (ended = begin(leases, resolve)));
        seeking = { found, ended };
      }
      await seeking.found;
    },
    /** From now on, it starts nothing new. */
    beginToStop: () => void (isStopping = true),
    /** Lets another instance lead. */
    async stop() {
      isStopping = true;
      hasStopped = true;
      letGo();
      await seeking?.ended;
    },
  };
}

/** Finds what is due, including what another instance or a crash left, and wakes its lanes. */
export function createPoller(
  { logger, pollMs = 250 }: OutboxOptions,
  { queue, leader, lanes, unreachable }: { queue: Queue; leader: Leader; lanes: Lanes; unreachable: UnreachablePlaces },
) {
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();

  /** Wakes each lane in which something is due; rejects if the store can't be searched. */
  async function look(): Promise<void> {
    if (lanes.isPaused()) {
      await queue.dueLanes();
      lanes.resume();
    }
    if (!leader.isLeader()) await leader.seek();
    if (!leader.isLeader()) return;
    // Their lanes may already be waiting for the wrong time.
    for (const lane of await queue.takeBackAhead()) lanes.kick(lane);
    await wakeDue();
    if (await unreachable.tellOwners()) await wakeDue();
  }

  async function wakeDue(): Promise<void> {
    for (const lane of await queue.dueLanes()) if (!lanes.isWaiting(lane)) lanes.kick(lane);
    lanes.pump();
  }

  async function lookSafely(): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (error instanceof StoreUnavailableError) lanes.pause(error);
      else logger.error({ error }, 'The store could not be searched for due messages');
    }
  }

  function next(waitMs: number): void {
    timer = setTimeout(() => {
      polling = lookSafely().finally(() => timer && next(pollMs));
    }, waitMs);
  }

  return {
    start: () => next(0),
    look,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await polling;
    },
  };
}
