import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { letOthersRun } from '../../core/concurrency';
import { ConflictError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Leases } from '../../jobs/contract';
import type { Collection, CollectionSpec, Store } from '../../store/contract';
import type { Outbox, OutboxMessage } from '../contract';
import { createRateLimit } from '../rate-limit';
import type { RateLimit } from '../rate-limit';
import type { Delivered, MessageSender, SendError } from '../sender';
import { createCopies } from './copies';
import { workOn } from './delivery';
import { createLaneMemory, createLanes } from './lanes';
import { createGivenUpNotices, createUnreachablePlaces } from './notices';
import type { PlaceOwners } from './notices';
import { createLeader, createPoller } from './poller';
import { createQueue } from './queue';
import { activityKey, fateOf, messageCollection, onFailed } from './record';
import type { MessageRecord } from './record';

/**
 * Messages are put into the store first and sent from there, so that a crash loses none of them:
 *
 *     put -> queue -> (the store) -> poller -> lanes -> delivery -> the chat tool
 *
 * `queue` writes down what is to be seen. The `poller` finds the lanes in which something is due and wakes them, on the instance that leads. `lanes`
 * say what a lane needs next, and run as many at once as the rate limit has room for. `delivery` tries one message once; what its record becomes by
 * the answer is decided in `record`, which is pure. Whatever else follows from a try (`notices`) is itself put into the queue.
 */

export interface OutboxOptions {
  readonly store: Store;
  readonly sender: MessageSender;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shared with everything else that calls the chat tool; its own by default. */
  readonly rateLimit?: RateLimit;
  /** Needed if several instances share the store. */
  readonly leases?: Leases;
  /** Finds who is told when a place blocks Gavel. */
  readonly owners?: PlaceOwners;
  /** How long Gavel retries a place that blocks it before it tells the owner; ten minutes by default. */
  readonly lostPlaceGraceMs?: number;
  /** How often it polls for messages that another instance or a crash left; 250 by default. */
  readonly pollMs?: number;
  /** How long after it was seen an unknown message is checked again; longer than a post can take: 12000 by default. */
  readonly secondLookMs?: number;
  /** How long after a change lists are redrawn; 2000 by default. */
  readonly redrawListsAfterMs?: number;
  /** From 0 to 1: the jitter of pauses; `Math.random` by default. */
  readonly random?: () => number;
}

export type RunningOutbox = ReturnType<typeof createOutbox>;

/** Posts each message once and edits it after that, in order and within the limits of its conversation. */
export function createOutbox(options: OutboxOptions) {
  const { store, sender, clock, logger, random = Math.random } = options;
  const messages = store.collection(messageCollection);
  const rateLimit = options.rateLimit ?? createRateLimit();
  const memory = createLaneMemory(clock);
  const queue = createQueue(messages, clock);
  const leader = createLeader(options, recallSent);
  const unreachable = createUnreachablePlaces(queue, options);
  const duplicates = createDuplicates(messages, options);
  const givenUp = createGivenUpNotices(queue, memory, options);
  const seen = { memory, unreachable, duplicates, givenUp };
  const worker = { messages, sender, rateLimit, leader, ...seen, clock, logger, random };
  const lanes = createLanes({ clock, logger, freeAt: rateLimit.freeAt, step: (lane) => workOn(worker, lane) });
  const kick = (lane: string): void => void (leader.isLeader() && lanes.kick(lane));
  const copies = createCopies({ redrawListsAfterMs: 2_000, ...options, messages, kick });
  const { keepPosted, keepWaiting, keepClicked, keepsCurrent } = copies;
  const poller = createPoller(options, { queue, leader, lanes, unreachable });

  /** Tells the rate limit what was sent just before. Assumes that a request without a recorded end reached the chat tool after a second. */
  async function recallSent(): Promise<void> {
    const now = clock.now();
    for (const record of await queue.justSent()) {
      const lateMs = record.state === 'sending' ? 1_000 : 0;
      const agoMs = Math.max(0, now - (record.sentAt ?? now) - lateMs);
      rateLimit.recall(memory.conversationOf(record), clock.elapsed() - agoMs);
    }
  }

  async function put(message: OutboxMessage, after?: (fresh: MessageRecord) => MessageRecord): Promise<void> {
    const stored = await queue.add(message, after);
    if (!stored || !leader.isLeader()) return;
    lanes.kick(stored.value.lane);
    // Recording a thousand messages in a row must not delay sending the first.
    await letOthersRun();
  }

  const contract: Outbox = {
    async put(message) {
      await put(message);
      if (message.copyOf) await copies.keepWaiting({ ...message.copyOf, message: message.key });
    },
    async fate(key) {
      const found = await messages.get(key);
      return found && fateOf(found.value);
    },
    onUndeliverable: givenUp.onUndeliverable,
    drawCopies: copies.drawCopies,
    changed: copies.changed,
  };
  return {
    ...contract,
    reportSeen: duplicates.reportSeen,
    remember: duplicates.remember,
    ...{ keepPosted, keepWaiting, keepClicked, keepsCurrent },
    /** Takes over a message that failed with this error outside the outbox; those tries count. */
    handOver: (message: OutboxMessage, error: SendError): Promise<void> =>
      put(message, (fresh) => onFailed(fresh, error, clock.now(), { random: random() })),
    /** Something was posted there outside the outbox, so messages that wait for this place continue at once. */
    reportReached(placeId: string): void {
      const lane = `place ${placeId}`;
      memory.noteArrival(lane);
      lanes.kick(lane);
      void unreachable.reportReached(placeId);
    },
    /** Something that lists show has changed; they are redrawn soon. */
    noteChange: copies.lists.noteChange,
    start(): void {
      poller.start();
      copies.lists.catchUp();
    },
    /** Resolves when every request in progress has an answer; other messages wait in the store. */
    async stop(): Promise<void> {
      leader.beginToStop();
      await copies.lists.stop();
      duplicates.stop();
      await poller.stop();
      await lanes.stop();
      await leader.stop();
    },
    /** Resolves when nothing is in progress and nothing can be sent now. */
    async idle(): Promise<void> {
      await copies.lists.idle();
      do {
        await lanes.whenSettled();
        await poller.look();
      } while (lanes.busy() > 0);
    },
  };
}

