import type { z } from 'zod';

/** Local mode serves this machine only; with a registration Gavel serves Teams. */
export type Mode = 'local' | 'teams';

/** How a setting is declared. */
export type Setting = {
  readonly name: string;
  readonly summary: string;
  /** Reads the text; the message of what it refuses completes "It must be …". */
  readonly parse: z.ZodType;
  readonly secret?: true;
  readonly group: 'Telemetry' | 'Where it runs' | 'Microsoft Teams' | 'App package' | 'Log' | 'Sandbox';
} & (
  | {
      /** The value when it is left out, written as a person would write it and read by `parse`; both where the modes differ. */
      readonly default: string | Readonly<Record<Mode, string>>;
      readonly without?: never;
    }
  | {
      /** There is no default: what happens without it, in words. */
      readonly without: string;
      readonly default?: never;
    }
);
