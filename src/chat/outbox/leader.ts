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
  /** Whether this instance sends, so that what is put here can go out at once. */
  isLeader(): boolean;
  /** Whether it may begin to send something now: it leads and doesn't stop. */
  maySend(): boolean;
  isStopping(): boolean;
  /** Tries to lead, when this instance doesn't. Resolves as soon as it is known whether it does now. */
  seek(): Promise<void>;
  /** From now on it begins nothing more. */
  beginToStop(): void;
  /** Lets another instance lead. */
  stop(): Promise<void>;
}

interface LeaderOptions {
  /** Without leases there is one instance. */
  readonly leases: OutboxLeases | undefined;
  readonly logger: Logger;
  /** What a new leader has to know before it sends anything. */
  prepare(): Promise<void>;
}

const leaseMs = 3_000;
const lookMs = 200;

export function createLeader({ leases, logger, prepare }: LeaderOptions): Leader {
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
    await new Promise<void>((resolve) => {
      const look = setInterval(() => !held() && letGo(), lookMs).unref();
      letGo = () => {
        clearInterval(look);
        isHeld = undefined;
        resolve();
      };
    });
  }

  /** The lease is held for as long as `lead` goes on, so what was found is told before it ends. */
  function begin(from: OutboxLeases): NonNullable<typeof seeking> {
    let onFound: () => void = () => undefined;
    const found = new Promise<void>((resolve) => (onFound = resolve));
    const ended = from
      .withLease('outbox', leaseMs, (held) => lead(held, onFound))
      // A store that doesn't answer is reported where it is read; here it only means: not now.
      .catch((error: unknown) => logger.debug({ error }, 'No instance is known to lead the outbox'))
      .then(() => {
        seeking = undefined;
        onFound();
      });
    return { found, ended };
  }

  const isLeader = (): boolean => !leases || isHeld?.() === true;
  return {
    isLeader,
    maySend: () => !isStopping && isLeader(),
    isStopping: () => isStopping,
    seek() {
      if (!leases || hasStopped) return Promise.resolve();
      seeking ??= begin(leases);
      return seeking.found;
    },
    beginToStop: () => void (isStopping = true),
    async stop() {
      isStopping = true;
      hasStopped = true;
      letGo();
      await seeking?.ended;
    },
  };
}
