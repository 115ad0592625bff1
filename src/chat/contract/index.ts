import type { Dialog } from 'botbuilder-dialogs';
import type { z } from 'zod';
import type { Catalog, Right } from '../../core/catalog';
import type { Act, DoorOperation, Operation } from '../../core/operations';
import { capitalize } from '../../core/text';
import type { AuditEntry } from '../../store/contract';
import type { Question } from './question';
import type { Person, Reply, Turn } from './turn';

/** All a feature knows about chat, and all that chat knows of a feature. Nothing here names a chat tool. */

export type {
  CardContent,
  Content,
  GivenFile,
  Mention,
  Outcome,
  Person,
  Place,
  Reply,
  TextContent,
  Turn,
} from './turn';
export { contentOf, isSeenByAll, isUnasked, turnOnBehalfOf } from './turn';
export { listPrefix, listTopic, readListTopic } from './outbox';
export type { Question } from './question';
export type { Copy, Destination, MessageFate, MessageState, Outbox, OutboxMessage } from './outbox';

/** All that a feature offers to people. */
export interface Feature {
  readonly name: string;
  readonly commands?: readonly Command[];
  readonly actions?: readonly Action[];
  readonly dialogs?: readonly (ChatDialog & Pick<Door<string>, 'operation' | 'also'>)[];
  /** What it keeps of people, for `my data`. */
  readonly personalData?: readonly PersonalData[];
  /** Says what the lines tell that it writes to the audit log. */
  readonly describeAudit?: DescribeAudit;
}

/**
 * What happened, as a colleague would say it after the name of whoever did it: `requested shop 2.15.0 for production (D-1002)`. Lines of earlier
 * versions are told, too. Plain words, without Markdown; undefined for a line that the feature doesn't write.
 */
export type DescribeAudit = (entry: AuditEntry, names: AuditNames) => string | undefined;

/** Names for the ids in a line of the audit log. */
export interface AuditNames {
  readonly person: (id: string) => string;
  /** A channel or chat; undefined if it has no name. */
  readonly place: (id: string) => string | undefined;
  /** `shop 2.15.0 for production`, by `D-1002`; undefined if there is no such deployment anymore. */
  readonly deployment: (label: string) => string | undefined;
  /** A moment by the clock of whoever reads: `Dec 31, 18:00 CET`. */
  readonly moment: (at: number) => string;
}

/** The heading of help under which a command stands. */
export type Topic = 'Ship' | 'Decide' | 'Look' | 'Talk';

/** One way to start something. It declares the operation, so that a mark in the catalog stops that operation at every door. */
export interface Door<Input> {
  /**
   * What it does. `look` changes nothing: a card that refreshes on its own may do it, and its failures leave no audit entry. `answer` replies to a question
   * that Gavel asked this person.
   */
  readonly operation: DoorOperation;
  /** Other operations it may turn out to be, depending on what is chosen. */
  readonly also?: readonly Operation[];
  /**
   * What this input would do, and to what, read from the stored record; empty if it wouldn't change anything. Called before anything is done, and only if the
   * catalog marks one of the operations. Throws `UserError` whenever `run` would. Without it, the act is `operation` on the service and environment named
   * in the line, or on all of them if it names none. Once approved, acts are read and compared again, unless all of them have `details`.
   */
  readonly acts?: (turn: Turn, input: Input) => Promise<readonly Act[]>;
}

/**
 * A sentence with arguments in it: `who approved {id}`. Words in brackets may be left out, and a bar separates alternatives, of several words in parentheses:
 * `is {service} [still] up|healthy`. `{filter:service}` is a service that becomes part of the argument `filter`. Polite words, `the` and contractions are understood without being declared.
 */
interface Phrasing {
  readonly say: string;
  /** What the sentence says without words of its own; it goes before what stands in the slot of the same name. */
  readonly fixed: Arguments;
}

