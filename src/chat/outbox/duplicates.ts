import { defaultRetentionMs } from '../../core/catalog/retention';
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../core/time/clock';
import { ConflictError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Collection, CollectionSpec, Store } from '../../store/contract';
import { activityKey } from './record';
import type { MessageRecord } from './record';
import type { Delivered, MessageSender } from '../sender';

/** A post whose outcome was unknown may stand there twice; the duplicate shows itself when somebody clicks on it. */
export interface Duplicates {
  /** The chat tool shows this message: if it is the duplicate of a doubtful post, it is deleted, after a second look. Never rejects. */
  reportSeen(placeId: string, activityId: string): Promise<void>;
  /** Posted beside the outbox or without an id; `reportSeen` never takes it for a duplicate. */
  remember(posted: Delivered): Promise<void>;
  /** No second looks any more. */
  stop(): void;
}

interface DuplicatesOptions {
  readonly store: Store;
  readonly messages: Collection<MessageRecord>;
  readonly sender: MessageSender;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longer than a post may take; 12000 unless told. */
  readonly secondLookMs?: number;
}

interface ReplyRecord {
  readonly at: number;
}

const usualSecondLookMs = 12_000;

/** What was posted beside the outbox: a record for each message, by its place and its id. */
export const repliesSpec: CollectionSpec<ReplyRecord> = {
  name: 'replies',
  schema: 1,
  indexes: {},
  queries: [],
  expiresAt: (reply) => reply.at + defaultRetentionMs('replies'),
};

export function createDuplicates(options: DuplicatesOptions): Duplicates {
  const { store, messages, sender, clock, logger, secondLookMs = usualSecondLookMs } = options;
  const replies = store.collection(repliesSpec);
  const stopping = new AbortController();
  // Many may be looked at twice in the same seconds.
  setMaxListeners(0, stopping.signal);

  /** Nobody knows of it, in a place where the outcome of some post was in doubt. */
  async function isUnknown(placeId: string, activityId: string): Promise<boolean> {
    const activity = activityKey({ placeId, activityId });
    const doubtful = await messages.find({ where: { doubtfulPlace: placeId }, limit: 1 });
    if (doubtful.items.length === 0) return false;
    // What stands there without an id can't be told from a duplicate.
    if (await replies.get(namelessIn(placeId))) return false;
    const known = await messages.find({ where: { activity }, limit: 1 });
    return known.items.length === 0 && (await replies.get(activity)) === undefined;
  }

  async function deleteUnknown(placeId: string, activityId: string): Promise<void> {
    if (!(await isUnknown(placeId, activityId))) return;
    // People see a message before it is written down here that it was posted.
    await wait(secondLookMs, undefined, { ref: false, signal: stopping.signal });
    if (!(await isUnknown(placeId, activityId))) return;
    logger.warn({ activityId }, 'The duplicate of a doubtful post was seen and is deleted');
    await sender.remove(placeId, activityId);
  }

  return {
    async reportSeen(placeId, activityId) {
      try {
        await deleteUnknown(placeId, activityId);
      } catch (error) {
        if (!stopping.signal.aborted)
          logger.warn({ error, activityId }, 'Whether a message is a duplicate is left open');
      }
    },
    stop: () => stopping.abort(),
    async remember({ placeId, activityId }) {
      const at = clock.now();
      if (activityId === undefined) return void (await replies.upsert(namelessIn(placeId), () => ({ at })));
      await replies.insert(activityKey({ placeId, activityId }), { at }).catch((error: unknown) => {
        // It is known already.
        if (!(error instanceof ConflictError)) throw error;
      });
    },
  };
}

function namelessIn(placeId: string): string {
  return `nameless ${placeId}`;
}
