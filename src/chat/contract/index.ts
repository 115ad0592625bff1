import type { Dialog } from 'botbuilder-dialogs';
import type { z } from 'zod';
import type { Catalog, Right } from '../../core/catalog';
import type { Act, DoorOperation, Operation } from '../../core/operations';
import type { RefusedAct } from '../../core/refusal';
import { capitalize } from '../../core/text';
import type { AuditEntry } from '../../store/contract';
import type { Question } from './question';
import type { Person, Reply, Turn } from './turn';

/** Everything that a feature knows about chat, and that chat knows about a feature. Nothing here names a chat tool. */

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

/** Everything that a feature offers to people. */
export interface Feature {
  readonly name: string;
  readonly commands?: readonly Command[];
  readonly actions?: readonly Action[];
  readonly dialogs?: readonly (ChatDialog & Pick<Door<string>, 'operation' | 'also'>)[];
  /** The data that it keeps about people, for `my data`. */
  readonly personalData?: readonly PersonalData[];
  /** Describes the lines that it writes to the audit log. */
  readonly describeAudit?: DescribeAudit;
}

/**
 * What happened, as a colleague would say it after the person's name: `requested shop 2.15.0 for production (D-1002)`. Also describes lines of
 * earlier versions. Plain text, without Markdown; undefined for a line that the feature doesn't write.
 */
export type DescribeAudit = (entry: AuditEntry, names: AuditNames) => string | undefined;

/** Names for the ids in a line of the audit log. */
export interface AuditNames {
  readonly person: (id: string) => string;
  /** A channel or chat; undefined if it has no name. */
  readonly place: (id: string) => string | undefined;
  /** `shop 2.15.0 for production`, by `D-1002`; undefined if there is no such deployment anymore. */
  readonly deployment: (label: string) => string | undefined;
  /** A moment in the reader's time zone: `Dec 31, 18:00 CET`. */
  readonly moment: (at: number) => string;
}

/** The heading that lists a command in help. */
export type Topic = 'Ship' | 'Decide' | 'Look' | 'Talk';

/** One way to start something. It declares its operation, so a rule in the catalog holds that operation however somebody starts it. */
export interface Door<Input> {
  /**
   * What it does. `look` changes nothing: a card that refreshes on its own may do it, and its failures leave no audit entry. `answer` replies to a question
   * that Gavel asked this person.
   */
  readonly operation: DoorOperation;
  /** Other operations that it can turn into, depending on what the person chooses. */
  readonly also?: readonly Operation[];
  /**
   * What this input would do, and to what, read from the stored record; empty if it wouldn't change anything. Called before anything is done, and only
   * if the catalog marks one of the operations. Throws `UserError` whenever `run` would. Without it, the act is `operation` on the service and
   * environment that the line names, or on all of them if it names none. After an approval, acts are read and compared again, unless all of them have
   * `details`.
   */
  readonly acts?: (turn: Turn, input: Input) => Promise<readonly Act[]>;
}

/**
 * A sentence with arguments in it: `who approved {id}`. Words in brackets are optional, and a bar separates alternatives; alternatives of several
 * words are in parentheses: `is {service} [still] up|healthy`. `{filter:service}` is a service that becomes part of the argument `filter`. Polite
 * words, `the` and contractions don't have to be declared.
 */
interface Phrasing {
  readonly say: string;
  /** Values that the sentence implies; each goes before the value of the slot with the same name. */
  readonly fixed: Arguments;
}

