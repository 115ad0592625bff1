import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { jsonIn } from '../../core/text';

/** What processes of this machine write for those that follow them. */

/** A process. Its start time distinguishes it from a later one with the same id. */
export const ProcessRecord = z.object({ processId: z.number().int(), startTime: z.string() });
export type ProcessRecord = z.infer<typeof ProcessRecord>;

/** What every run folder is claimed with. A connector adds what its script needs. */
export const RunClaim = z.looseObject({ key: z.string(), timeLimitMs: z.number(), claimedAt: z.number() });
export type RunClaim = z.infer<typeof RunClaim>;

/** The claim of a deployment. */
export const RunRequestRecord = RunClaim.extend({
  service: z.string(),
  environment: z.string(),
  version: z.string(),
  commit: z.string(),
});
export type RunRequestRecord = z.infer<typeof RunRequestRecord>;

/** As scripts write it, also those that an earlier version has started. */
export const RunResult = z.object({
  state: z.enum(['succeeded', 'failed', 'cancelled']),
  reason: z.string().optional(),
  endedAt: z.number(),
});
export type RunResult = z.infer<typeof RunResult>;

export const CancelRecord = z.object({ at: z.number() });

/** The text as JSON of this shape; undefined if it isn't. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  return schema.safeParse(jsonIn(text)).data;
}

/** The text of a file; empty if it can't be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The record in a file; undefined if it is missing or invalid. */
export function readRecord<T>(file: string, schema: z.ZodType<T>): T | undefined {
  return parseJson(textOf(file), schema);
}
