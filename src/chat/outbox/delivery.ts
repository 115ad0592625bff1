import { StoreUnavailableError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Collection, Stored } from '../../store/contract';
import type { Slot } from '../rate-limit';
import { SendError, summaryOf, textForm } from '../sender';
import type { ReadyDestination } from '../sender';
import type { Duplicates, OutboxOptions } from '.';
import { failedBefore, isProgress, nextStep } from './lanes';
import type { LaneMemory } from './lanes';
import type { GivenUpNotices, UnreachablePlaces } from './notices';
import type { Leader } from './poller';
import {
  onFailed,
  onInterrupted,
  onParentMissing,
  onProbeFailed,
  onProven,
  onSending,
  onSent,
  onNotified,
} from './record';
import type { MessageRecord } from './record';

/** One step of a lane: at most one request, and a record of its outcome. */

interface DeliveryParts extends Required<Pick<OutboxOptions, 'sender' | 'rateLimit' | 'clock' | 'logger' | 'random'>> {
  readonly messages: Collection<MessageRecord>;
  readonly memory: LaneMemory;
  readonly leader: Leader;
  readonly unreachable: UnreachablePlaces;
  readonly duplicates: Duplicates;
  readonly givenUp: GivenUpNotices;
}

const tellAgainMs = 5_000;

/** Does the next thing a lane needs. Resolves to the time at which the lane continues; undefined: when something is put into it. */
export async function workOn(parts: DeliveryParts, lane: string): Promise<number | undefined> {
  const { messages, rateLimit, memory, leader, clock } = parts;
  const slot = rateLimit.take(clock.elapsed());
  try {
    const { items } = await messages.find({ where: { openLane: lane }, orderBy: 'dueAt', limit: 500 });
    const next = nextStep(items, {
      now: clock.now(),
      arrivedAt: memory.arrivedAt(lane),
      allowedAt: (record) => allowedAt(parts, record),
    });
    if (!next) return undefined;
    if ('waitUntil' in next) return next.waitUntil;
    if (!leader.maySend()) return undefined;
    if (next.do === 'settle') await settle(parts, next.record);
    else if (next.do === 'tell') await tell(parts, next.record);
    else {
      const stored = await deliver(parts, next.record, slot);
      if (items.length === 1) return stored?.value.dueAt;
    }
    return clock.now();
  } finally {
    slot.markEnded(clock.elapsed());
  }
}

function allowedAt({ rateLimit, memory, clock }: DeliveryParts, record: MessageRecord): number {
  const elapsed = clock.elapsed();
  const speech = isProgress(record) ? 'progress' : 'message';
  return clock.now() + Math.max(0, rateLimit.allowedAt(memory.conversationOf(record), speech, elapsed) - elapsed);
}

async function settle({ messages, clock, logger }: DeliveryParts, { id }: Stored<MessageRecord>): Promise<void> {
  logger.warn({ message: id }, 'A post was interrupted; its outcome is unknown');
  await messages.update(id, (record) => (record.state === 'sending' ? onInterrupted(record, clock.now()) : undefined));
}

async function tell(parts: DeliveryParts, { id, value }: Stored<MessageRecord>): Promise<void> {
  const { messages, givenUp, clock, logger } = parts;
  logger.warn({ message: id, ambiguous: value.ambiguous, answer: value.error }, 'A message was given up');
  try {
    await givenUp.tell(value);
    await messages.update(id, (record) => (record.untold ? onNotified(record) : undefined));
  } catch (error) {
    logger.error({ error, message: id }, 'A listener failed and is called again');
    await messages.update(id, (record) => ({ ...record, dueAt: clock.now() + tellAgainMs }));
  }
}

type Change = (record: MessageRecord) => MessageRecord;

/** Tries a message once. Resolves to its record. */
async function deliver(
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
    // Recorded before the request leaves: from here on, after a crash the outcome is unknown.
    const started = await messages.update(id, (record) => onSending(record, clock.now()));
    // Another instance was faster.
    if (!started?.changed) return started;
  }
  slot.use(memory.conversationOf(value), isProgress(value));
  const change = await attempt(parts, value, destination, slot);
  return untilStored(parts, () => messages.update(id, change));
}

