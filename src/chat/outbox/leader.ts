import type { Clock } from '../../core/time/clock';
import type { Logger } from '../../core/telemetry/logger';

/**
 * Which instance sends. Over several instances a lease gives the outbox to one of them at a time, so that one count of requests holds the chat
 * tool's limits for all; when it dies another takes over within seconds.
 */

export interface OutboxLeases {
  withLease(
    key: string,
    ttlMs: number,
    work: (held: () => boolean) => Promise<void>,
  ): Promise<'done' | 'held elsewhere'>;
}

export interface Leader {
  /** Whether this instance may send now. */
  isLeader(): boolean;
  /** Tries to get it, when it is not held. */
  seek(): void;
  /** Lets go of it. */
  stop(): Promise<void>;
}

export interface LeadOptions {
  /** Without leases there is one instance. */
  readonly leases: OutboxLeases | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Made ready before anything is sent. */
  onGaining(): Promise<void>;
  onGained(): void;
}

const leaseMs = 3_000;
const lookMs = 200;

export function createLeader({ leases, clock, logger, onGaining, onGained }: LeadOptions): Leader {
  let isHeld: (() => boolean) | undefined;
  let seeking: Promise<void> | undefined;
  let letGo: () => void = () => undefined;
  let stopped = false;

  async function lead(held: () => boolean): Promise<void> {
    await onGaining();
    if (stopped) return;
    isHeld = held;
    onGained();
    await new Promise<void>((resolve) => {
      const look = setInterval(() => !held() && letGo(), lookMs).unref();
      letGo = () => {
        clearInterval(look);
        isHeld = undefined;
        resolve();
      };
    });
  }

  return {
    isLeader: () => !leases || isHeld?.() === true,
    seek() {
      if (!leases || seeking || stopped) return;
      seeking = leases
        .withLease('outbox', leaseMs, lead)
        .then(() => undefined)
        // A store that does not answer is told of where it is read; here it only means: not now.
        .catch((error: unknown) => logger.debug({ error, at: clock.now() }, 'The outbox is led by nobody known'))
        .finally(() => (seeking = undefined));
    },
    async stop() {
      stopped = true;
      letGo();
      await seeking;
    },
  };
}
