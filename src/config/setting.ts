import type { z } from 'zod';

/** How a setting is declared. */
export interface Setting {
  readonly name: string;
  readonly summary: string;
  readonly parse: z.ZodType;
  /** Shown in `.env.example`; also the value when the setting is absent, unless it says something else in brackets. */
  readonly fallback: string;
  readonly secret?: true;
  readonly group: 'Telemetry' | 'Where it runs' | 'Microsoft Teams' | 'App package' | 'Log' | 'Sandbox';
}
