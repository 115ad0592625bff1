import type { Clock } from '../../core/time/clock';
import { ConflictError } from '../../core/errors';
import type { Collection, Stored } from '../../store/contract';
import type { Destination, OutboxMessage } from '../contract';
import { onRequested } from './record';
import type { MessageRecord } from './record';

/** Takes messages into the store. `after`: what the record becomes before it is stored first, for one that was tried already. */
export type Intake = (
  message: OutboxMessage,
  after?: (record: MessageRecord) => MessageRecord,
) => Promise<Stored<MessageRecord> | undefined>;

/** Resolves to the record, or to nothing when it shows that or something newer already. */
export function createIntake(messages: Collection<MessageRecord>, clock: Clock): Intake {
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

  return async (message, after = (record) => record) => {
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
  };
}

/** The lane of a destination by itself. */
export function ownLaneOf(destination: Destination): string {
  if (destination.to === 'place') return `place ${destination.placeId}`;
  return destination.to === 'person' ? `person ${destination.personId}` : `thread ${destination.messageKey}`;
}
