import { z } from 'zod';

/** What of Buildbot's answers is used. https://docs.buildbot.net/latest/developer/rest.html */

/** Seconds since 1970, as milliseconds; undefined if it hasn't happened. */
const moment = z
  .number()
  .nullish()
  .transform((seconds) => (typeof seconds === 'number' ? Math.round(seconds * 1_000) : undefined));

const results = z.number().int().nullish();
const id = z.number().int();
const word = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** One field of a form; `nested` ones group others. */
export interface FormField {
  readonly name: string;
  readonly fullName: string;
  readonly type: string;
  readonly label: string;
  readonly default?: unknown;
  readonly required: boolean;
  readonly multiple: boolean;
  readonly hide: boolean;
  readonly maxsize?: number | null | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly strict: boolean;
  readonly fields: readonly FormField[];
}

const FormField: z.ZodType<FormField> = z.lazy(() =>
  z.object({
    name: z
      .string()
      .nullish()
      .transform((name) => name ?? ''),
    fullName: z
      .string()
      .nullish()
      .transform((name) => name ?? ''),
    type: z.string().default(''),
    label: z
      .string()
      .nullish()
      .transform((label) => label ?? ''),
    default: z.unknown().optional(),
    required: z.boolean().default(false),
    multiple: z.boolean().default(false),
    hide: z.boolean().default(false),
    maxsize: z.number().nullish(),
    choices: z.array(word).optional(),
    strict: z.boolean().default(true),
    fields: z.array(FormField).default([]),
  }),
);

const Scheduler = z.object({
  name: z.string().min(1),
  label: z.string().default(''),
  enabled: z.boolean().default(true),
  builder_names: z.array(z.string()),
  all_fields: z.array(FormField),
});
export type Scheduler = z.output<typeof Scheduler>;
export const SchedulersAnswer = z.object({ forceschedulers: z.array(Scheduler) });

const Buildset = z.object({ bsid: id, reason: z.string(), submitted_at: moment });
export const BuildsetsAnswer = z.object({ buildsets: z.array(Buildset) });

const BuildRequest = z.object({
  buildrequestid: id,
  builderid: id,
  complete: z.boolean(),
  results,
  submitted_at: moment,
  complete_at: moment,
});
export type BuildRequest = z.output<typeof BuildRequest>;
export const RequestsAnswer = z.object({ buildrequests: z.array(BuildRequest) });

const Build = z.object({
  buildid: id,
  builderid: id,
  number: z.number().int(),
  complete: z.boolean(),
  results,
  started_at: moment,
  complete_at: moment,
  state_string: z.string().default(''),
});
export type Build = z.output<typeof Build>;
export const BuildsAnswer = z.object({ builds: z.array(Build) });

const BuildStep = z.object({
  stepid: id,
  name: z.string(),
  complete: z.boolean(),
  results,
  started_at: moment,
  complete_at: moment,
  state_string: z.string().default(''),
  hidden: z.boolean().default(false),
});
export type BuildStep = z.output<typeof BuildStep>;
export const StepsAnswer = z.object({ steps: z.array(BuildStep) });

const Log = z.object({ logid: id, type: z.string(), num_lines: z.number().int() });
export type Log = z.output<typeof Log>;
export const LogsAnswer = z.object({ logs: z.array(Log) });

export const ChunksAnswer = z.object({ logchunks: z.array(z.object({ content: z.string() })) });

/** Each property with its value and where that is from. */
export const PropertiesAnswer = z.object({
  properties: z.array(z.record(z.string(), z.tuple([z.unknown(), z.string()]))),
});

/** The set that was started, and its request for each builder. */
export const StartAnswer = z.object({ result: z.tuple([id, z.unknown()]) });

export const DoneAnswer = z.object({ result: z.null() });
