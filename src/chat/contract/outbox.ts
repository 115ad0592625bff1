import type { CardContent, Content, Person, Place } from './turn';

/** Messages that Gavel sends on its own and keeps up to date. */

export type Destination =
  | { readonly to: 'place'; readonly placeId: string; readonly thread?: string }
  | { readonly to: 'person'; readonly personId: string }
  /** A reply below the message with this key, once that has been posted. */
  | { readonly to: 'thread of'; readonly messageKey: string };

/** A message as it should look now. Putting the same key again edits the message. */
export interface OutboxMessage {
  /** Chosen by the feature, for example `deployment:<id>:channel`. One key is one message. */
  readonly key: string;
  readonly destination: Destination;
  readonly content: Content;
  /** Grows with each change; a revision that isn't higher than the stored one is ignored. */
  readonly revision: number;
  /** Set on the last state, which overtakes waiting progress edits. */
  readonly final?: boolean;
  /**
   * How long to keep trying while the chat tool fails: half an hour for what people are waiting for (answers, progress), a day for what they have to
   * know (approvals, notices). Defaults to a day for a final message and half an hour for others.
   */
  readonly tryFor?: 'half an hour' | 'a day';
  /** Set if the message shows something that can change and isn't kept current under its key: `Outbox.changed` edits it. */
  readonly copyOf?: Copy;
  /** Who gets a personal message if this one can't be delivered: the requester. */
  readonly onBehalfOf?: string;
}

/** `undeliverable` once Gavel has stopped trying. */
export type MessageState = 'waiting' | 'posted' | 'undeliverable';

/** A card that answered somebody. */
export interface Copy {
  /** What it shows: the value of `Reply.about`. */
  readonly about: string;
  /** The person it answered. */
  readonly person: Person;
  readonly place: Place;
  /** The reference of that turn. */
  readonly reference: string;
}

/**
 * The topic of a list that answered a line. It's redrawn by running the line again whenever one of these changes: a collection of the store, or
 * anything that a feature calls `Outbox.changed` for.
 */
export function listTopic(line: string, shows: readonly string[]): string {
  return `${listPrefix}${shows.join(',')}: ${line}`;
}

/** The prefix of every list's topic. */
export const listPrefix = 'list of ';

/** The line and what the list shows; undefined for anything else. */
export function readListTopic(about: string): { readonly line: string; readonly shows: readonly string[] } | undefined {
  const end = about.indexOf(': ');
  if (!about.startsWith(listPrefix) || end === -1) return undefined;
  return { line: about.slice(end + 2), shows: about.slice(listPrefix.length, end).split(',') };
}

/** The delivery status of a message. */
export interface MessageFate {
  readonly state: MessageState;
  /** The chat tool's last error, as outside text: `Teams answered 403 BotNotInConversationRoster`. Undefined after a success. */
  readonly error?: string;
}

/**
 * Sends and edits messages in order, within the chat tool's limits, and survives restarts. You say what a message should look like; the outbox gets it
 * there.
 */
export interface Outbox {
  /**
   * Resolves when the message is stored durably, before it's sent. The first put posts, later ones edit; a message that was given up or deleted, or can't be
   * edited, is posted again. If nobody knows whether a post arrived, it's repeated once at most. Rejects with `StoreUnavailableError`.
   */
  put(message: OutboxMessage): Promise<void>;
  /** The delivery status of the message; undefined for an unknown key. */
  fate(key: string): Promise<MessageFate | undefined>;
  /** Calls the listener whenever a message whose key starts with `prefix` is given up. If the listener rejects, it's called again later. */
  onUndeliverable(prefix: string, listener: (key: string, destination: Destination) => Promise<void>): void;
  /**
   * Declares how to draw the cards whose `about` starts with `prefix`, as everybody in the place sees them. Undefined leaves a card as it is. If the
   * result has another `about`, the card follows that topic, too, from then on.
   */
  drawCopies(
    prefix: string,
    draw: (copy: Copy) => Promise<(CardContent & { readonly about?: string }) | undefined>,
  ): void;
  /** Redraws every card about this after it changed. Resolves when the edits are stored durably. Rejects with `StoreUnavailableError`. */
  changed(about: string): Promise<void>;
}
