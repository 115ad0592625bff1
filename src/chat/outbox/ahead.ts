import type { Clock } from '../../core/time/clock';
import { createClockSteps } from '../../core/time/clock-steps';
import type { Collection, Stored } from '../../store/contract';
import { isAhead } from './record';
import type { MessageRecord } from './record';

/** Instances whose clocks are no farther apart than this see each other's messages at once. */
const usualSkewMs = 10_000;
const page = 200;

/** Messages that a clock ahead of this one has put off: that of another instance, or this one before it was set back. */
export interface OutboxAhead {
  /** Makes them due now and gives them. */
  takeBack(): Promise<readonly Stored<MessageRecord>[]>;
}

export function createOutboxAhead(messages: Collection<MessageRecord>, clock: Clock): OutboxAhead {
  const clockSteps = createClockSteps(clock);
  let mayBeFar = true;

  return {
    async takeBack() {
      if (clockSteps() < 0) mayBeFar = true;
      const now = clock.now();
      const atMost = mayBeFar ? Number.MAX_SAFE_INTEGER : now + usualSkewMs;
      const taken: Stored<MessageRecord>[] = [];
      let cursor: string | undefined;
      do {
        const where = { dueAt: { atLeast: now + 1, atMost } };
        const found = await messages.find({ where, orderBy: 'dueAt', limit: page, cursor });
        for (const { id, value } of found.items) {
          if (!isAhead(value, now)) continue;
          const stored = await messages.update(id, (record) =>
            isAhead(record, now) ? { ...record, dueAt: now } : undefined,
          );
          if (stored) taken.push(stored);
        }
        cursor = found.cursor;
      } while (cursor !== undefined);
      mayBeFar = false;
      return taken;
    },
  };
}
