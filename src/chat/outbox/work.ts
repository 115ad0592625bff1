import { StoreUnavailableError } from '../../core/errors';
import type { Clock } from '../../core/time/clock';
import type { Logger } from '../../core/telemetry/logger';
import type { Collection, Stored } from '../../store/contract';
import { onGivenUp, longMs, onSending, onSent, onTold } from './record';
import type { MessageRecord } from './record';
import { onFailed, onInterrupted, onProbeFailed, onProven } from './tries';
import type { UnreachablePlaces } from './unreachable-places';
import { failedBefore, isProgress, nextStep } from './order';
import { findDestination } from './destination';
import type { RateLimit, Slot } from '../rate-limit';
import { SendError, summaryOf, textForm } from '../sender';
import type { MessageSender, ReadyDestination } from '../sender';

/** The work on one lane: one step, at most one request. */
export interface OutboxWork {
  /** Resolves to when the lane wants to go on. */
  step(lane: string): Promise<number | undefined>;
  /** Something got through there, by the outbox or beside it. */
  arrived(lane: string): void;
  /** Where it is said, as the rate limit counts it. */
  conversationOf(value: MessageRecord): string;
}

export interface OutboxWorkOptions {
  readonly messages: Collection<MessageRecord>;
  readonly sender: MessageSender;
  readonly rateLimit: RateLimit;
  readonly unreachable: UnreachablePlaces;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 to 1. */
  random(): number;
  /** Whether this instance may send now. */
  leads(): boolean;
  isStopping(): boolean;
  /** A message stands there without an id. */
  rememberNameless(placeId: string): Promise<void>;
  /** Tells whoever has to know that it was given up. */
  tellGivenUp(record: MessageRecord): Promise<void>;
}

type Change = (record: MessageRecord) => MessageRecord;

const parentWaitMs = 1_000;
const maxRemembered = 5_000;

