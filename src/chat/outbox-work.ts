import { StoreUnavailableError } from '../core/errors';
import type { Clock } from '../core/clock';
import type { Logger } from '../core/logger';
import type { Collection, Stored } from '../store/contract';
import type { Content, Destination } from './contract';
import { afterDoubt, failed, givenUp, longestTryingMs, sendingStarted, shown, told } from './message-record';
import type { MessageRecord } from './message-record';
import type { LostPlaces } from './outbox-lost-places';
import { isProgress, nextStep } from './outbox-order';
import type { Pace, Pass } from './pace';
import { SendError, textForm } from './sender';
import type { MessageSender, ReadyDestination } from './sender';

/** The work on one lane: one step, at most one request. */
export interface OutboxWork {
  /** Resolves to when the lane wants to go on. */
  step(lane: string): Promise<number | undefined>;
  /** Sends once; what the record becomes by that. */
  attempt(
    value: MessageRecord,
    destination: ReadyDestination | undefined,
    pass: Pass,
  ): Promise<(record: MessageRecord) => MessageRecord>;
  /** Where it is said, as the pace counts it. */
  conversationOf(value: MessageRecord): string;
}

export interface OutboxWorkOptions {
  readonly messages: Collection<MessageRecord>;
  readonly sender: MessageSender;
  readonly pace: Pace;
  readonly lost: LostPlaces;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether this instance may send now. */
  leads(): boolean;
  isStopping(): boolean;
  /** Whether it is being sent from memory just now. */
  isSentElsewhere(key: string): boolean;
  undeliverable(key: string, destination: Destination): Promise<void>;
  /** A try is going on, or what it made of the record. */
  onTry(key: string, change: 'begins' | 'ends' | ((record: MessageRecord) => MessageRecord)): void;
}

const parentWaitMs = 1_000;
const elsewhereMs = 500;
const mostChats = 5_000;