/** A post whose outcome was unknown can exist twice; the duplicate is found when somebody clicks on it. */
export type Duplicates = ReturnType<typeof createDuplicates>;

interface ReplyRecord {
  readonly at: number;
}

const usualSecondLookMs = 12_000;

/** Messages posted outside the outbox: a record for each, by place and id. */
export const repliesSpec: CollectionSpec<ReplyRecord> = {
  name: 'replies',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: (reply) => reply.at + defaultRetentionMs('replies'),
};

function createDuplicates(messages: Collection<MessageRecord>, options: OutboxOptions) {
  const { store, sender, clock, logger, secondLookMs = usualSecondLookMs } = options;
  const replies = store.collection(repliesSpec);
  const stopping = new AbortController();
  // Many messages can wait for their second check at the same time.
  setMaxListeners(0, stopping.signal);

  /** Whether nobody knows the message, in a place where the outcome of some post was unknown. */
  async function isUnknown(placeId: string, activityId: string): Promise<boolean> {
    const activity = activityKey({ placeId, activityId });
    const doubtful = await messages.find({ where: { doubtfulPlace: placeId }, limit: 1 });
    if (doubtful.items.length === 0) return false;
    // A message without an id can't be told from a duplicate.
    if (await replies.get(namelessIn(placeId))) return false;
    const known = await messages.find({ where: { activity }, limit: 1 });
    return known.items.length === 0 && (await replies.get(activity)) === undefined;
  }

  async function deleteUnknown(placeId: string, activityId: string): Promise<void> {
    if (!(await isUnknown(placeId, activityId))) return;
    // People see a message before its post is recorded here.
    await wait(secondLookMs, undefined, { ref: false, signal: stopping.signal });
    if (!(await isUnknown(placeId, activityId))) return;
    logger.warn({ activityId }, 'A duplicate post was found and is deleted');
    await sender.remove(placeId, activityId);
  }

  return {
    /** The chat tool shows this message. If it duplicates a post of unknown outcome, it is deleted after a second check. Never rejects. */
    async reportSeen(placeId: string, activityId: string): Promise<void> {
      try {
        await deleteUnknown(placeId, activityId);
      } catch (error) {
        if (!stopping.signal.aborted)
          logger.warn({ error, activityId }, 'It is unknown whether a message is a duplicate');
      }
    },
    /** Cancels the second checks. */
    stop: () => stopping.abort(),
    /** Remembers a message posted outside the outbox or without an id; `reportSeen` never takes it for a duplicate. */
    async remember({ placeId, activityId }: Delivered): Promise<void> {
      const at = clock.now();
      if (activityId === undefined) return void (await replies.upsert(namelessIn(placeId), () => ({ at })));
      await replies.insert(activityKey({ placeId, activityId }), { at }).catch((error: unknown) => {
        // It is already known.
        if (!(error instanceof ConflictError)) throw error;
      });
    },
  };
}

function namelessIn(placeId: string): string {
  return `nameless ${placeId}`;
}