/** A typed command. Help, questions for missing arguments, validation, completion and the app manifest all come from this object. */
export interface Command extends Door<Arguments> {
  /** One or more words: `deploy`. A command of a family begins with the family's word: `schedule list`. */
  readonly name: string;
  /** Other words for it: `hi` for `hello`. What a command was called in earlier versions stays here. */
  readonly synonyms?: readonly string[];
  /** Whole sentences that mean it. A line is understood as one only if nothing of it is left over. */
  readonly phrasings?: readonly (string | Phrasing)[];
  readonly summary: string;
  readonly topic: Topic;
  /** Left out where the command takes none. */
  readonly arguments?: readonly ArgumentSpec[];
  /** Complete lines that work as they are; help shows the first. */
  readonly examples: readonly string[];
  /**
   * Someone who doesn't hold this right anywhere is refused before the rest of the line is read. Left out, everyone in an allowed tenant may go on. `run` has
   * to check the right on everything it touches.
   */
  readonly right?: Right;
  /** Those who can do it with these arguments, named to whoever can't. Left out or undefined, those who hold the right. */
  readonly whoCan?: (args: Arguments) => Promise<readonly Person[] | undefined>;
  /** It only opens a form or asks a question, and a button there does the work: no mark stops it, and its examples can be clicked right away. */
  readonly asksFirst?: true;
  /** It refuses secrets with a sentence of its own. For other commands, secrets in free text are masked before they run. */
  readonly refusesSecrets?: true;
  /**
   * What its card shows that changes: collections of the store, and what features call `Outbox.changed` for. Then the card is drawn anew, by running the line
   * again for whoever typed it. The newest few in each place stay current.
   */
  readonly shows?: readonly string[];
  /** One of the few commands that help, completion and the app manifest begin with. */
  readonly isInFront?: true;
  readonly preview?: Preview<Arguments>;
  /** What the bare command opens in place of a form that asks for what is missing: a card that only asks. */
  opens?(turn: Turn): Promise<Reply> | undefined;
  /** `approved` are the acts that somebody confirmed or approved, undefined if nobody had to. Acts with `details` are done exactly like that, or not at all. */
  run(turn: Turn, args: Arguments, approved?: readonly Act[]): Promise<Reply>;
}

/**
 * Says what would change, before it happens: a sentence or two in Markdown with outside text escaped, for example "Restarts shop in staging." Doesn't change
 * anything, and throws `UserError` whenever `run` would.
 */
type Preview<Input> = (turn: Turn, input: Input) => Promise<string>;

/** A button with the verb `<feature>.<verb>`. `input` parses what the client sent; `run` checks rights against the stored record. */
export interface Action<Input = unknown> extends Door<Input> {
  readonly verb: string;
  readonly input: z.ZodType<Input>;
  /** Input fields that people fill with free text. Secrets in them are masked before `run`. */
  readonly freeText?: readonly string[];
  readonly preview?: Preview<Input>;
  /**
   * What is asked before it's done, about the thing with this id; the answers arrive in `input` beside the id. Its button is an `Action.Submit` with
   * `msteams: { type: 'task/fetch' }`: Teams shows a dialog, and a client without dialogs a card of its own. Changes nothing, and throws `UserError`
   * whenever `run` would. Left out where a click does it right away.
   */
  asks?(turn: Turn, id: string): Promise<Question>;
  /** `approved` as for a command. */
  run(turn: Turn, input: Input, approved?: readonly Act[]): Promise<Reply>;
}

/** Lets an action with its own input type stand in a feature's list of actions. */
export function defineAction<Input>(action: Action<Input>): Action {
  return action as Action<unknown> as Action;
}

/**
 * What kind of value an argument takes. A `person` is a mention or a name and arrives as an id; `turn.people` has the whole person. `text`, `phrase` and
 * `moment` take several words, up to the next named argument. `text` arrives exactly as typed, to be kept. `phrase` and `moment` arrive with straight quotes,
 * single spaces and no trailing period, to be parsed.
 */
export type ArgumentKind =
  'service' | 'environment' | 'release' | 'deployment' | 'person' | 'word' | 'moment' | 'phrase' | 'text';

/** One typed argument. It can also be written as `name=value`, `keyword=value` or `--name value`, in any order. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly summary: string;
  /** What forms and help call it, if its name doesn't stand alone: `From`. */
  readonly label?: string;
  /** A word that may come before it: `to`, `in`, `on`. */
  readonly keyword?: string;
  /** If it's missing, the router asks for it with a form before the command runs. */
  readonly required?: boolean;
  /** The choices in that form, if they don't follow from the kind. */
  readonly choices?: (catalog: Catalog) => readonly string[];
  /** Whether a group from the catalog is accepted instead of a person. It arrives as `group:<name>`. */
  readonly groups?: true;
}

