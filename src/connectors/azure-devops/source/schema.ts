import { z } from 'zod';
import { Identity, moment, words } from '../schema';

/** What Gavel reads of repositories, pull requests, and environments. */

export const AzureRepository = z.object({
  ...{ id: words, defaultBranch: words, webUrl: words },
  project: z.object({ id: words }).nullish(),
});

export const GitRef = z.object({ name: z.string(), objectId: z.string(), peeledObjectId: words });

const Signature = z
  .object({ name: words, email: words, date: moment })
  .nullish()
  .transform((given) => given ?? { name: '', email: '', date: undefined });

export const GitCommit = z.object({
  ...{ commitId: z.string(), comment: words, author: Signature, committer: Signature },
  commentTruncated: z.boolean().nullish(),
});
export type GitCommit = z.output<typeof GitCommit>;

export const CommitDiff = z.object({ aheadCount: z.number().int(), behindCount: z.number().int() });

const Reviewer = z.object({
  displayName: words,
  vote: z.number().int(),
  isRequired: z.boolean().nullish(),
});

export const AzurePull = z.object({
  ...{ pullRequestId: z.number().int(), title: words, creationDate: moment },
  isDraft: z.boolean().nullish(),
  createdBy: Identity.nullish(),
  reviewers: z
    .array(Reviewer)
    .nullish()
    .transform((given) => given ?? []),
});
export type AzurePull = z.output<typeof AzurePull>;

export const GitStatus = z.object({
  state: words,
  context: z.object({ name: words, genre: words }).nullish(),
  targetUrl: words,
});
export type GitStatus = z.output<typeof GitStatus>;

export const PolicyEvaluation = z.object({
  status: words,
  configuration: z.object({
    type: z.object({ displayName: words }),
    settings: z.object({ displayName: words }).nullish(),
  }),
});
export type PolicyEvaluation = z.output<typeof PolicyEvaluation>;

export const AzureEnvironment = z.object({ id: z.number().int(), name: z.string() });

export const EnvironmentRecord = z.object({
  ...{ result: words, finishTime: moment },
  owner: z.object({ id: z.number().int() }).nullish(),
  definition: z.object({ id: z.number().int(), name: words }).nullish(),
});
