import { z } from 'zod';

/** What Gavel reads in the answers of Azure DevOps. */

/** Any part can be missing, or null. */
export const words = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

/** In milliseconds since 1970. */
export const moment = z
  .string()
  .nullish()
  .transform((text) => {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) ? undefined : at;
  });

const id = z.number().int().nonnegative();
/** Some answers have them as text. */
const looseId = z.union([
  id,
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
]);

/** The page of something, https; empty if there’s none. */
const page = z
  .object({ web: z.object({ href: words }).nullish() })
  .nullish()
  .transform((links) => {
    const address = links?.web?.href ?? '';
    return address.startsWith('https://') ? address : '';
  });

export const Identity = z.object({ id: words, displayName: words });
export type Identity = z.output<typeof Identity>;

/** Every list comes in an object. */
export const listOf = <T extends z.ZodType>(each: T) => z.object({ value: z.array(each) });

export const ConnectionData = z.object({ authenticatedUser: z.object({ id: words, providerDisplayName: words }) });

const definition = { id, name: z.string().min(1), path: words };

/** A pipeline as lists show it. */
export const DefinitionEntry = z.object({ ...definition, queueStatus: words, _links: page });
export type DefinitionEntry = z.output<typeof DefinitionEntry>;

export const Definition = DefinitionEntry.extend({
  process: z.object({ yamlFilename: words }).nullish(),
  repository: z.object({ id: words, type: words, defaultBranch: words }).nullish(),
});
export type Definition = z.output<typeof Definition>;

export const FileItem = z.object({ content: z.string() });

export const Build = z.object({
  ...{ id, buildNumber: words, status: words, result: words, sourceBranch: words, sourceVersion: words },
  ...{ queueTime: moment, startTime: moment, finishTime: moment, _links: page },
  definition: z.object(definition),
  requestedFor: Identity.nullish(),
  templateParameters: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((given) => given ?? {}),
  tags: z
    .array(z.string())
    .nullish()
    .transform((given) => given ?? []),
});
export type Build = z.output<typeof Build>;

const Issue = z.object({ type: words, message: words });

/** A stage, phase, job, task or checkpoint. */
export const TimelineRecord = z.object({
  ...{ id: z.string(), type: words, name: words, identifier: words, state: words, result: words },
  ...{ startTime: moment, finishTime: moment },
  parentId: z.string().nullish(),
  order: z.number().nullish(),
  attempt: z
    .number()
    .int()
    .nullish()
    .transform((given) => given ?? 1),
  issues: z
    .array(Issue)
    .nullish()
    .transform((given) => given ?? []),
  log: z.object({ id }).nullish(),
});
export type TimelineRecord = z.output<typeof TimelineRecord>;

export const Timeline = z.object({ records: z.array(TimelineRecord) });

export const StartedRun = z.object({ id });

/** What it says when it refuses something. */
export const RefusalAnswer = z.object({ message: z.string() });

const Step = z.object({
  ...{ status: words, comment: words, lastModifiedOn: moment },
  actualApprover: Identity.nullish(),
  assignedApprover: Identity.nullish(),
});

export const AzureApproval = z.object({
  ...{ id: z.string(), status: words, createdOn: moment, instructions: words, permissions: words },
  minRequiredApprovers: z.number().int().nullish(),
  steps: z
    .array(Step)
    .nullish()
    .transform((given) => given ?? []),
  blockedApprovers: z
    .array(Identity)
    .nullish()
    .transform((given) => given ?? []),
  pipeline: z.object({ owner: z.object({ id: looseId }).nullish(), id: looseId.nullish(), name: words }).nullish(),
});
export type AzureApproval = z.output<typeof AzureApproval>;
