import type { z } from 'zod';
import type { ChatDialog, Outbox, Reply, Turn } from '../chat/contract';
import type { ConnectorOf } from '../connectors/contract';
import type { Catalog, Right } from '../core/catalog';
import type { Clock } from '../core/time/clock';
import type { Logger } from '../core/telemetry/logger';
import type { Act, DoorOperation, Operation } from '../core/operations';
import type { Sweeper } from '../jobs/contract';
import type { Store } from '../store/contract';

/** What every feature is made of, and what it may use. */

/**
 * `person` is a mention or a name, and arrives as an id (`turn.people` has the whole person). The last three take several words, up to the next
 * argument that is named: `text` arrives to the letter, for what is kept; `phrase` and `moment` arrive with straight quotes, single spaces and no full
 * stop behind, for what is read.
 */
export type ArgumentKind =
  'service' | 'environment' | 'release' | 'deployment' | 'person' | 'word' | 'moment' | 'phrase' | 'text';

/** One typed argument. Every one may also be written as `name=value`, `keyword=value` or `--name value`, in any order. */
export interface ArgumentSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly summary: string;
  /** A word that may stand before it: `to`, `in`, `on`. */
  readonly keyword?: string;
  /** Without it the router asks with a card of choices before the command runs. */
  readonly required?: boolean;
  /** What a card offers to choose from, where the kind does not say it. */
  readonly choices?: (catalog: Catalog) => readonly string[];
  /** Whether a group of the catalog will do in place of a person; it arrives as `group:<name>`. */
  readonly groups?: true;
}

export type Arguments = Readonly<Record<string, string | undefined>>;

export type Topic = 'Ship' | 'Decide' | 'Look' | 'Talk';

/** What every way to start something says of it, so that a mark in the catalog holds the operation at each of them. */
export interface Door<Input> {
  /** What it does; `look` changes nothing, `answer` answers a question that Gavel asked this very person. */
  readonly operation: DoorOperation;
  /** What it can do besides, by what is chosen with it. */
  readonly also?: readonly Operation[];
  /**
   * What this input would do and to what, from the stored record; none where it would change nothing. Called only where the catalog marks
   * one of its operations, before anything is done; throws `UserError` where running it would. Left out: its one operation, on the service
   * and environment that the line names, and on everything where it names none.
   */
  readonly acts?: (turn: Turn, input: Input) => Promise<readonly Act[]>;
}

/** One typed command: help, questions for arguments, validation, completion and the manifest all come from this. */
export interface Command extends Door<Arguments> {
  /** One or more words, imperative: `deploy`, `announce`. */
  readonly name: string;
  /** Other words that mean the same, for example `hi` for `hello`. */
  readonly synonyms?: readonly string[];
  readonly summary: string;
  readonly topic: Topic;
  readonly arguments: readonly ArgumentSpec[];
  /** Complete lines as people type them; the first is shown in help. */
  readonly examples: readonly string[];
  /**
   * Whoever may do this nowhere is refused before the line is read further; undefined: everybody in an allowed tenant.
   * `run` checks the right on all that it really touches.
   */
  readonly right: Right | undefined;
  /** It only opens a form or a question, and the button there does it: no mark holds it, and its examples can be clicked as they stand. */
  readonly asksFirst?: true;
  /** It refuses a secret in its own words; of all others, secrets in free text are masked before they run. */
  readonly refusesSecrets?: true;
  /** Whether it goes into the manifest's list of twelve. */
  readonly inManifest: boolean;
  readonly effect?: Foresee<Arguments>;
  run(turn: Turn, args: Arguments): Promise<Reply>;
}

/**
 * What it would change as things stand, said before it is done: a sentence or two for a TextBlock, outside words
 * escaped. Changes nothing, and throws `UserError` where running it would.
 */
export type Foresee<Input> = (turn: Turn, input: Input) => Promise<string>;

/** One clicked verb, `<feature>.<verb>`. Client data is parsed by `input` first; who may is checked in `run`, against the stored record. */
export interface Action<Input = unknown> extends Door<Input> {
  readonly verb: string;
  /** Whether a click may change something; such a verb refuses the `automatic` trigger. */
  readonly changes: boolean;
  readonly input: z.ZodType<Input>;
  /** The fields of the input in which people write words of their own: secrets in them are masked before it runs. */
  readonly freeText?: readonly string[];
  readonly effect?: Foresee<Input>;
  run(turn: Turn, input: Input): Promise<Reply>;
}

