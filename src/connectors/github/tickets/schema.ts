import { z } from 'zod';

/** What of GitHub's answers about issues is used. */

const moment = z
  .string()
  .nullish()
  .transform((at) => {
    const time = typeof at === 'string' ? Date.parse(at) : NaN;
    return Number.isNaN(time) ? 0 : time;
  });
const words = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

const Label = z.union([z.string(), z.object({ name: words }).transform(({ name }) => name)]);

export const IssueAnswer = z.object({
  number: z.number().int().positive(),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  state_reason: words,
  body: words,
  html_url: words,
  assignees: z
    .array(z.object({ login: z.string() }))
    .nullish()
    .transform((all) => all ?? []),
  labels: z.array(Label).default([]),
  created_at: moment,
  updated_at: moment,
  /** GitHub lists pull requests as issues, too. */
  pull_request: z.unknown().optional(),
});
export type IssueEntry = z.output<typeof IssueAnswer>;
export const IssuesAnswer = z.array(IssueAnswer);

export const IssueCommentsAnswer = z.array(z.object({ body: words }));
