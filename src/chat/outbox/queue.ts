import { ConflictError } from '../../core/errors';
import { createClockSteps } from '../../core/time/clock';
import type { Clock } from '../../core/time/clock';
import { readAll } from '../../store/contract';
import type { Collection, Stored } from '../../store/contract';
import type { Destination, OutboxMessage } from '../contract';
import { onRequested } from './record';
import type { MessageRecord } from './record';

/** The messages that wait in the store: put here, and found when they are due. It sends nothing. */
export type Queue = ReturnType<typeof createQueue>;

const maxDueAtOnce = 500;
/** Instances whose clocks differ by less than this see each other's messages at once. */
const usualSkewMs = 10_000;
/** The longest window that one process can fill in seconds and the next one would fill again. */
const recalledMs = 30_000;

export function createQueue(messages: Collection<MessageRecord>, clock: Clock) {
  const clockSteps = createClockSteps(clock);
  let mayBeFarAhead = true;
  let lastOrder = 0;

  async function laneOf(destination: Destination): Promise<string> {
    const parent = destination.to === 'thread of' ? await messages.get(destination.messageKey) : undefined;
    return parent?.value.lane ?? ownLaneOf(destination);
  }

  return {
    /**
     * Resolves to the record, or to nothing if it already shows this or something newer. `after`: how the record changes before it is first stored, for a
     * message that was already tried.
     */
    async add(
      message: OutboxMessage,
      after = (record: MessageRecord): MessageRecord => record,
    ): Promise<Stored<MessageRecord> | undefined> {
      const { key } = message;
      // Later is always greater, even if the clock is set back.
      const order = (lastOrder = Math.max(lastOrder + 1, clock.now() * 1_000));
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
    /** The lanes in which something is due, the longest overdue first. */
    async dueLanes(): Promise<readonly string[]> {
      const where = { dueAt: { atMost: clock.now() } };
      const { items } = await messages.find({ where, orderBy: 'dueAt', limit: maxDueAtOnce });
      return items.map(({ value }) => value.lane);
    },
    /**
     * Makes messages due now that a clock ahead of this one postponed (another instance's, or this one's before it was set back), and returns their
     * lanes.
     */
    async takeBackAhead(): Promise<readonly string[]> {
      if (clockSteps() < 0) mayBeFarAhead = true;
      const now = clock.now();
      const atMost = mayBeFarAhead ? Number.MAX_SAFE_INTEGER : now + usualSkewMs;
      const lanes: string[] = [];
      for (const { id, value } of await readAll(messages, {
        where: { dueAt: { atLeast: now + 1, atMost } },
        orderBy: 'dueAt',
      })) {
        if (!isAhead(value, now)) continue;
        const stored = await messages.update(id, (record) =>
          isAhead(record, now) ? { ...record, dueAt: now } : undefined,
        );
        if (stored) lanes.push(stored.value.lane);
      }
      mayBeFarAhead = false;
      return lanes;
    },
    /**
     * What was sent just before, by this process or by the one it takes over from. Records dated in the future were written before the clock was set
     * back.
     */
    async justSent(): Promise<readonly MessageRecord[]> {
      const sentAt = { atLeast: clock.now() - recalledMs, atMost: clock.now() + usualSkewMs };
      return (await readAll(messages, { where: { sentAt }, orderBy: 'sentAt' })).map(({ value }) => value);
    },
  };
}

/** Whether its due time comes from a clock ahead of this one: no message waits from later than when it was put or tried. */
function isAhead({ dueAt, changedAt, sentAt = changedAt }: MessageRecord, now: number): boolean {
  return dueAt !== undefined && dueAt > now && Math.max(changedAt, sentAt) > now;
}

/** The lane of a destination on its own. */
function ownLaneOf(destination: Destination): string {
  if (destination.to === 'place') return `place ${destination.placeId}`;
  return destination.to === 'person' ? `person ${destination.personId}` : `thread ${destination.messageKey}`;
}
