import { setImmediate } from 'node:timers/promises';
import { keepRecent } from '../../../core/keys';
import { contentOf } from '../../contract';
import type { Content, Reply, Turn } from '../../contract';
import { SendError, textForm } from '../../sender';
import type { Delivered, ReadyDestination } from '../../sender';
import type { Later, TeamsBotOptions } from '../bot';

/** How long a place that rejected a message for one person counts as not supporting them. */
const refusedForMs = 3_600_000;
const maxRefused = 1_000;

interface ReplyParts {
  readonly connection: Pick<TeamsBotOptions['connection'], 'sender' | 'options'>;
  readonly outbox: TeamsBotOptions['outbox'];
  readonly later: Later;
}

/** Whether only the person who typed sees it. After a rejection in this place, that isn't tried again for an hour. */
function createLoneAnswers({ connection: { sender, options }, outbox, later }: ReplyParts) {
  const { logger, clock } = options;
  const refusedUntil = new Map<string, number>();
  return async (turn: Turn, { about, ...reply }: Content & { readonly about?: string }): Promise<boolean> => {
    const { person, place, thread, correlationId } = turn;
    const content = reply as Content;
    if (clock.elapsed() < (refusedUntil.get(place.id) ?? -Infinity)) return false;
    try {
      const { activityId } = await sender.whisper({ placeId: place.id, thread }, person.id, content);
      if (activityId === undefined) return true;
      later(outbox.remember({ placeId: place.id, activityId }), 'note a reply');
      if ('card' in content && about !== undefined) {
        const posted = { placeId: place.id, activityId, isTargeted: true } as const;
        later(outbox.keepPosted({ turn, content, about, posted }), 'keep a reply current');
      }
      return true;
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      logger.info({ error, correlationId }, 'An answer for one person can be shown to everybody only');
      if (error.kind !== 'retry' && error.kind !== 'unclear')
        keepRecent(refusedUntil, place.id, clock.elapsed() + refusedForMs, maxRefused);
      return false;
    }
  };
}

/** Answers that somebody waits for: posted at once where they were requested, without the outbox. If that fails, the outbox posts them. */
export type Replies = ReturnType<typeof createReplies>;

export function createReplies({ connection: { sender, options }, outbox, later }: ReplyParts) {
  const { logger } = options;
  const sendAlone = createLoneAnswers({ connection: { sender, options }, outbox, later });

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

  /** If it fails, the outbox takes over: late is better than never. */
  async function send(
    turn: Turn,
    destination: ReadyDestination,
    { about, ...reply }: Content & { readonly about?: string },
  ): Promise<void> {
    const content = reply as Content;
    try {
      const { placeId, activityId } = await create(turn, destination, content);
      // Work that only follows from an answer waits until the answer was sent.
      const noted = setImmediate().then(async () => {
        outbox.reportReached(placeId);
        if (!('card' in content)) return;
        await outbox.remember({ placeId, activityId });
        if (about !== undefined && activityId !== undefined)
          await outbox.keepPosted({ turn, content, about, posted: { placeId, activityId } });
      });
      later(noted, 'note a reply');
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
      if (about !== undefined) await outbox.keepWaiting({ ...turn, about, message: key });
    }
  }

  async function post(turn: Turn, reply: Reply): Promise<void> {
    const content = contentOf(reply);
    if (!content) return;
    const { otherwise, isForOne } = reply;
    const isAside = (otherwise !== undefined || isForOne === true) && turn.place.kind !== 'personal';
    if (isAside && (await sendAlone(turn, content))) return;
    const shown = isAside && otherwise !== undefined ? { text: otherwise } : content;
    await send(turn, { to: 'place', placeId: turn.place.id, thread: turn.thread }, shown);
  }

  async function replaceClicked(turn: Turn, content: Content, activityId: string): Promise<void> {
    try {
      await retryBriefly(() => sender.edit({ placeId: turn.place.id, activityId }, content));
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      await post(turn, content);
    }
  }

  return {
    post,
    /** The outcome of a click that took too long to answer: it changes only what the person who clicked sees. */
    async postLate(turn: Turn, reply: Reply, clickedActivityId: string | undefined): Promise<void> {
      const content = contentOf(reply);
      if (!content) return;
      if (turn.place.kind === 'personal') {
        if ('card' in content && clickedActivityId !== undefined)
          return replaceClicked(turn, content, clickedActivityId);
        return post(turn, reply);
      }
      // A card that answers a click belongs to the person who clicked, not in the channel.
      if ('card' in content) return send(turn, { to: 'person', personId: turn.person.id }, content);
      return post(turn, { text: `@[0] ${content.text}`, mentions: [turn.person] });
    },
  };
}

/** A few attempts within seconds for people who wait; then the outbox, which has more time. */

const maxTries = 4;

/**
 * Retries requests that certainly did nothing. The caller handles any other failure, including a post of unknown outcome: that is repeated only once Teams is
 * known to be back.
 */
export async function retryBriefly<T>(send: () => Promise<T>, longestWaitMs = 5_000): Promise<T> {
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
