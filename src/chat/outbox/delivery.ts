import { StoreUnavailableError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Collection, Stored } from '../../store/contract';
import type { Slot } from '../rate-limit';
import { SendError, summaryOf, textForm } from '../sender';
import type { MessageSender, ReadyDestination } from '../sender';
import { findDestination } from './destination';
import type { Duplicates } from './duplicates';
import type { LaneMemory } from './lane-memory';
import type { Leader } from './leader';
import { onParentMissing, onSending, onSent } from './record';
import type { MessageRecord } from './record';
import { failedBefore, isProgress } from './record/order';
import { onFailed, onProbeFailed, onProven } from './record/tries';
import type { UnreachablePlaces } from './unreachable-places';

export interface DeliveryParts {
  readonly messages: Collection<MessageRecord>;
  readonly sender: MessageSender;
  readonly memory: LaneMemory;
  readonly unreachable: UnreachablePlaces;
  readonly duplicates: Pick<Duplicates, 'remember'>;
  readonly leader: Pick<Leader, 'isStopping'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 to 1. */
  random(): number;
}

type Change = (record: MessageRecord) => MessageRecord;

/** Tries a message once, with at most one request, and writes down what came of it. Resolves to its record. */
export async function deliver(
  parts: DeliveryParts,
  { id, value }: Stored<MessageRecord>,
  slot: Slot,
): Promise<Stored<MessageRecord> | undefined> {
  const { messages, memory, clock } = parts;
  const destination = value.posted ? undefined : await findDestination(messages, value);
  if (destination && 'waitsUntil' in destination)
    return messages.update(id, (record) => onParentMissing(record, destination.waitsUntil, clock.now()));
  if (destination && value.awaitsProof && !failedBefore(value, memory.arrivedAt(value.lane) ?? -Infinity)) {
    slot.use(memory.conversationOf(value), false);
    return messages.update(id, await probe(parts, value, destination, slot));
  }
  if (!value.posted) {
    // Written down before the request leaves: from here on a crash leaves the outcome unknown.
    const started = await messages.update(id, (record) => onSending(record, clock.now()));
    // Another instance was faster.
    if (!started?.changed) return started;
  }
  slot.use(memory.conversationOf(value), isProgress(value));
  const change = await attempt(parts, value, destination, slot);
  return untilStored(parts, () => messages.update(id, change));
}

/** Whether a post would be taken now. Any answer of the chat tool about this one post or place shows it, too. */
async function probe(
  parts: DeliveryParts,
  { lane, key }: MessageRecord,
  destination: ReadyDestination,
  slot: Slot,
): Promise<Change> {
  const { sender, clock, logger } = parts;
  const begun = clock.elapsed();
  try {
    await sender.probe(destination, slot);
    slot.markLeft(begun);
    return (record) => onProven(record, clock.now());
  } catch (error) {
    if (error instanceof SendError) slot.markLeft(begun);
    const known = knownError(error, logger);
    logger.debug({ error, message: key, lane }, 'Teams takes no posts there yet');
    if (known.kind !== 'retry' && known.kind !== 'unclear') return (record) => onProven(record, clock.now());
    const random = parts.random();
    return (record) => onProbeFailed(record, known, clock.now(), { random });
  }
}

/** Sends once; what the record becomes by that. */
async function attempt(
  parts: DeliveryParts,
  value: MessageRecord,
  destination: ReadyDestination | undefined,
  slot: Slot,
): Promise<Change> {
  const { sender, clock, memory, unreachable, duplicates } = parts;
  const { revision, posted, lane } = value;
  const content = value.asText ? textForm(value.content) : value.content;
  const begun = clock.elapsed();
  try {
    if (posted) await sender.edit(posted.placeId, posted.activityId, content, slot);
    const at = posted ?? (destination && (await sender.create(destination, content, slot)));
    if (!at) throw new SendError('refused', 'Nowhere to send to');
    slot.markLeft(begun);
    if (lane.startsWith('person ')) memory.noteConversation(lane, at.placeId);
    if (!posted) {
      memory.noteArrival(lane);
      void unreachable.reportReached(at.placeId);
    }
    if (at.activityId === undefined) await untilStored(parts, () => duplicates.remember({ placeId: at.placeId }));
    return (record) => onSent(record, at, revision, clock.now());
  } catch (error) {
    if (error instanceof SendError) slot.markLeft(begun);
    return afterFailure(parts, value, knownError(error, parts.logger));
  }
}

async function afterFailure(parts: DeliveryParts, value: MessageRecord, error: SendError): Promise<Change> {
  const { key, attempts, destination } = value;
  const { clock, logger, memory, unreachable } = parts;
  logger.info({ error, message: key, kind: error.kind, attempts }, 'A message was not sent');
  const isClosedForLong = (): Promise<boolean> =>
    unreachable.reportBlocked(memory.conversationOf(value), summaryOf(value.content)).catch(() => false);
  const isHopeless = error.kind === 'place closed' && (destination.to === 'person' || (await isClosedForLong()));
  const random = parts.random();
  return (record) => onFailed(record, error, clock.now(), { random, isHopeless });
}

/** A failure that nobody foresaw lies in the content, except one of the store: then nothing was sent. */
function knownError(error: unknown, logger: Logger): SendError {
  if (error instanceof SendError) return error;
  if (error instanceof StoreUnavailableError) return new SendError('retry', error.message, { cause: error });
  logger.error({ error }, 'A message could not be drawn');
  return new SendError('refused', String(error), { cause: error });
}

/** It was sent, so forgetting it would send it twice: the store is asked until it answers. */
async function untilStored<T>({ leader }: DeliveryParts, write: () => Promise<T>): Promise<T> {
  for (let attempts = 0; ; attempts++)
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || (leader.isStopping() && attempts >= 5)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 100 * 2 ** attempts)));
    }
}
