import type { Cards } from '../../../cards/types';
import { UserError } from '../../core/errors';

/** What a person did, and the answer to it. */

/** The person who acts: an opaque id such as `entra:<tenant>/<object id>`. The chat tool determines it, never the client. */
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

/** The name of a card: `approvals/approval` is `cards/approvals/approval.json`. */
type CardName = keyof Cards;

/**
 * A card with its data: `CardContent<'health/health'>` for one card, `CardContent` for any card. `data.summary` is its text form and notification. `npm run
 * cards` writes the types from the samples next to the templates. `back` is the line that shows the help card that led to it; the chat tool adds its button,
 * and everything that is opened from the card leads back there, too.
 */
export type CardContent<Name extends CardName = CardName> = {
  [Each in Name]: { readonly card: Each; readonly data: Cards[Each]; readonly back?: string };
}[Name];

/** Markdown with outside text already escaped. `@[0]` stands for the first of `mentions`. */
export interface TextContent {
  readonly text: string;
  readonly mentions?: readonly Person[];
  /** Only in a message to one person. */
  readonly offers?: OfferedFile;
  readonly saved?: SavedFile;
}

/** A file offered to somebody in their personal chat. When they accept it, the action `verb` provides it, so every right is checked again. */
interface OfferedFile {
  readonly name: string;
  readonly description: string;
  readonly sizeInBytes: number;
  readonly verb: string;
  readonly id: string;
}

/** A file that was saved where the person keeps files, with the name that the chat tool gave it. */
interface SavedFile {
  readonly name: string;
  readonly contentUrl: string;
  readonly uniqueId: string;
  readonly fileType: string;
}

/** A complete file, of a few megabytes at most. */
export interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly body: string;
}

/** What one message shows: a card or a text. */
export type Content = CardContent | TextContent;

/** What the router writes to the audit log about a command or click. Omitted by handlers whose workflow writes its own entry. */
export interface Outcome {
  readonly target: string;
  readonly outcome: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The answer to a command or a click. After a click, a card replaces the clicked card, for the clicker only. A `notice` is one short sentence:
 * after a click it's shown beside the card, which stays; after a command it's a plain reply. `about` names what a card shows that can change, for example
 * `approval:<id>`: the card is redrawn whenever that changes (`Outbox.drawCopies`, `Outbox.changed`). `otherwise` marks an answer to a typed line that is
 * nobody else's business: in a channel only whoever typed sees it; where the chat tool can't do that, everybody sees this sentence in Markdown in its place.
 * `isForOne` marks one that only whoever typed needs: where the chat tool can't show it to them alone, everybody sees it.
 */
export type Reply = (Content | { readonly notice: string } | { readonly nothing: true }) & {
  readonly audit?: Outcome;
  readonly about?: string;
  /** The accepted file; it's sent only with this. */
  readonly file?: GivenFile;
  readonly otherwise?: string;
  readonly isForOne?: true;
};

/** What a reply shows; undefined if it shows nothing. */
export function contentOf(reply: Reply): Content | undefined {
  if ('nothing' in reply) return undefined;
  if ('notice' in reply) return { text: reply.notice };
  const { otherwise: _otherwise, isForOne: _isForOne, ...content } = reply;
  return content as Content;
}

/** A person or thing picked from the list that opens after `@`. */
export interface Mention {
  /** What replaces it in the line: the person's id, or `@[0]` for nobody. */
  readonly token: string;
  /** The name as it was shown. Outside text, and no proof of who it is. */
  readonly name: string;
  /** Undefined when it isn't a known person; `why` gives the reason. */
  readonly person?: Person;
  readonly why?: 'not a person' | 'not found' | 'too many';
}

/** The token for a mention that couldn't be resolved. */
export const unknownToken = (index: number): string => `@[${index}]`;

/** The line with names instead of tokens. */
export function withNames({ mentions = [] }: Pick<Turn, 'mentions'>, line: string): string {
  return [...mentions]
    .sort((a, b) => b.token.length - a.token.length)
    .reduce((words, { token, name }) => words.replaceAll(token, name), line);
}

/** The mention behind this token. */
export function mentionOf({ mentions = [] }: Pick<Turn, 'mentions'>, word: string): Mention | undefined {
  return mentions.find(({ token }) => token === word);
}

/** One thing that a person typed or clicked, while Gavel handles it. */
export interface Turn {
  /** Connects the log lines, connector calls and audit entries of this turn. */
  readonly correlationId: string;
  /** The beginning of `correlationId`, short enough to read out: `4f2a91c0`. It's shown on cards and in error messages. */
  readonly reference: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly person: Person;
  readonly place: Place;
  /** The opaque id of the thread it was written in; undefined outside threads. Replies go there automatically. */
  readonly thread: string | undefined;
  /**
   * `automatic`: the chat tool refreshes a card for this person; `redrawn`: Gavel redraws an earlier answer for everybody who sees it. Neither may change
   * anything.
   */
  readonly trigger: 'typed' | 'clicked' | 'automatic' | 'redrawn';
  /** The mentions in the line, in order. */
  readonly mentions?: readonly Mention[];
  /** What a card that answers this line is about; pass it on if you send the card elsewhere. */
  readonly about?: string;
  /** The people that arguments of the kind `person` name, by argument name. */
  readonly people?: Readonly<Record<string, Person>>;
  /** Starts a dialog in the personal chat of this person. */
  begin(dialogId: string): Promise<void>;
}

/** Whether nobody requested anything: a card is only brought up to date. */
export function isUnasked({ trigger }: Pick<Turn, 'trigger'>): boolean {
  return trigger === 'automatic' || trigger === 'redrawn';
}

/** Whether everybody in the place sees the answer, not only the person who asked. */
export function isSeenByAll({ trigger, place }: Pick<Turn, 'trigger' | 'place'>): boolean {
  return place.kind !== 'personal' && (trigger === 'typed' || trigger === 'redrawn');
}

/** The turn in which Gavel later does what this person requested, confirmed, scheduled or got approved. It can't begin a dialog. */
export function turnOnBehalfOf(
  asked: Pick<Turn, 'person' | 'place' | 'thread' | 'trigger' | 'correlationId' | 'receivedAt'>,
): Turn {
  const { person, place, thread, trigger, correlationId, receivedAt } = asked;
  return {
    ...{ person, place, thread, trigger, correlationId, receivedAt },
    reference: correlationId.slice(0, 8),
    begin: () =>
      Promise.reject(
        new UserError('This command has to ask you something, so I can’t run it for you. Type it yourself.'),
      ),
  };
}