/** Keeps the input type between parser and handler while the feature lists it among others. */
export function defineAction<Input>(action: Action<Input>): Action {
  return action as Action<unknown> as Action;
}

export interface Feature {
  readonly name: string;
  readonly commands?: readonly Command[];
  readonly actions?: readonly Action[];
  readonly dialogs?: readonly (ChatDialog & Pick<Door<string>, 'operation' | 'also'>)[];
  /** What it keeps of people, for `my data`. */
  readonly personalData?: readonly PersonalData[];
}

/** One kind of data that is kept of a person: they can read it and have it deleted. */
export interface PersonalData {
  /** As people call it, in the plural: `memories`, `aliases`. */
  readonly name: string;
  /** What of it stays after a deletion and why, as a sentence; left out when nothing does. */
  readonly stays?: string;
  /** All of it stays, as `stays` says. */
  readonly isKept?: true;
  /** How much there is, where that can be told without reading all of it; where it isn't exact, there's more. */
  countOf?(personId: string): Promise<{ readonly count: number; readonly isExact: boolean }>;
  /** All of it, as JSON shows it. */
  exportOf(personId: string): Promise<readonly object[]>;
  /** Deletes it; how many entries. Called again with the same person, it finds nothing more. */
  deleteOf(personId: string): Promise<number>;
}

/** What somebody typed or clicked, so that it can be done later just the same. */
export interface Asked {
  /** The command or the verb: the door it came through. */
  readonly action: string;
  /** What it does and to what, as it was when it was asked. */
  readonly acts: readonly Act[];
  /** The whole line that was typed. */
  readonly line?: string;
  /** The line as people read it, with names in place of ids; left out where it is the same. */
  readonly words?: string;
  /** What was sent with the click. */
  readonly input?: unknown;
}

/** Looks at what is about to be done; a reply means that it is not done now. `effect` says what it would change, where anybody can say. */
export type Guard = (turn: Turn, asked: Asked, effect: () => Promise<string | undefined>) => Promise<Reply | undefined>;

/** A line that somebody else prepared. It is shown first and runs only when the reader says so, unless it only looks. */
export interface Prepared {
  readonly line: string;
  /** What it is called: `standup`. */
  readonly title: string;
  /** Who prepared it and for whom, in a sentence with outside words escaped. */
  readonly by: string;
}

/** What stands behind a line that is no command: the line that is meant, by whoever made it. Asked once for each line. */
export type Expand = (turn: Turn, text: string) => Promise<string | Prepared | undefined>;

/** One turn that has ended, for the history. */
export interface Ended {
  /** The typed line, or the verb of a button. */
  readonly said: string;
  /** The line it stood for, where that is another one. */
  readonly meant?: string;
  /** `deployments.deploy`, `approvals.approve`; `chat.turn` when nothing was understood. */
  readonly what: string;
  /** `done`, `refused`, `failed`, `not understood`, … */
  readonly outcome: string;
  readonly reply: Reply;
}

/** Hears of every turn that a person caused; returns at once and never throws. */
export type Note = (turn: Turn, ended: Ended) => void;

/** One thing that was looked at in the installation; `problem` says what is wrong with it and how to mend that. */
export interface Look {
  readonly about: string;
  /** It wasn't checked, and what to do so that it is. */
  readonly unchecked?: string;
  readonly problem?: string;
}

/** What `app.ts` gives each feature. */
export interface FeatureDependencies {
  readonly catalog: () => Catalog;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly connectorOf: ConnectorOf;
  readonly sweeper: Sweeper;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Who answers for Gavel in a place; nobody is known where it is left out. */
  readonly ownerOf?: (placeId: string) => Promise<{ readonly personId: string } | undefined>;
  /** Whether somebody is still a member of a place; also true where nobody can tell. */
  readonly isStillIn?: (personId: string, placeId: string) => Promise<boolean>;
  /** Whether Gavel was removed from a place, or the place is gone: nothing arrives there. */
  readonly isGone?: (placeId: string) => Promise<boolean>;
  /** The IANA time zone that somebody named as theirs; left out, everybody lives by the catalog's. */
  readonly zoneOf?: (personId: string) => Promise<string | undefined>;
  /** What is kept of people outside the features. Asked late, when everything is there. */
  readonly personalData?: () => readonly PersonalData[];
  /** Looks at all that Gavel needs from outside; never rejects. Asked late. */
  readonly looks?: () => Promise<readonly Look[]>;
}
