import { z } from 'zod';

/** What of GitHub's answers about source control is used. */

const words = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const moment = z
  .string()
  .nullish()
  .transform((at) => {
    const time = typeof at === 'string' ? Date.parse(at) : NaN;
    return Number.isNaN(time) ? undefined : time;
  });
const User = z.object({ login: z.string() });

const Signature = z.object({ name: words, email: words, date: moment });
const CommitEntry = z.object({
  sha: z.string().regex(/^[0-9a-f]{40,64}$/),
  commit: z.object({ message: words, author: Signature.nullish(), committer: Signature.nullish() }),
  author: z.object({ login: z.string().optional() }).nullish(),
});
export type CommitEntry = z.output<typeof CommitEntry>;
export const CommitAnswer = CommitEntry;
/** What GitHub says of a reference that it doesn't know. An answer about a field that it refuses lists that field in `errors`. */
export const NoCommitAnswer = z.object({
  message: z.string(),
  documentation_url: z.string(),
  errors: z.undefined().optional(),
});
export const CommitsAnswer = z.array(CommitEntry);

/** Oldest first, a page at a time. */
export const ComparisonAnswer = z.object({
  status: z.enum(['ahead', 'behind', 'diverged', 'identical']),
  total_commits: z.number().int(),
  commits: CommitsAnswer,
});

export const ReleasesAnswer = z.array(
  z.object({ tag_name: z.string(), draft: z.boolean(), published_at: moment, created_at: moment }),
);
export const TagsAnswer = z.array(z.object({ name: z.string(), commit: z.object({ sha: z.string() }) }));

const PullEntry = z.object({
  number: z.number().int(),
  title: z.string(),
  user: User.nullish(),
  created_at: moment,
  draft: z.boolean().default(false),
  requested_reviewers: z
    .array(User)
    .nullish()
    .transform((all) => all ?? []),
  requested_teams: z
    .array(z.object({ name: z.string() }))
    .nullish()
    .transform((all) => all ?? []),
  head: z.object({ sha: z.string() }),
  html_url: words,
});
export type PullEntry = z.output<typeof PullEntry>;
export const PullsAnswer = z.array(PullEntry);

const PullReview = z.object({ user: User.nullish(), state: z.string() });
export type PullReview = z.output<typeof PullReview>;
export const PullReviewsAnswer = z.array(PullReview);

/** One thing that happened to a pull request; the fields of a review that was requested. */
const PullEvent = z.object({
  event: z.string().optional(),
  created_at: moment,
  requested_reviewer: z.object({ login: z.string().optional() }).nullish(),
  requested_team: z.object({ name: z.string().optional() }).nullish(),
});
export type PullEvent = z.output<typeof PullEvent>;
export const PullEventsAnswer = z.array(PullEvent);

const CheckRun = z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullish(), html_url: words });
export type CheckRun = z.output<typeof CheckRun>;
export const CheckRunsAnswer = z.object({ total_count: z.number().int(), check_runs: z.array(CheckRun) });

const CommitStatus = z.object({ context: z.string(), state: z.string(), target_url: words });
export type CommitStatus = z.output<typeof CommitStatus>;
export const CombinedStatusAnswer = z.object({ total_count: z.number().int(), statuses: z.array(CommitStatus) });
