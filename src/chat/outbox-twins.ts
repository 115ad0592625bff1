import type { Clock } from '../core/clock';
import { ConflictError } from '../core/errors';
import type { Logger } from '../core/logger';
import type { Collection, Store } from '../store/contract';
import { activityKey } from './message-record';
import type { MessageRecord } from './message-record';
import type { MessageSender, PostedMessage } from './sender';

/** A post whose outcome was unknown may stand there twice; the twin shows itself when somebody clicks on it. */
export interface Twins {
  /** The chat tool shows this message: if it is the twin of a doubtful post, it is deleted. */
  reveal(placeId: string, activityId: string): Promise<void>;
  /** A reply that was posted beside the outbox; `reveal` never takes it for a twin. */
  remember(posted: PostedMessage): Promise<void>;
}

export interface TwinsOptions {
  readonly store: Store;
  readonly messages: Collection<MessageRecord>;
  readonly sender: MessageSender;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface ReplyRecord {
  readonly at: number;
}

const replyKeptMs = 60 * 86_400_000;

export function createTwins({ store, messages, sender, clock, logger }: TwinsOptions): Twins {
  const replies = store.collection<ReplyRecord>({
    name: 'replies',
    schema: 1,
    indexes: {},
    expiresAt: (reply) => reply.at + replyKeptMs,
  });
  return {
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
      await replies.insert(activityKey(posted), { at: clock.now() }).catch((error: unknown) => {
        // It is known already.
        if (!(error instanceof ConflictError)) throw error;
      });
    },
  };
}
