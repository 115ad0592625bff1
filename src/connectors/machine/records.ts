import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { jsonIn } from '../../core/text';

/** What processes of this machine write down for whoever follows them. */

/** A process, told from a later one with the same id by its start time. */
export const ProcessRecord = z.object({ processId: z.number().int(), startTime: z.string() });
export type ProcessRecord = z.infer<typeof ProcessRecord>;

/** What a connector adds, for the script that runs, stands beside. */
export const RunRequestRecord = z.looseObject({
  key: z.string(),
  service: z.string(),
  environment: z.string(),
  version: z.string(),
  commit: z.string(),
  timeLimitMs: z.number(),
  claimedAt: z.number(),
});
export type RunRequestRecord = z.infer<typeof RunRequestRecord>;

export const RunResult = z.object({
  state: z.enum(['succeeded', 'failed', 'cancelled']),
  reason: z.string().optional(),
  endedAt: z.number(),
});
export type RunResult = z.infer<typeof RunResult>;

export const CancelRecord = z.object({ at: z.number() });

/** What a text says as JSON of this shape; undefined when it is none. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(jsonIn(text)).data;
}

/** The text of a file; empty when it can't be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The record in a file; undefined when it is missing or is none. */
export function readRecord<T>(file: string, schema: z.ZodType<T>): T | undefined {
  return parseJson(textOf(file), schema);
}