/** A typed command. Help, questions for missing arguments, validation, completion and the app manifest all come from this object. */
export interface Command extends Door<Arguments> {
  /** One or more words: `deploy`. A command of a family begins with the family's word: `schedule list`. */
  readonly name: string;
  /** Other words for it: `hi` for `hello`. Names that the command had in earlier versions stay here. */
  readonly synonyms?: readonly string[];
  /** Whole sentences that mean this command. A line matches only if no word is left over. */
  readonly phrasings?: readonly (string | Phrasing)[];
  readonly summary: string;
  readonly topic: Topic;
  /** Omitted if the command takes none. */
  readonly arguments?: readonly ArgumentSpec[];
  /** Complete lines that work as they are; help shows the first. */
  readonly examples: readonly string[];
  /**
   * People who don't have this right anywhere are refused before the rest of the line is parsed. Without it, everybody in an allowed tenant can
   * continue. `run` has to check the right on everything it touches.
   */
  readonly right?: Right;
  /** What the refusal of somebody without this right says beyond it: who can do it with these arguments, or that the right wouldn't help them. */
  readonly refusalOf?: (person: Person, args: Arguments) => Promise<Partial<RefusedAct> | undefined>;
  /** It only opens a form or asks a question, and a button there does the work: no rule holds it, and its examples can be clicked right away. */
  readonly asksFirst?: true;
  /** It refuses secrets with a sentence of its own. For other commands, secrets in free text are masked before they run. */
  readonly refusesSecrets?: true;
  /**
   * What its card shows that changes: collections of the store, and what features call `Outbox.changed` for. When one of them changes, the card is
   * redrawn by running the line again for the person who typed it. The newest few in each place stay current.
   */
  readonly shows?: readonly string[];
  /** One of the few commands that help, completion and the app manifest begin with. */
  readonly isInFront?: true;
  readonly preview?: Preview<Arguments>;
  /**
   * Throws a `RefusalError` if this person can't do it whatever they choose for the missing arguments: called before a form asks for them. Omitted,
   * `right` decides.
   */
  refuses?(turn: Turn, args: Arguments): void;
  /**
   * For a command whose first argument is free words: whether they name something that it can take. If they don't, and are a whole line themselves, that
   * line is meant: `run restart shop in staging`.
   */
  knows?(turn: Turn, args: Arguments): Promise<boolean>;
  /** What the bare command opens instead of a form for the missing arguments: a card that only asks. */
  opens?(turn: Turn): Promise<Reply> | undefined;
  /**
   * `approved` are the acts that somebody confirmed or approved; undefined if nobody had to. Acts with `details` are done exactly as described, or not
   * at all.
   */
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
   * What Gavel asks before it does this, about the thing with this id; the answers arrive in `input` next to the id. Its button is an `Action.Submit`
   * with `msteams: { type: 'task/fetch' }`: Teams shows a dialog, and a client without dialogs shows a card. Changes nothing, and throws `UserError`
   * whenever `run` would. Omitted if a click does it right away.
   */
  asks?(turn: Turn, id: string): Promise<Question>;
  /** `approved` as for a command. */
  run(turn: Turn, input: Input, approved?: readonly Act[]): Promise<Reply>;
}

/** Lets a feature list actions with different input types. */
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

/** One typed argument. People can also write it as `name=value`, `keyword=value` or `--name value`, in any order. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly summary: string;
  /** What forms and help call it, if its name doesn't stand alone: `From`. */
  readonly label?: string;
  /** A word that may come before it: `to`, `in`, `on`. */
  readonly keyword?: string;
  /** Only what follows its keyword or key is taken for it, never words that nothing else takes. */
  readonly isNamed?: true;
  /** If it's missing, the router asks for it with a form before the command runs. */
  readonly required?: boolean;
  /** A line without it is understood, but the command asks for it before it acts, so a form requires it at once. */
  readonly isNeeded?: true;
  /** The choices in that form, if they don't follow from the kind. */
  readonly choices?: (catalog: Catalog) => readonly string[];
  /** Whether a group from the catalog is accepted instead of a person. It arrives as `group:<name>`. */
  readonly groups?: true;
}

/** What a field of a form is called: `Environment`, `End time`, `Reason`. */
export function fieldLabel({ label, name, kind }: ArgumentSpec): string {
  if (label !== undefined) return label;
  if (kind === 'deployment') return 'Deployment';
  return kind === 'moment' ? 'End time' : capitalize(name);
}

/** What was typed or filled in for each argument of a command, by its name; undefined where it was left out. */
export type Arguments = Readonly<Record<string, string | undefined>>;

/** The library for dialogs. It takes tens of megabytes, so it's loaded only when the first dialog begins. */
export type DialogLibrary = typeof import('botbuilder-dialogs');

/** A conversation over several turns, as a feature declares it. `chat/inbox/dialogs.ts` runs it. */
export interface ChatDialog {
  readonly id: string;
  /** Whether the open dialog takes this line as an answer even though it's a command. Other commands run while the dialog waits. */
  takes?(said: string): boolean;
  /** Called once in a process. The dialog has the id of this declaration. Never throws. */
  make(library: DialogLibrary): Dialog;
}

/** The key under which a dialog's context holds the current turn. */
export const dialogTurn = Symbol('the turn of a dialog');

/** One kind of data that Gavel keeps about a person. That person can read it and have it deleted. */
export interface PersonalData {
  /** What people call it, in the plural: `memories`, `aliases`. */
  readonly name: string;
  /** A sentence about what stays after a deletion and why; undefined if nothing stays. */
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

/** What somebody typed or clicked, complete enough to do it later exactly as requested. */
export interface Asked {
  /** The command's name, or the button's verb. */
  readonly action: string;
  /** What it does, and to what, as of the request. */
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

/** A line that somebody else wrote. Gavel shows it first and runs it only if the reader confirms, unless it changes nothing. */
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
