/** All a feature knows about chat. Nothing here names a chat tool. */

/** Who acts: an opaque id such as `entra:<tenant>/<object id>`, decided by the chat tool, never by what a client sent. */
export interface Person {
  readonly id: string;
  /** Outside text: escape it before it is shown. */
  readonly name: string;
}

/** Where a message goes. `id` is opaque and stable; it never contains a thread. */
export interface Place {
  readonly id: string;
  readonly kind: 'channel' | 'group' | 'personal';
  readonly name: string;
}

/** A card by name (`approvals/approval` is `cards/approvals/approval.json`) with the data it shows; `summary` is its text form and notification. */
export interface CardContent {
  readonly card: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly summary: string };
}

/** Words in Markdown, outside parts already escaped. `@[0]` stands for the first of `mentions`. */
export interface TextContent {
  readonly text: string;
  readonly mentions?: readonly Person[];
}

export type Content = CardContent | TextContent;

/** What the edge writes to the audit log about a command or click; left out where the handler's effects write it themselves. */
export interface Outcome {
  readonly target: string;
  readonly outcome: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The answer to a command or a click. A card answers a click by replacing the clicked card for the clicker only.
 * `notice` is a short sentence: for a click shown beside the card, which stays; for a command a plain reply.
 */
export type Reply = (Content | { readonly notice: string } | { readonly nothing: true }) & { readonly audit?: Outcome };

/** Somebody or something that was picked from the list behind an `@`. */
export interface Mention {
  /** What stands in the line in its place: the id of the person, else a mark that means nobody. */
  readonly token: string;
  /** As it was shown. Outside text, and never a proof of who it is. */
  readonly name: string;
  /** Undefined: nobody in particular, and `why` says why. */
  readonly person?: Person;
  readonly why?: 'not a person' | 'not found' | 'too many';
}

/** One thing a person did, being handled. */
export interface Turn {
  /** Ties log lines, connector calls and audit entries of one turn together. */
  readonly correlationId: string;
  /** The same for people: `4f2a91c0`. */
  readonly reference: string;
  readonly receivedAt: number;
  readonly person: Person;
  readonly place: Place;
  /** The thread it was said in, opaque; undefined outside threads. Replies go there by themselves. */
  readonly thread: string | undefined;
  /** `automatic` is the chat tool refreshing a card by itself: it must change nothing. */
  readonly trigger: 'typed' | 'clicked' | 'automatic';
  /** Who was mentioned in the line, in order. */
  readonly mentions?: readonly Mention[];
  /** Who the arguments of kind `person` name, by the name of the argument. */
  readonly people?: Readonly<Record<string, Person>>;
  /** Starts a dialog in the personal chat of this person. */
  begin(dialogId: string): Promise<void>;
}

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

/** A dialog of `*-dialog.ts`; `chat/dialogs.ts` runs it. */
export interface ChatDialog {
  readonly id: string;
  /** Whether an open dialog wants this line as its answer although it is a command; all other commands run and the dialog waits. */
  takes?(said: string): boolean;
}

/** Under this key the context of a dialog holds the turn that it is in. */
export const dialogTurn = Symbol('the turn of a dialog');
