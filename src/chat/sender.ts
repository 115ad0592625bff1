import type { Content } from './contract';
import type { Slot } from './rate-limit';

/** How a chat tool sends. It tries once; what to do about a failure is decided by the outbox. */

export type ReadyDestination =
  | {
      readonly to: 'place';
      readonly placeId: string;
      /** A thread that exists there. */
      readonly thread?: string;
      /** The message to reply below, where the place keeps replies together; ignored elsewhere. */
      readonly below?: string;
    }
  | { readonly to: 'person'; readonly personId: string };

export interface PostedMessage {
  readonly activityId: string;
  readonly placeId: string;
  /** Only one person sees it there. */
  readonly isTargeted?: true;
}

/** Where a message arrived. Without an id, for the chat tool told none: it can't be edited, so later states are posted anew. */
export interface Delivered extends Omit<PostedMessage, 'activityId'> {
  readonly activityId?: string;
}

/** `slot` is the room that the outbox took for the message; without one the sender takes it itself, at once, for somebody waits. */
export interface MessageSender {
  create(destination: ReadyDestination, content: Content, slot?: Slot): Promise<Delivered>;
  edit(posted: PostedMessage, content: Content, slot?: Slot): Promise<void>;
  remove(placeId: string, activityId: string): Promise<void>;
  /** Resolves when the chat tool takes a harmless sign that goes the same way as a post; rejects like one. */
  probe(destination: ReadyDestination, slot?: Slot): Promise<void>;
}

/**
 * What is known after a failed send. `retry` did nothing and may succeed later, `unclear` may have posted, `gone`: this message or person isn't there,
 * `thread gone`: only the thread isn't, `place closed`: not until somebody lets Gavel in again, `too large` and `refused`: not with this content.
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

/** A card as words: its summary and its first sentence. What is too long even so is cut: it must fit everywhere. */
export function textForm(content: Content): Content {
  if ('text' in content) return content.text.length <= maxWords ? content : { ...content, text: cutText(content.text) };
  const { summary, sentence } = content.data;
  const first = `**${summary}**`;
  return { text: cutText(typeof sentence === 'string' && sentence !== '' ? `${first}\n\n${sentence}` : first) };
}

/** What a message says in one line. */
export function summaryOf(content: Content): string {
  return 'text' in content ? content.text.slice(0, 200) : content.data.summary;
}

function cutText(text: string): string {
  return text.length <= maxWords ? text : `${text.slice(0, maxWords)}…`;
}
