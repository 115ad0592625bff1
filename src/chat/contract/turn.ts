/** What a person did, and what they are answered. */

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