/** What a field of a form is called: `Environment`, `Until`, `Reason`. */
export function fieldLabel({ label, name, kind, keyword }: ArgumentSpec): string {
  if (label !== undefined) return label;
  if (kind === 'deployment') return 'Deployment';
  return capitalize(kind === 'moment' && keyword !== undefined ? keyword : name);
}

/** What was typed or filled in for each argument of a command, by its name; undefined where it was left out. */
export type Arguments = Readonly<Record<string, string | undefined>>;

/** What dialogs are made of. It takes tens of megabytes, so it's loaded only when the first dialog begins. */
export type DialogLibrary = typeof import('botbuilder-dialogs');

/** A conversation over several turns, as a feature declares it. `chat/inbox/dialogs.ts` runs it. */
export interface ChatDialog {
  readonly id: string;
  /** Whether the open dialog takes this line as an answer even though it's a command. Other commands run while the dialog waits. */
  takes?(said: string): boolean;
  /** Made once in a process; has the id of this declaration. Throws nothing. */
  make(library: DialogLibrary): Dialog;
}

/** The key under which a dialog's context holds the current turn. */
export const dialogTurn = Symbol('the turn of a dialog');

/** One kind of data that Gavel keeps about a person, who can read it and have it deleted. */
export interface PersonalData {
  /** What people call it, in the plural: `memories`, `aliases`. */
  readonly name: string;
  /** A sentence about what stays after a deletion and why; undefined if nothing does. */
  readonly stays?: string;
  /** Nothing of it is deleted; `stays` says why. */
  readonly isKept?: true;
  /** How many entries there are, if that's known without reading all of them. If `isExact` is false, there are more. */
  countOf?(personId: string): Promise<{ readonly count: number; readonly isExact: boolean }>;
  /** Every entry, as it appears in the exported JSON; read as it is needed, because there can be many. */
  exportOf(personId: string): AsyncIterable<object>;
  /** Deletes the entries and gives their number. Safe to call again: the second call finds nothing. */
  deleteOf(personId: string): Promise<number>;
}

/** What somebody typed or clicked, complete enough to be done later exactly as it was asked. */
export interface Asked {
  /** The command's name, or the button's verb. */
  readonly action: string;
  /** What it does, and to what, as of when it was asked. */
  readonly acts: readonly Act[];
  /** The line as typed; undefined for a click. */
  readonly line?: string;
  /** The line with people's names instead of their ids; undefined if that's the same. */
  readonly words?: string;
  /** What the button sent; undefined for a line. */
  readonly input?: unknown;
}

/**
 * Called before something is done. If it gives a reply, nothing is done now. `preview` says what would change, or gives undefined if the command or button
 * has no preview.
 */
export type Guard = (
  turn: Turn,
  asked: Asked,
  preview: () => Promise<string | undefined>,
) => Promise<Reply | undefined>;

/** A line that somebody else wrote. It's shown first and runs only if the reader confirms it, unless it only looks. */
export interface Prepared {
  readonly line: string;
  /** What it is called: `standup`. */
  readonly title: string;
  /** A sentence about who wrote it and for whom, with outside text escaped. */
  readonly by: string;
}

/** Called once for a line that isn't a command. Gives the line that the alias stands for, or undefined if it isn't an alias either. */
export type ResolveAlias = (turn: Turn, text: string) => Promise<string | Prepared | undefined>;

/** How a turn ended, for the history. */
export interface EndedTurn {
  /** The typed line, or the verb of a button. */
  readonly said: string;
  /** The line that an alias stood for. */
  readonly meant?: string;
  /** `deployments.deploy`, `approvals.approve`, or `chat.turn` if the line wasn't understood. */
  readonly what: string;
  /** `done`, `refused`, `failed`, `not understood`, … */
  readonly outcome: string;
  readonly reply: Reply;
}

/** Called after every turn that a person caused. Returns immediately and never throws. */
export type RecordTurn = (turn: Turn, ended: EndedTurn) => void;
