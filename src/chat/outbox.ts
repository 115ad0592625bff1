import type { Clock } from '../core/clock';
import { ConflictError } from '../core/errors';
import type { Logger } from '../core/logger';
import type { Collection, Store, Stored } from '../store/contract';
import type { Destination, Outbox, OutboxMessage } from './contract';
import { createLanes } from './lanes';
import type { LaneLeases } from './lanes';
import {
  activityKey,
  afterDoubt,
  failed,
  givenUp,
  longestTryingMs,
  messageCollection,
  sendingStarted,
  shown,
  told,
  wished,
} from './message-record';
import type { MessageRecord } from './message-record';
import { isProgress, nextStep } from './outbox-order';
import { createPace } from './pace';
import { SendError, textForm } from './sender';
import type { MessageSender, PostedMessage, ReadyDestination } from './sender';

export interface OutboxOptions {
  readonly store: Store;
  readonly sender: MessageSender;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Needed where several instances share the store. */
  readonly leases?: LaneLeases;
  /** Least time between progress edits in one conversation; 2000 unless told. */
  readonly progressGapMs?: number;
  /** How often it looks for what another instance or a crash left; 500 unless told. */
  readonly pollMs?: number;
}

export interface RunningOutbox extends Outbox {
  start(): void;
  /** Resolves when what is being sent has an answer; the rest waits in the store. */
  stop(): Promise<void>;
  /** Resolves when nothing is in work and nothing may be sent now. */
  idle(): Promise<void>;
  /** The chat tool shows this message: if it is the twin of a doubtful post, it is deleted. */
  reveal(placeId: string, activityId: string): Promise<void>;
  /** A reply that was posted beside the outbox; `reveal` never takes it for a twin. */
  remember(posted: PostedMessage): Promise<void>;
}

interface ReplyRecord {
  readonly at: number;
}

const replyKeptMs = 60 * 86_400_000;
const parentWaitMs = 1_000;