export function createOutboxWork(options: OutboxWorkOptions): OutboxWork {
  const { messages, sender, rateLimit, unreachable, clock, logger } = options;
  /** Which chat a person's lane leads to, once that is known. */
  const chats = new Map<string, string>();
  /** When something got through last, by lane. */
  const arrivals = new Map<string, number>();

  function conversationOf({ posted, destination, lane }: MessageRecord): string {
    if (posted) return posted.placeId;
    if (destination.to === 'place') return destination.placeId;
    return chats.get(lane) ?? (lane.startsWith('place ') ? lane.slice(6) : lane);
  }

  async function step(lane: string): Promise<number | undefined> {
    const slot = rateLimit.take(clock.elapsed());
    try {
      const { items } = await messages.find({ where: { openLane: lane }, orderBy: 'dueAt', limit: 500 });
      const next = nextStep(items, { now: clock.now(), arrivedAt: arrivals.get(lane), allowedAt });
      if (!next) return undefined;
      if ('waitUntil' in next) return next.waitUntil;
      if (!options.leads() || options.isStopping()) return undefined;
      if (next.do === 'settle') await settle(next.record);
      else if (next.do === 'tell') await tell(next.record);
      else {
        const stored = await send(next.record, slot);
        if (items.length === 1) return stored?.value.dueAt;
      }
      return clock.now();
    } finally {
      slot.ended(clock.elapsed());
    }
  }

  function allowedAt(value: MessageRecord): number {
    const elapsed = clock.elapsed();
    const allowed = rateLimit.allowedAt(conversationOf(value), isProgress(value) ? 'progress' : 'message', elapsed);
    return clock.now() + Math.max(0, allowed - elapsed);
  }

  async function settle({ id }: Stored<MessageRecord>): Promise<void> {
    logger.warn({ message: id }, 'A post was interrupted; its outcome is unknown');
    await messages.update(id, (value) => (value.state === 'sending' ? onInterrupted(value, clock.now()) : undefined));
  }

  async function tell({ id, value }: Stored<MessageRecord>): Promise<void> {
    logger.warn({ message: id, ambiguous: value.ambiguous, answer: value.error }, 'A message was given up');
    try {
      await options.tellGivenUp(value);
      await messages.update(id, (record) => (record.untold ? onTold(record) : undefined));
    } catch (error) {
      logger.error({ error, message: id }, 'A listener failed; it is told again');
      const dueAt = clock.now() + 5_000;
      await messages.update(id, (record) => ({ ...record, dueAt }));
    }
  }

  async function send({ id, value }: Stored<MessageRecord>, slot: Slot): Promise<Stored<MessageRecord> | undefined> {
    const destination = value.posted ? undefined : await findDestination(messages, value);
    if (destination && 'waitsUntil' in destination) return postpone(id, destination.waitsUntil);
    if (destination && value.awaitsProof && !failedBefore(value, arrivals.get(value.lane) ?? -Infinity)) {
      slot.use(conversationOf(value), false);
      return messages.update(id, await probe(value, destination, slot));
    }
    if (!value.posted) {
      const started = await messages.update(id, (record) => onSending(record, clock.now()));
      // Another instance was faster.
      if (!started?.changed) return started;
    }
    slot.use(conversationOf(value), isProgress(value));
    const change = await attempt(value, destination, slot);
    return keep(() => messages.update(id, change));
  }

  /** Whether a post would be taken now. Any answer of Teams about this one post or place is one, too. */
  async function probe({ lane, key }: MessageRecord, destination: ReadyDestination, slot: Slot): Promise<Change> {
    const begun = clock.elapsed();
    try {
      await sender.probe(destination, slot);
      slot.left(begun);
      return (record) => onProven(record, clock.now());
    } catch (error) {
      if (error instanceof SendError) slot.left(begun);
      const known = knownError(error);
      logger.debug({ error, message: key, lane }, 'Teams takes no posts there yet');
      if (known.kind !== 'retry' && known.kind !== 'unclear') return (record) => onProven(record, clock.now());
      const random = options.random();
      return (record) => onProbeFailed(record, known, clock.now(), { random });
    }
  }

  /** Sends once; what the record becomes by that. */
  async function attempt(value: MessageRecord, destination: ReadyDestination | undefined, slot: Slot): Promise<Change> {
    const content = value.asText ? textForm(value.content) : value.content;
    const { revision, posted, lane } = value;
    const begun = clock.elapsed();
    try {
      if (posted) await sender.edit(posted.placeId, posted.activityId, content, slot);
      const at = posted ?? (destination && (await sender.create(destination, content, slot)));
      if (!at) throw new SendError('refused', 'Nowhere to send to');
      slot.left(begun);
      if (lane.startsWith('person ')) keepIn(chats, lane, at.placeId);
      if (!posted) {
        arrived(lane);
        unreachable
          .reached(at.placeId)
          .catch((error: unknown) => logger.debug({ error }, 'An unreachable place stays marked'));
      }
      if (at.activityId === undefined) await keep(() => options.rememberNameless(at.placeId));
      return (record) => onSent(record, at, revision, clock.now());
    } catch (error) {
      if (error instanceof SendError) slot.left(begun);
      return afterFailure(value, knownError(error));
    }
  }

  /** A failure that nobody foresaw lies in the content, except one of the store: then nothing was sent. */
  function knownError(error: unknown): SendError {
    if (error instanceof SendError) return error;
    if (error instanceof StoreUnavailableError) return new SendError('retry', error.message, { cause: error });
    logger.error({ error }, 'A message could not be drawn');
    return new SendError('refused', String(error), { cause: error });
  }

  async function afterFailure(value: MessageRecord, error: SendError): Promise<Change> {
    const { key, attempts, destination } = value;
    logger.info({ error, message: key, kind: error.kind, attempts }, 'A message was not sent');
    const isHopeless = error.kind === 'place closed' && (destination.to === 'person' || (await isLost(value)));
    const random = options.random();
    return (record) => onFailed(record, error, clock.now(), { random, isHopeless });
  }

  function isLost(value: MessageRecord): Promise<boolean> {
    return unreachable.blocked(conversationOf(value), summaryOf(value.content)).catch(() => false);
  }

  function arrived(lane: string): void {
    keepIn(arrivals, lane, clock.now());
  }

  async function postpone(id: string, parentDueAt: number): Promise<Stored<MessageRecord> | undefined> {
    const now = clock.now();
    const dueAt = Math.max(now + parentWaitMs, parentDueAt);
    return messages.update(id, (record) =>
      now - record.changedAt > longMs ? onGivenUp(record, now) : { ...record, dueAt },
    );
  }

  /** It was sent, so forgetting it would send it twice: the store is asked until it answers. */
  async function keep<T>(write: () => Promise<T>): Promise<T> {
    for (let attempts = 0; ; attempts++)
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof StoreUnavailableError) || (options.isStopping() && attempts >= 5)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.min(1_000, 100 * 2 ** attempts)));
      }
  }

  return { step, arrived, conversationOf };
}

function keepIn<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > maxRemembered) map.delete(map.keys().next().value ?? '');
}
