import { z } from 'zod';

/** What of Jira’s answers is used. Cloud and Data Center differ only in texts, which aren’t read. */

const words = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const moment = words.transform((at) => {
  // Jira writes the zone without a colon.
  const time = Date.parse(at.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(time) ? 0 : time;
});
const Named = z.object({ name: z.string() });
const Status = z.object({ name: z.string(), statusCategory: z.object({ key: z.string() }) });

/** What a project key may be is up to the administrator; this is what an issue key always is. */
const issueKey = z.string().regex(/^[A-Z][A-Z0-9_]{0,254}-\d{1,18}$/);

export const JiraIssueAnswer = z.object({
  key: issueKey,
  fields: z.object({
    summary: words,
    status: Status,
    resolution: Named.nullish(),
    assignee: z.object({ displayName: words }).nullish(),
    labels: z.array(z.string()).default([]),
    created: moment,
    updated: moment,
  }),
});
export type JiraIssueEntry = z.output<typeof JiraIssueAnswer>;

/** Data Center has no token for the next page. */
export const JqlAnswer = z.object({ issues: z.array(JiraIssueAnswer), nextPageToken: z.string().nullish() });

export const CreatedAnswer = z.object({ key: issueKey });

const ScreenField = z.object({
  required: z.boolean(),
  name: words,
  hasDefaultValue: z.boolean().nullish(),
  /** Only those of resolutions are used, and each has a name. */
  allowedValues: z.array(z.object({ name: words }).catch({ name: '' })).nullish(),
});

export const TransitionsAnswer = z.object({
  transitions: z.array(z.object({ id: z.string(), to: Status, fields: z.record(z.string(), ScreenField).nullish() })),
});
export type TransitionEntry = z.output<typeof TransitionsAnswer>['transitions'][number];

export const CommentsAnswer = z.object({
  total: z.number(),
  comments: z.array(z.object({ body: z.unknown(), created: moment })),
});

export const PermissionsAnswer = z.object({
  permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })),
});

/** Cloud names the list after what is in it, Data Center calls it `values`. */
const issueTypes = z.array(z.object({ id: z.string(), name: z.string() })).optional();
export const IssueTypesAnswer = z
  .object({ issueTypes, values: issueTypes })
  .transform((answer) => answer.issueTypes ?? answer.values ?? []);

const createFields = z.array(z.object({ fieldId: z.string() })).optional();
export const CreateFieldsAnswer = z
  .object({ fields: createFields, values: createFields })
  .transform((answer) => answer.fields ?? answer.values ?? []);

export const MyselfAnswer = z.object({ displayName: words });
