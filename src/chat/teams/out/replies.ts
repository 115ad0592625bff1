import { contentOf } from '../../contract';
import type { Content, Reply, Turn } from '../../contract';
import { SendError, textForm } from '../../sender';
import type { Delivered, ReadyDestination } from '../../sender';
import type { Later, TeamsBotOptions } from '../bot';

/** Answers that somebody waits for: posted where they were asked for, at once, beside the outbox; by the outbox when that fails. */
export interface Replies {
  post(turn: Turn, reply: Reply): Promise<void>;
  /** The outcome of a click that took longer than an answer may: only the clicker's card or words change. */
  postLate(turn: Turn, reply: Reply, clickedActivityId: string | undefined): Promise<void>;
}

export function createReplies({
  connection: { sender, options },
  outbox,
  later,
}: Pick<TeamsBotOptions, 'connection' | 'outbox'> & { readonly later: Later }): Replies {
  const { logger } = options;

  async function create(turn: Turn, destination: ReadyDestination, content: Content): Promise<Delivered> {
    try {
      return await retryBriefly(() => sender.create(destination, content));
    } catch (error) {
      if (error instanceof SendError && error.kind === 'thread gone' && destination.to === 'place')
        return create(turn, { to: 'place', placeId: destination.placeId }, content);
      if (error instanceof SendError && error.kind !== 'too large' && error.kind !== 'refused') throw error;
      if (!(error instanceof SendError))
        logger.error({ error, correlationId: turn.correlationId }, 'A reply could not be drawn');
      return retryBriefly(() => sender.create(destination, textForm(content)));
    }
  }

  /** Late is better than never: what fails is the outbox's from then on. */
  async function send(turn: Turn, destination: ReadyDestination, content: Content): Promise<void> {
    try {
      const { placeId, activityId } = await create(turn, destination, content);
      later(
        afterAnswer().then(async () => {
          outbox.reportReached(placeId);
          if ('card' in content) await outbox.remember({ placeId, activityId });
        }),
        'note a reply',
      );
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      logger.info({ error, correlationId: turn.correlationId }, 'A reply is left to the outbox');
      const key = `reply:${turn.correlationId}`;
      const onBehalfOf = turn.person.id;
      const isPersonal = turn.place.kind === 'personal';
      const to = isPersonal ? ({ to: 'person', personId: onBehalfOf } as const) : destination;
      await outbox.handOver(
        { key, destination: to, content, revision: 1, final: true, tryFor: 'half an hour', onBehalfOf },
        error,
      );
    }
  }

  async function post(turn: Turn, reply: Reply): Promise<void> {
    const content = contentOf(reply);
    if (content) await send(turn, { to: 'place', placeId: turn.place.id, thread: turn.thread }, content);
  }

  async function replaceClicked(turn: Turn, content: Content, activityId: string): Promise<void> {
    try {
      await retryBriefly(() => sender.edit(turn.place.id, activityId, content));
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      await post(turn, content);
    }
  }

  return {
    post,
    async postLate(turn, reply, clickedActivityId) {
      const content = contentOf(reply);
      if (!content) return;
      if (turn.place.kind === 'personal') {
        if ('card' in content && clickedActivityId !== undefined)
          return replaceClicked(turn, content, clickedActivityId);
        return post(turn, reply);
      }
      // A card that answers a click is the clicker's own, so it does not belong into the channel.
      if ('card' in content) return send(turn, { to: 'person', personId: turn.person.id }, content);
      return post(turn, { text: `@[0] ${content.text}`, mentions: [turn.person] });
    },
  };
}

/** What only follows from an answer waits until it has gone. */
const afterAnswer = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** For what somebody waits for: a few tries within seconds, then the outbox has the time. */

const maxTries = 4;
const longestWaitMs = 5_000;

/** Repeats what surely did nothing. Any other failure is the caller's, a post of unknown outcome too: it's repeated only once Teams is known to be back. */
export async function retryBriefly<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof SendError) || error.kind !== 'retry' || tries >= maxTries) throw error;
      const waitMs = error.retryAfterMs ?? 200 * 2 ** tries;
      if (waitMs > longestWaitMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
}
