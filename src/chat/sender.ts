import type { Content } from './contract';
import type { Slot } from './rate-limit';

/** How a chat tool sends. It tries once; the outbox decides what to do about a failure. */

export type ReadyDestination =
  | {
      readonly to: 'place';
      readonly placeId: string;
      /** A thread that exists there. */
      readonly thread?: string;
      /** The message to reply to, if the place groups replies; ignored elsewhere. */
      readonly below?: string;
    }
  | { readonly to: 'person'; readonly personId: string };

export interface PostedMessage {
  readonly activityId: string;
  readonly placeId: string;
  /** Only one person sees it there. */
  readonly isTargeted?: true;
}

/** Where a message arrived. Without an id, because the chat tool gave none, it can't be edited, so later states are posted again. */
export interface Delivered extends Omit<PostedMessage, 'activityId'> {
  readonly activityId?: string;
}

/** `slot` is the outbox's permission to send the message; without one, the sender takes it itself, at once, because somebody is waiting. */
export interface MessageSender {
  create(destination: ReadyDestination, content: Content, slot?: Slot): Promise<Delivered>;
  edit(posted: PostedMessage, content: Content, slot?: Slot): Promise<void>;
  remove(placeId: string, activityId: string): Promise<void>;
  /** Resolves when the chat tool accepts a typing indicator, which takes the same way as a post; rejects like a post. */
  probe(destination: ReadyDestination, slot?: Slot): Promise<void>;
}

/**
 * What is known after a failed send. `retry`: it did nothing and may succeed later. `unclear`: it may have posted. `gone`: this message or person doesn't
 * exist. `thread gone`: only the thread doesn't. `place closed`: nothing can be posted until somebody lets Gavel in again. `too large` and `refused`: not
 * with this content.
 */
export type SendFailure = 'retry' | 'unclear' | 'gone' | 'thread gone' | 'place closed' | 'too large' | 'refused';

/** A send failed. `message` is for the log. */
export class SendError extends Error {
  override readonly name = 'SendError';
  /** How long the chat tool asked to wait. */
  readonly retryAfterMs: number | undefined;
  constructor(
    readonly kind: SendFailure,
    message: string,
    options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

const maxWords = 8_000;

/** A card as text: its summary and its first sentence, cut to a length that fits everywhere. */
export function textForm(content: Content): Content {
  if ('text' in content) return content.text.length <= maxWords ? content : { ...content, text: cutText(content.text) };
  const { summary, sentence } = content.data;
  const first = `**${summary}**`;
  return { text: cutText(typeof sentence === 'string' && sentence !== '' ? `${first}\n\n${sentence}` : first) };
}

/** A message in one line. */
export function summaryOf(content: Content): string {
  return 'text' in content ? content.text.slice(0, 200) : content.data.summary;
}

function cutText(text: string): string {
  return text.length <= maxWords ? text : `${text.slice(0, maxWords)}…`;
}
