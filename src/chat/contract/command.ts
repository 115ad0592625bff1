import type { z } from 'zod';
import type { Right } from '../../core/catalog';
import type { Act, DoorOperation, Operation } from '../../core/operations';
import type { Arguments, ArgumentSpec } from './arguments';
import type { Reply, Turn } from './turn';

/** The ways to start something: typed commands and clicked buttons. */

export type Topic = 'Ship' | 'Decide' | 'Look' | 'Talk';

/** What every way to start something says of it, so that a mark in the catalog holds the operation at each of them. */
export interface Door<Input> {
  /**
   * What it does. `look` changes nothing, so it may be done by a card that refreshes by itself, and its failures leave no audit entry; `answer` answers a
   * question that Gavel asked this very person.
   */
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
  readonly preview?: Preview<Arguments>;
  run(turn: Turn, args: Arguments): Promise<Reply>;
}

/**
 * What it would change as things stand, said before it is done: a sentence or two for a TextBlock, outside words
 * escaped. Changes nothing, and throws `UserError` where running it would.
 */
type Preview<Input> = (turn: Turn, input: Input) => Promise<string>;

/** One clicked verb, `<feature>.<verb>`. Client data is parsed by `input` first; who may is checked in `run`, against the stored record. */
export interface Action<Input = unknown> extends Door<Input> {
  readonly verb: string;
  readonly input: z.ZodType<Input>;
  /** The fields of the input in which people write words of their own: secrets in them are masked before it runs. */
  readonly freeText?: readonly string[];
  readonly preview?: Preview<Input>;
  run(turn: Turn, input: Input): Promise<Reply>;
}

/** Keeps the input type between parser and handler while the feature lists it among others. */
export function defineAction<Input>(action: Action<Input>): Action {
  return action as Action<unknown> as Action;
}
