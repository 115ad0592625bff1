import type { Content } from './turn';

/** Messages that Gavel sends by itself and keeps up to date. */

export type Destination =
  | { readonly to: 'place'; readonly placeId: string; readonly thread?: string }
  | { readonly to: 'person'; readonly personId: string }
  /** A reply below the message with this key, once that has been posted. */
  | { readonly to: 'thread of'; readonly messageKey: string };

/** What somebody should see: a message with this key, there, showing this. */
export interface OutboxMessage {
  /** Chosen by the feature, for example `deployment:<id>:channel`. The same key is the same message. */
  readonly key: string;
  readonly destination: Destination;
  readonly content: Content;
  /** Grows with what is shown; a lower or equal revision than the one known is ignored. */
  readonly revision: number;
  /** The last state: overtakes progress edits that wait. */
  readonly final?: boolean;
  /**
   * How long it's tried while the chat tool fails. Half an hour for what people wait for (answers, progress), a day for what has to be known (approvals,
   * notices); a day for a last state and half an hour for any other unless told.
   */
  readonly tryFor?: 'half an hour' | 'a day';
  /** Who is told in person when it's given up: who asked for what it shows. */
  readonly onBehalfOf?: string;
}

export type MessageState = 'waiting' | 'posted' | 'undeliverable';

/** What became of a message. */
export interface MessageFate {
  readonly state: MessageState;
  /** What the chat tool answered when it was tried last and did not get there: `Teams answered 403 BotNotInConversationRoster`. Outside text. */
  readonly error?: string;
}

/** Ordered, rate-limited, durable sending and editing of messages: one describes what is to be seen, the outbox makes it so. */
export interface Outbox {
  /**
   * Resolves when it is recorded durably. Posts the first time and edits afterwards; posts anew what was given up, deleted or can't be edited. A post whose
   * outcome is unknown is repeated once at most.
   */
  put(message: OutboxMessage): Promise<void>;
  /** Undefined for an unknown key. */
  fate(key: string): Promise<MessageFate | undefined>;
  /** Told each time a message is given up, for keys that begin with `prefix`. */
  onUndeliverable(prefix: string, listener: (key: string, destination: Destination) => Promise<void>): void;
}
