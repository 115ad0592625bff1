import type { Clock } from '../core/clock';
import { ConflictError } from '../core/errors';
import type { Store } from '../store/contract';

/** Chat tools deliver the same thing more than once. Typed messages are answered once; clicks are joined while in work. */

export interface Inbox {
  /** Whether this is the first delivery of this message. */
  claim(placeId: string, activityId: string): Promise<boolean>;
  /** Runs `work`, or joins what already runs in this process under the same key. */
  join<T>(key: string, work: () => Promise<T>): Promise<T>;
}

const rememberedMs = 15 * 60_000;

/** Remembers deliveries in the store, so that a restart in between changes nothing. */
export function createInbox({ store, clock }: { store: Store; clock: Clock }): Inbox {
  const inbound = store.collection<{ readonly at: number }>({
    name: 'inbound',
    schema: 1,
    indexes: {},
    expiresAt: (delivery) => delivery.at + rememberedMs,
  });
  const inWork = new Map<string, Promise<unknown>>();

  return {
    async claim(placeId, activityId) {
      try {
        await inbound.insert(`${placeId} ${activityId}`, { at: clock.now() });
        return true;
      } catch (error) {
        if (error instanceof ConflictError) return false;
        throw error;
      }
    },
    join<T>(key: string, work: () => Promise<T>): Promise<T> {
      const running = inWork.get(key) as Promise<T> | undefined;
      if (running) return running;
      const result = work().finally(() => inWork.delete(key));
      inWork.set(key, result);
      return result;
    },
  };
}