/** `waitsUntil`: the message that it replies to isn't posted yet. */
type Found = ReadyDestination | { readonly waitsUntil: number };

/** Where a message is posted now. */
async function findDestination(messages: Collection<MessageRecord>, record: MessageRecord): Promise<Found> {
  const { destination } = record;
  const found = destination.to === 'thread of' ? await below(messages, destination.messageKey) : destination;
  const isInThread = record.isTopLevel === true && 'to' in found && found.to === 'place';
  return isInThread ? { to: 'place', placeId: found.placeId } : found;
}

async function below(messages: Collection<MessageRecord>, parentKey: string): Promise<Found> {
  const parent = (await messages.get(parentKey))?.value;
  if (!parent) return { waitsUntil: 0 };
  if (!parent.posted) {
    // The parent was given up or deleted, or has no id: the reply goes where the parent was meant to go.
    const isNowhere = parent.state === 'undeliverable' || parent.state === 'posted';
    return isNowhere ? findDestination(messages, parent) : { waitsUntil: parent.dueAt ?? 0 };
  }
  const { activityId, placeId } = parent.posted;
  const above = await findDestination(messages, parent);
  if (!('to' in above) || above.to === 'person') return { to: 'place', placeId, below: activityId };
  return { to: 'place', placeId, thread: above.thread, below: above.below ?? activityId };
}

/** Whether a post would be accepted now. Any answer of the chat tool about this post or place shows that, too. */
async function probe(
  { sender, clock, logger, random }: DeliveryParts,
  { lane, key }: MessageRecord,
  destination: ReadyDestination,
  slot: Slot,
): Promise<Change> {
  const begun = clock.elapsed();
  try {
    await sender.probe(destination, slot);
    slot.markLeft(begun);
  } catch (error) {
    if (error instanceof SendError) slot.markLeft(begun);
    const known = knownError(error, logger);
    logger.debug({ error, message: key, lane }, 'Teams doesn’t accept posts there yet');
    const chance = { random: random() };
    if (known.kind === 'retry' || known.kind === 'unclear')
      return (record) => onProbeFailed(record, known, clock.now(), chance);
  }
  return (record) => onProven(record, clock.now());
}

/** Sends once; returns the record with the outcome. */
async function attempt(
  parts: DeliveryParts,
  value: MessageRecord,
  destination: ReadyDestination | undefined,
  slot: Slot,
): Promise<Change> {
  const { sender, clock, memory } = parts;
  const { revision, posted, lane } = value;
  const content = value.asText ? textForm(value.content) : value.content;
  const begun = clock.elapsed();
  try {
    if (posted) await sender.edit(posted, content, slot);
    const at = posted ?? (destination && (await sender.create(destination, content, slot)));
    if (!at) throw new SendError('refused', 'Nowhere to send to');
    slot.markLeft(begun);
    if (lane.startsWith('person ')) memory.noteConversation(lane, at.placeId);
    if (!posted) {
      memory.noteArrival(lane);
      void parts.unreachable.reportReached(at.placeId);
    }
    if (at.activityId === undefined) await untilStored(parts, () => parts.duplicates.remember({ placeId: at.placeId }));
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
  const chance = { random: parts.random(), isHopeless };
  return (record) => onFailed(record, error, clock.now(), chance);
}

/** An unexpected failure is caused by the content, except a failure of the store: then nothing was sent. */
function knownError(error: unknown, logger: Logger): SendError {
  if (error instanceof SendError) return error;
  if (error instanceof StoreUnavailableError) return new SendError('retry', error.message, { cause: error });
  logger.error({ error }, 'A message could not be drawn');
  return new SendError('refused', String(error), { cause: error });
}

/** It was sent, and forgetting that would send it twice, so this retries until the store answers. */
async function untilStored<T>({ leader }: DeliveryParts, write: () => Promise<T>): Promise<T> {
  for (let attempts = 0; ; attempts++)
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || (leader.isStopping() && attempts >= 5)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 100 * 2 ** attempts)));
    }
}
