import type { Content } from './contract';

/** How a chat tool sends. It tries once; what to do about a failure is decided by the outbox. */

export type ReadyDestination =
  | { readonly to: 'place'; readonly placeId: string; readonly thread?: string }
  | { readonly to: 'person'; readonly personId: string };

export interface PostedMessage {
  readonly activityId: string;
  readonly placeId: string;
}

export interface MessageSender {
  create(destination: ReadyDestination, content: Content): Promise<PostedMessage>;
  edit(placeId: string, activityId: string, content: Content): Promise<void>;
  remove(placeId: string, activityId: string): Promise<void>;
}

/**
 * What is known after a failed send: `rate limited` and `retry` did nothing, `ambiguous` may have, `gone` never will,
 * `too large` and `refused` will not with this content.
 */
export type SendFailure = 'rate limited' | 'retry' | 'ambiguous' | 'gone' | 'too large' | 'refused';

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

/** A card as words: its summary and its first sentence. */
export function textForm(content: Content): Content {
  if ('text' in content) return content;
  const { summary, sentence } = content.data;
  const first = `**${summary}**`;
  return { text: typeof sentence === 'string' && sentence !== '' ? `${first}\n\n${sentence}` : first };
}
