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

const common = {
  name: z.string(),
  label: z.string().optional(),
  description: z.string().optional(),
  isRequired: z.boolean(),
};
const choices = z.array(z.string());
/** A parameter in data, as `Parameter` describes it. */
export const ParameterRecord = z.discriminatedUnion('type', [
  z.object({
    ...common,
    type: z.literal('text'),
    initial: z.string().optional(),
    isMultiline: z.boolean().optional(),
    maximumLength: z.number().optional(),
  }),
  z.object({
    ...common,
    type: z.literal('number'),
    initial: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
  z.object({ ...common, type: z.literal('boolean'), initial: z.boolean().optional() }),
  z.object({ ...common, type: z.literal('choice'), choices, initial: z.string().optional() }),
  z.object({ ...common, type: z.literal('choices'), choices, initial: choices.optional() }),
  z.object({ ...common, type: z.literal('secret') }),
]);

/** What a script asks somebody to decide. `asks`: the parameters that an approval fills in. */
export const ApprovalRecord = z.object({
  id: z.string(),
  name: z.string(),
  since: z.number(),
  expiresAt: z.number(),
  asks: z.array(ParameterRecord).optional(),
});

/** How it was decided. `key`: by which decision of Gavel's, if it was one. */
export const DecisionRecord = z.object({
  approves: z.boolean(),
  by: z.string(),
  comment: z.string(),
  at: z.number(),
  answers: z.record(z.string(), z.union([z.string(), z.array(z.string()).readonly()])).optional(),
  key: z.string().optional(),
});
export type DecisionRecord = z.infer<typeof DecisionRecord>;

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
