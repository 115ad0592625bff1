import type { Collection } from '../../store/contract';
import type { MessageRecord } from './record';
import type { ReadyDestination } from '../sender';

/** The message that it belongs below isn't there yet. */
interface Waiting {
  readonly waitsUntil: number;
}

/** Where a message is posted now. */
export async function findDestination(
  messages: Collection<MessageRecord>,
  record: MessageRecord,
): Promise<ReadyDestination | Waiting> {
  const { destination } = record;
  const found = destination.to === 'thread of' ? await below(messages, destination.messageKey) : destination;
  const isInThread = record.isTopLevel === true && 'to' in found && found.to === 'place';
  return isInThread ? { to: 'place', placeId: found.placeId } : found;
}

async function below(messages: Collection<MessageRecord>, parentKey: string): Promise<ReadyDestination | Waiting> {
  const parent = (await messages.get(parentKey))?.value;
  if (!parent) return { waitsUntil: 0 };
  if (!parent.posted) {
    // Given up, deleted or without an id: it stands where that was to stand.
    const isNowhere = parent.state === 'undeliverable' || parent.state === 'posted';
    return isNowhere ? findDestination(messages, parent) : { waitsUntil: parent.dueAt ?? 0 };
  }
  const { activityId, placeId } = parent.posted;
  const above = await findDestination(messages, parent);
  if (!('to' in above) || above.to === 'person') return { to: 'place', placeId, below: activityId };
  return { to: 'place', placeId, thread: above.thread, below: above.below ?? activityId };
}
