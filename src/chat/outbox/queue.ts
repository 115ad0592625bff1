import { ConflictError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import { createClockSteps } from '../../core/time/clock';
import type { Collection, Stored } from '../../store/contract';
import type { Destination, OutboxMessage } from '../contract';
import { isAhead, onRequested } from './record';
import type { MessageRecord } from './record';

/** What waits in the store: messages are put into it here, and found when they are due. It sends nothing. */
export interface Queue {
  /**
   * Resolves to the record, or to nothing when it shows that or something newer already. `after`: what the record becomes before it is stored first,
   * for a message that was tried already.
   */
  add(
    message: OutboxMessage,
    after?: (record: MessageRecord) => MessageRecord,
  ): Promise<Stored<MessageRecord> | undefined>;
  /** The lanes in which something is due, the longest due first. */
  dueLanes(): Promise<readonly string[]>;
  /** Makes due now what a clock ahead of this one has put off (that of another instance, or this one before it was set back), and gives its lanes. */
  takeBackAhead(): Promise<readonly string[]>;
}

const maxDueAtOnce = 500;
/** Instances whose clocks are no farther apart than this see each other's messages at once. */
const usualSkewMs = 10_000;
const pageSize = 200;

export function createQueue(messages: Collection<MessageRecord>, clock: Clock): Queue {
  const clockSteps = createClockSteps(clock);
  let mayBeFarAhead = true;
  let lastOrder = 0;

  /** Later is greater, also when the clock is set back. */
  function nextOrder(): number {
    return (lastOrder = Math.max(lastOrder + 1, clock.now() * 1_000));
  }

  async function laneOf(destination: Destination): Promise<string> {
    if (destination.to !== 'thread of') return ownLaneOf(destination);
    const parent = await messages.get(destination.messageKey);
    return parent?.value.lane ?? ownLaneOf(destination);
  }

  return {
    async add(message, after = (record) => record) {
      const { key } = message;
      const order = nextOrder();
      const change = (record: MessageRecord): MessageRecord | undefined =>
        onRequested(record, message, record.lane, clock.now(), order);
      const known = await messages.update(key, change);
      if (known) return known;
      const fresh = onRequested(undefined, message, await laneOf(message.destination), clock.now(), order);
      if (!fresh) return undefined;
      return messages.insert(key, after(fresh)).catch((error: unknown) => {
        if (error instanceof ConflictError) return messages.update(key, change);
        throw error;
      });
    },
    async dueLanes() {
      const where = { dueAt: { atMost: clock.now() } };
      const { items } = await messages.find({ where, orderBy: 'dueAt', limit: maxDueAtOnce });
      return items.map(({ value }) => value.lane);
    },
    async takeBackAhead() {
      if (clockSteps() < 0) mayBeFarAhead = true;
      const now = clock.now();
      const atMost = mayBeFarAhead ? Number.MAX_SAFE_INTEGER : now + usualSkewMs;
      const lanes: string[] = [];
      let cursor: string | undefined;
      do {
        const where = { dueAt: { atLeast: now + 1, atMost } };
        const found = await messages.find({ where, orderBy: 'dueAt', limit: pageSize, cursor });
        for (const { id, value } of found.items) {
          if (!isAhead(value, now)) continue;
          const stored = await messages.update(id, (record) =>
            isAhead(record, now) ? { ...record, dueAt: now } : undefined,
          );
          if (stored) lanes.push(stored.value.lane);
        }
        cursor = found.cursor;
      } while (cursor !== undefined);
      mayBeFarAhead = false;
      return lanes;
    },
  };
}

/** The lane of a destination by itself. */
function ownLaneOf(destination: Destination): string {
  if (destination.to === 'place') return `place ${destination.placeId}`;
  return destination.to === 'person' ? `person ${destination.personId}` : `thread ${destination.messageKey}`;
}
