import type { Logger } from '../../core/logger';
import type { Content, Reply, Turn } from '../contract';
import type { RunningOutbox } from '../outbox';
import { SendError, textForm } from '../sender';
import type { PostedMessage } from '../sender';
import type { TeamsConnection } from './connection';
import { patiently } from './patience';

/** Answers that somebody waits for: posted where they were asked for, at once, beside the outbox. */
export interface Replies {
  post(turn: Turn, reply: Reply): Promise<void>;
  /** The outcome of a click that took longer than an answer may: only the clicker's card or words change. */
  postLate(turn: Turn, reply: Reply, clickedActivityId: string | undefined): Promise<void>;
}

export interface RepliesOptions {
  readonly connection: TeamsConnection;
  readonly outbox: Pick<RunningOutbox, 'remember' | 'put'>;
  readonly logger: Logger;
  /** For what nobody needs to wait for. */
  later(work: Promise<unknown>, what: string): void;
}

const surelyNotPosted: ReadonlySet<string> = new Set(['rate limited', 'retry']);

export function createReplies({ connection: { sender }, outbox, logger, later }: RepliesOptions): Replies {
  async function create(turn: Turn, content: Content): Promise<PostedMessage> {
    const destination = { to: 'place', placeId: turn.place.id, thread: turn.thread } as const;
    try {
      return await patiently(() => sender.create(destination, content));
    } catch (error) {
      if (error instanceof SendError && (error.kind === 'too large' || error.kind === 'refused'))
        return patiently(() => sender.create(destination, textForm(content)));
      if (error instanceof SendError) throw error;
      logger.error({ error, correlationId: turn.correlationId }, 'A reply could not be drawn');
      return patiently(() => sender.create(destination, textForm(content)));
    }
  }

  async function post(turn: Turn, reply: Reply): Promise<void> {
    const content = contentOf(reply);
    if (!content) return;
    try {
      const posted = await create(turn, content);
      if ('card' in content) later(outbox.remember(posted), 'remember a reply');
    } catch (error) {
      if (!(error instanceof SendError) || !surelyNotPosted.has(error.kind)) throw error;
      await leaveToOutbox(turn, content, error);
    }
  }

  /** Teams wants silence for longer than one may wait here: late is better than never. */
  async function leaveToOutbox({ place, thread, correlationId }: Turn, content: Content, error: Error): Promise<void> {
    logger.info({ error, correlationId }, 'A reply is left to the outbox');
    const destination = { to: 'place', placeId: place.id, thread } as const;
    await outbox.put({ key: `reply:${correlationId}`, destination, content, revision: 1, final: true });
  }

  return {
    post,
    async postLate(turn, reply, clickedActivityId) {
      const content = contentOf(reply);
      if (!content) return;
      if (turn.place.kind === 'personal') {
        if ('card' in content && clickedActivityId !== undefined)
          return patiently(() => sender.edit(turn.place.id, clickedActivityId, content));
        return post(turn, reply);
      }
      // A card that answers a click is the clicker's own, so it does not belong into the channel.
      if ('card' in content) {
        const posted = await patiently(() => sender.create({ to: 'person', personId: turn.person.id }, content));
        return later(outbox.remember(posted), 'remember a reply');
      }
      return post(turn, { text: `@[0] ${content.text}`, mentions: [turn.person] });
    },
  };
}

function contentOf(reply: Reply): Content | undefined {
  if ('nothing' in reply) return undefined;
  return 'notice' in reply ? { text: reply.notice } : reply;
}
