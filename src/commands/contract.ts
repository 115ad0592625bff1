import type { ParseArgsConfig } from 'node:util';

/** One command of `npx gavel`: a file, and a line in `commands/index.ts`. */
export interface LineCommand {
  /** The words that call it, such as `audit verify`. */
  readonly name: string;
  /** What can follow these words, as the usage shows it: `[port]`. */
  readonly argument?: string;
  /** How many words that can be; one if omitted. */
  readonly maxWords?: number;
  /** A sentence without a capital and a period. */
  readonly summary: string;
  readonly options?: readonly LineOption[];
  /** Whether it reads settings, and so takes `--settings <file>`. */
  readonly readsSettings: boolean;
  /** Resolves to the exit code. Can throw `UsageError` for words that it doesn't understand. */
  run(call: LineCall): Promise<number>;
}

export interface LineOption {
  readonly name: string;
  /** Its value in the usage; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
  readonly multiple?: true;
}

export interface LineCall {
  /** What follows the words of the command. */
  readonly argument: string | undefined;
  /** The same with all words after it. */
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The named settings file, if there is one. */
  readonly settingsFile: string | undefined;
  readonly print: (line: string) => void;
}

/** The call wasn't understood; its message says why in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type ParsedOptions = NonNullable<ParseArgsConfig['options']>;