/** Describes become sends: ordered, paced, repeated without harm, recorded before anything leaves. */
export function createOutbox(options: OutboxOptions): RunningOutbox {
  const { store, sender, clock, logger, pollMs = 500 } = options;
  const messages: Collection<MessageRecord> = store.collection(messageCollection);
  const replies = store.collection<ReplyRecord>({
    name: 'replies',
    schema: 1,
    indexes: {},
    expiresAt: (reply) => reply.at + replyKeptMs,
  });
  const pace = createPace(options.progressGapMs ?? 2_000);
  const lanes = createLanes({ clock, logger, leases: options.leases, work: workLane });
  const listeners: { prefix: string; listener: (key: string, destination: Destination) => Promise<void> }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();
  let counter = 0;

  async function workLane(lane: string, isStopping: () => boolean): Promise<number | undefined> {
    while (!isStopping()) {
      const { items } = await messages.find({ where: { lane }, orderBy: 'dueAt', limit: 500 });
      const step = nextStep(items, pace, clock.now());
      if (!step) return undefined;
      if ('waitUntil' in step) return step.waitUntil;
      if (step.do === 'settle') await settle(step.record);
      else if (step.do === 'tell') await tell(step.record);
      else await send(step.record);
    }
    return undefined;
  }

  async function settle({ id }: Stored<MessageRecord>): Promise<void> {
    logger.warn({ message: id }, 'A post was interrupted; its outcome is unknown');
    await messages.update(id, (value) => (value.state === 'sending' ? afterDoubt({ ...value, dueAt: 0 }) : undefined));
  }

  async function tell({ id, value }: Stored<MessageRecord>): Promise<void> {
    logger.warn({ message: id, ambiguous: value.ambiguous }, 'A message can not reach its destination');
    try {
      for (const { prefix, listener } of listeners) if (id.startsWith(prefix)) await listener(id, value.destination);
      await messages.update(id, told);
    } catch (error) {
      logger.error({ error, message: id }, 'A listener failed; it is told again');
      const dueAt = clock.now() + 5_000;
      await messages.update(id, (record) => ({ ...record, dueAt }));
    }
  }

  async function send({ id, value }: Stored<MessageRecord>): Promise<void> {
    const destination = value.posted ? undefined : await ready(value);
    if (destination === 'waits') return postpone(id, value);
    if (destination === 'never') return void (await messages.update(id, givenUp));
    if (!value.posted) await messages.update(id, sendingStarted);
    pace.sent(value.lane, isProgress(value), clock.now());
    const change = await attempt(value, destination);
    await keep(() => messages.update(id, change));
  }

  /** Sends once; what the record becomes by that. */
  async function attempt(
    value: MessageRecord,
    destination: ReadyDestination | undefined,
  ): Promise<(record: MessageRecord) => MessageRecord> {
    const content = value.asText ? textForm(value.content) : value.content;
    const { revision, posted } = value;
    try {
      if (posted) await sender.edit(posted.placeId, posted.activityId, content);
      const now = posted ?? (destination && (await sender.create(destination, content)));
      if (!now) throw new SendError('refused', 'Nowhere to send to');
      return (record) => shown(record, now, revision, clock.now());
    } catch (error) {
      const known = error instanceof SendError ? error : new SendError('refused', String(error), { cause: error });
      const fields = { error, message: value.key, kind: known.kind, attempts: value.attempts };
      if (error instanceof SendError) logger.info(fields, 'A message was not sent');
      else logger.error(fields, 'A message could not be drawn');
      if (known.kind === 'rate limited') pace.hold(value.lane, clock.now() + (known.retryAfterMs ?? 1_000));
      const random = Math.random();
      return (record) => failed(record, known, clock.now(), random);
    }
  }

  async function postpone(id: string, { changedAt }: MessageRecord): Promise<void> {
    const now = clock.now();
    await messages.update(id, (record) =>
      now - changedAt > longestTryingMs ? givenUp(record) : { ...record, dueAt: now + parentWaitMs },
    );
  }

  async function ready({ destination }: MessageRecord): Promise<ReadyDestination | 'waits' | 'never'> {
    if (destination.to !== 'thread of') return destination;
    const parent = await messages.get(destination.messageKey);
    if (parent?.value.state === 'undeliverable') return 'never';
    if (!parent?.value.posted) return 'waits';
    const { activityId, placeId } = parent.value.posted;
    const above = await ready(parent.value);
    const thread = typeof above === 'object' && above.to === 'place' ? above.thread : undefined;
    return { to: 'place', placeId, thread: thread ?? activityId };
  }

  /** It was sent, so forgetting it would send it twice: the store gets a few chances. */
  async function keep(write: () => Promise<unknown>): Promise<void> {
    for (let attempts = 0; ; attempts++)
      try {
        return void (await write());
      } catch (error) {
        if (attempts >= 5) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempts));
      }
  }

  async function laneOf(destination: Destination): Promise<string> {
    if (destination.to === 'place') return `place ${destination.placeId}`;
    if (destination.to === 'person') return `person ${destination.personId}`;
    const parent = await messages.get(destination.messageKey);
    return parent?.value.lane ?? `thread ${destination.messageKey}`;
  }

  async function put(message: OutboxMessage): Promise<void> {
    const { key } = message;
    const order = clock.now() * 1_000 + (counter++ % 1_000);
    const change = (record: MessageRecord): MessageRecord | undefined =>
      wished(record, message, record.lane, clock.now(), order);
    let stored: Stored<MessageRecord> | undefined = await messages.update(key, change);
    if (!stored) {
      const fresh = wished(undefined, message, await laneOf(message.destination), clock.now(), order);
      if (!fresh) return;
      stored = await messages.insert(key, fresh).catch((error: unknown) => {
        if (error instanceof ConflictError) return messages.update(key, change);
        throw error;
      });
    }
    if (stored) lanes.kick(stored.value.lane);
  }

  async function poll(): Promise<void> {
    const due = await messages.find({ where: { dueAt: { atMost: clock.now() } }, orderBy: 'dueAt', limit: 1_000 });
    for (const lane of new Set(due.items.map((record) => record.value.lane)))
      if (!lanes.isWaiting(lane)) lanes.kick(lane);
  }

  function next(): void {
    timer = setTimeout(() => {
      polling = poll()
        .catch((error: unknown) => logger.error({ error }, 'The store could not be searched for due messages'))
        .finally(() => timer && next());
    }, pollMs);
  }

  return {
    put,
    async state(key) {
      const found = (await messages.get(key))?.value.state;
      return found === 'sending' ? 'waiting' : found;
    },
    onUndeliverable: (prefix, listener) => void listeners.push({ prefix, listener }),
    start: next,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await polling;
      await lanes.stop();
    },
    async idle() {
      do {
        await lanes.settled();
        await poll();
      } while (lanes.busy() > 0);
    },
    async reveal(placeId, activityId) {
      const shownMessage = { placeId, activityId };
      const doubtful = await messages.find({ where: { doubtfulPlace: placeId }, limit: 1 });
      if (doubtful.items.length === 0) return;
      const known = await messages.find({ where: { activity: activityKey(shownMessage) }, limit: 1 });
      if (known.items.length > 0 || (await replies.get(activityKey(shownMessage)))) return;
      logger.warn({ activityId }, 'The twin of a doubtful post was seen and is deleted');
      await sender.remove(placeId, activityId);
    },
    async remember(posted) {
      await replies.upsert(activityKey(posted), () => ({ at: clock.now() }));
    },
  };
}
