import type { z } from 'zod';
import type { Right } from '../../core/catalog';
import type { Act, DoorOperation, Operation } from '../../core/operations';
import type { Arguments, ArgumentSpec } from './arguments';
import type { Reply, Turn } from './turn';

/** The ways to start something: typed commands and clicked buttons. */

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

/** A typed command. Help, questions for missing arguments, validation, completion and the app manifest all come from this object. */
export interface Command extends Door<Arguments> {
  /** One or more words, imperative: `deploy`, `announce`. */
  readonly name: string;
  /** Other words for it: `hi` for `hello`. */
  readonly synonyms?: readonly string[];
  readonly summary: string;
  readonly topic: Topic;
  readonly arguments: readonly ArgumentSpec[];
  /** Complete lines that work as they are; help shows the first. */
  readonly examples: readonly string[];
  /**
   * Someone who doesn't hold this right anywhere is refused before the rest of the line is read. Undefined means everyone in an allowed tenant. `run` has to
   * check the right on everything it touches.
   */
  readonly right: Right | undefined;
  /** It only opens a form or asks a question, and a button there does the work: no mark stops it, and its examples can be clicked right away. */
  readonly asksFirst?: true;
  /** It refuses secrets with a sentence of its own. For other commands, secrets in free text are masked before they run. */
  readonly refusesSecrets?: true;
  /** It's one of the twelve commands in the app manifest. */
  readonly inManifest?: boolean;
  readonly preview?: Preview<Arguments>;
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
  /** `approved` as for a command. */
  run(turn: Turn, input: Input, approved?: readonly Act[]): Promise<Reply>;
}

/** Lets an action with its own input type stand in a feature's list of actions. */
export function defineAction<Input>(action: Action<Input>): Action {
  return action as Action<unknown> as Action;
}
