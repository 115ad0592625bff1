import type { ParseArgsConfig } from 'node:util';

/** One command of `npx gavel`: a file of its own, and a line in `commands/index.ts`. */
export interface LineCommand {
  /** The words that call it, as `audit verify`. */
  readonly name: string;
  /** What may follow the words, as the usage shows it: `[port]`. */
  readonly argument?: string;
  /** A sentence without a capital and a full stop. */
  readonly summary: string;
  readonly options?: readonly LineOption[];
  /** Whether it reads settings, and so takes `--settings <file>`. */
  readonly readsSettings: boolean;
  /** Resolves to the exit code. May throw `UsageError` for words that aren't understood. */
  run(call: LineCall): Promise<number>;
}

export interface LineOption {
  readonly name: string;
  /** What stands behind it in the usage; absent for a switch. */
  readonly value?: string;
  readonly summary: string;
  readonly multiple?: true;
}

export interface LineCall {
  /** What follows the words of the command; at most one unless it says otherwise. */
  readonly argument: string | undefined;
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the settings come from a file that was named. */
  readonly settingsFile: string | undefined;
  readonly print: (line: string) => void;
}

/** The call wasn't understood; its message says why in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type ParsedOptions = NonNullable<ParseArgsConfig['options']>;
