import type { Content } from './contract';
import type { Pass } from './pace';

/** How a chat tool sends. It tries once; what to do about a failure is decided by the outbox. */

export type ReadyDestination =
  | { readonly to: 'place'; readonly placeId: string; readonly thread?: string }
  | { readonly to: 'person'; readonly personId: string };

export interface PostedMessage {
  readonly activityId: string;
  readonly placeId: string;
}

/** `pass` is the room that the outbox took for the message; without one the sender takes it itself, at once, for somebody waits. */
export interface MessageSender {
  create(destination: ReadyDestination, content: Content, pass?: Pass): Promise<PostedMessage>;
  edit(placeId: string, activityId: string, content: Content, pass?: Pass): Promise<void>;
  remove(placeId: string, activityId: string): Promise<void>;
}

/**
 * What is known after a failed send: `rate limited` and `retry` did nothing, `ambiguous` may have, `gone` never will, `shut out` will not
 * until somebody lets Gavel in again, `too large` and `refused` will not with this content.
 */
export type SendFailure = 'rate limited' | 'retry' | 'ambiguous' | 'gone' | 'shut out' | 'too large' | 'refused';

/** A send failed. `message` is for the log. */
export class SendError extends Error {
  override readonly name = 'SendError';
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

const mostWords = 8_000;

/** A card as words: its summary and its first sentence. What is too long even so is cut: it must fit everywhere. */
export function textForm(content: Content): Content {
  if ('text' in content) return content.text.length <= mostWords ? content : { ...content, text: cut(content.text) };
  const { summary, sentence } = content.data;
  const first = `**${summary}**`;
  return { text: cut(typeof sentence === 'string' && sentence !== '' ? `${first}\n\n${sentence}` : first) };
}

function cut(text: string): string {
  return text.length <= mostWords ? text : `${text.slice(0, mostWords)}…`;
}