export function createOutboxWork(options: OutboxWorkOptions): OutboxWork {
  const { messages, sender, pace, lost, clock, logger, onTry } = options;
  /** Which chat a person's lane leads to, once that is known. */
  const chats = new Map<string, string>();

  function conversationOf({ posted, destination, lane }: MessageRecord): string {
    if (posted) return posted.placeId;
    if (destination.to === 'place') return destination.placeId;
    return chats.get(lane) ?? (lane.startsWith('place ') ? lane.slice(6) : lane);
  }

  async function step(lane: string): Promise<number | undefined> {
    const pass = pace.take(clock.elapsed());
    try {
      const { items } = await messages.find({ where: { openLane: lane }, orderBy: 'dueAt', limit: 500 });
      const next = nextStep(items, allowedAt, clock.now());
      if (!next) return undefined;
      if ('waitUntil' in next) return next.waitUntil;
      if (!options.leads() || options.isStopping()) return undefined;
      if (next.do === 'settle') await settle(next.record);
      else if (next.do === 'tell') await tell(next.record);
      else if (options.isSentElsewhere(next.record.id)) return clock.now() + elsewhereMs;
      else {
        const stored = await send(next.record, pass);
        if (items.length === 1) return stored?.value.dueAt;
      }
      return clock.now();
    } finally {
      pass.ended(clock.elapsed());
    }
  }

  function allowedAt(value: MessageRecord): number {
    const elapsed = clock.elapsed();
    const allowed = pace.allowedAt(conversationOf(value), isProgress(value) ? 'progress' : 'message', elapsed);
    return clock.now() + Math.max(0, allowed - elapsed);
  }

  async function settle({ id }: Stored<MessageRecord>): Promise<void> {
    logger.warn({ message: id }, 'A post was interrupted; its outcome is unknown');
    const now = clock.now();
    await messages.update(id, (value) =>
      value.state === 'sending' ? afterDoubt({ ...value, dueAt: now }, now) : undefined,
    );
  }

  async function tell({ id, value }: Stored<MessageRecord>): Promise<void> {
    logger.warn({ message: id, ambiguous: value.ambiguous }, 'A message can not reach its destination');
    try {
      await options.undeliverable(id, value.destination);
      await messages.update(id, told);
    } catch (error) {
      logger.error({ error, message: id }, 'A listener failed; it is told again');
      const dueAt = clock.now() + 5_000;
      await messages.update(id, (record) => ({ ...record, dueAt }));
    }
  }

  async function send({ id, value }: Stored<MessageRecord>, pass: Pass): Promise<Stored<MessageRecord> | undefined> {
    const destination = value.posted ? undefined : await ready(value);
    if (destination === 'waits') return postpone(id, value);
    if (!value.posted) {
      const started = await messages.update(id, (record) => sendingStarted(record, clock.now()));
      // Another instance was faster.
      if (!started?.changed) return started;
    }
    pass.use(conversationOf(value), isProgress(value));
    onTry(id, 'begins');
    try {
      const change = await attempt(value, destination, pass);
      onTry(id, change);
      return await keep(() => messages.update(id, change));
    } finally {
      onTry(id, 'ends');
    }
  }

  async function attempt(
    value: MessageRecord,
    destination: ReadyDestination | undefined,
    pass: Pass,
  ): Promise<(record: MessageRecord) => MessageRecord> {
    const content = value.asText ? textForm(value.content) : value.content;
    const { revision, posted, lane } = value;
    const begun = clock.elapsed();
    try {
      if (posted) await sender.edit(posted.placeId, posted.activityId, content, pass);
      const now = posted ?? (destination && (await sender.create(destination, content, pass)));
      if (!now) throw new SendError('refused', 'Nowhere to send to');
      pass.left(begun);
      if (lane.startsWith('person ')) rememberChat(lane, now.placeId);
      lost.reached(now.placeId).catch((error: unknown) => logger.debug({ error }, 'A lost place stays marked'));
      return (record) => shown(record, now, revision, clock.now());
    } catch (error) {
      if (error instanceof SendError) pass.left(begun);
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

  async function afterFailure(
    value: MessageRecord,
    error: SendError,
  ): Promise<(record: MessageRecord) => MessageRecord> {
    const { key, attempts, destination, posted } = value;
    logger.info({ error, message: key, kind: error.kind, attempts }, 'A message was not sent');
    const conversation = conversationOf(value);
    if (error.kind === 'rate limited') pace.hold(conversation, clock.elapsed() + (error.retryAfterMs ?? 1_000));
    const toPerson = destination.to === 'person';
    const shut = error.kind === 'shut out';
    const hopeless =
      shut && (toPerson || (await lost.turnedAway(conversation, summaryOf(value.content)).catch(() => false)));
    if (shut && posted && hopeless) logger.warn({ message: key }, 'A message can not be edited any more');
    const random = Math.random();
    return (record) => failed(record, error, clock.now(), { random, hopeless });
  }

  function rememberChat(lane: string, placeId: string): void {
    chats.delete(lane);
    chats.set(lane, placeId);
    if (chats.size > mostChats) chats.delete(chats.keys().next().value ?? '');
  }

  async function postpone(id: string, { changedAt }: MessageRecord): Promise<Stored<MessageRecord> | undefined> {
    const now = clock.now();
    return messages.update(id, (record) =>
      now - changedAt > longestTryingMs ? givenUp(record) : { ...record, dueAt: now + parentWaitMs },
    );
  }

  async function ready({ destination }: MessageRecord): Promise<ReadyDestination | 'waits'> {
    if (destination.to !== 'thread of') return destination;
    const parent = await messages.get(destination.messageKey);
    // What was to stand above it was given up: it stands where that was to stand.
    if (parent?.value.state === 'undeliverable') return ready(parent.value);
    if (!parent?.value.posted) return 'waits';
    const { activityId, placeId } = parent.value.posted;
    const above = await ready(parent.value);
    const thread = typeof above === 'object' && above.to === 'place' ? above.thread : undefined;
    return { to: 'place', placeId, thread: thread ?? activityId };
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

  return { step, attempt, conversationOf };
}

function summaryOf(content: Content): string {
  return 'text' in content ? content.text.slice(0, 200) : content.data.summary;
}
