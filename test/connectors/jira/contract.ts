import { z } from 'zod';

/**
 * The calls of Jira that Gavel makes, with the shapes of what is sent and answered, from the vendor’s OpenAPI of Jira Cloud:
 * https://dac-static.atlassian.com/cloud/jira/platform/swagger-v3.v3.json, where `name` is the operation. What Data Center has otherwise is from
 * https://developer.atlassian.com/server/jira/platform/rest/. Only what the double sends is in the answers.
 */

export interface Operation {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Below `/rest/api/3` or `/rest/api/2`; `{}` stands for one encoded part. */
  readonly path: string;
  readonly query?: readonly string[];
  readonly sent?: z.ZodType;
  readonly status: number;
  readonly answered: z.ZodType;
  readonly editions: readonly Edition[];
}
export type Edition = 'cloud' | 'data-center';

const words = z.string();
const both: readonly Edition[] = ['cloud', 'data-center'];

/** https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
const textNode = z.strictObject({
  type: z.literal('text'),
  text: words.min(1),
  marks: z.array(z.strictObject({ type: z.literal('link'), attrs: z.strictObject({ href: z.url() }) })).optional(),
});
const document = z.strictObject({
  ...{ type: z.literal('doc'), version: z.literal(1) },
  content: z.array(
    z.strictObject({
      type: z.literal('paragraph'),
      content: z.array(z.union([textNode, z.strictObject({ type: z.literal('hardBreak') })])),
    }),
  ),
});
/** A document in Cloud, wiki markup in Data Center: the double knows which it is. */
const body = z.union([document, words]);

const property = z.strictObject({ key: words.max(255), value: z.unknown() });
const category = z.strictObject({
  id: z.number(),
  key: z.enum(['new', 'indeterminate', 'done', 'undefined']),
  name: words,
});
const status = z.strictObject({ id: words, name: words, statusCategory: category });
const resolution = z.strictObject({ id: words, name: words });

/** `2026-11-30T10:00:00.000+0000` */
const date = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$/);

/** IssueBean */
const issue = z.strictObject({
  ...{ id: words, key: words, self: z.url() },
  fields: z.strictObject({
    ...{
      summary: words,
      status,
      resolution: resolution.nullable(),
      labels: z.array(words),
      created: date,
      updated: date,
    },
    assignee: z.strictObject({ displayName: words, active: z.boolean() }).nullable(),
  }),
});

/** FieldMetadata */
const field = z.strictObject({
  ...{ required: z.boolean(), name: words, key: words, hasDefaultValue: z.boolean(), operations: z.array(words) },
  schema: z.strictObject({ type: words, system: words.optional() }),
  allowedValues: z.array(z.unknown()).optional(),
});

/** IssueTransition */
const transition = z.strictObject({
  ...{ id: words, name: words, to: status, hasScreen: z.boolean(), isAvailable: z.boolean() },
  fields: z.record(words, field),
});

const comment = z.strictObject({ id: words, body, created: date });
const page = { startAt: z.number(), maxResults: z.number(), total: z.number() };
const types = z.array(z.strictObject({ id: words, name: words, subtask: z.boolean() }));
const fields = z.array(z.strictObject({ fieldId: words, key: words, name: words, required: z.boolean() }));
/** Cloud names the list; the pages of Data Center have `values`. */
const pageOf = (name: string, items: z.ZodType): z.ZodType =>
  z.union([
    z.strictObject({ ...page, [name]: items }),
    z.strictObject({ ...page, isLast: z.boolean(), values: items }),
  ]);

export const operations: readonly Operation[] = [
  {
    ...{ name: 'createIssue', method: 'POST', path: 'issue', status: 201, editions: both },
    sent: z.strictObject({
      fields: z.strictObject({
        ...{ project: z.strictObject({ key: words }), issuetype: z.strictObject({ name: words }) },
        ...{ summary: words.min(1).max(255), description: body, labels: z.array(words.regex(/^\S{1,255}$/)) },
      }),
      properties: z.array(property),
    }),
    answered: z.strictObject({ id: words, key: words, self: z.url() }),
  },
  {
    ...{ name: 'getIssue', method: 'GET', path: 'issue/{}', query: ['fields'], status: 200, editions: both },
    answered: issue,
  },
  {
    ...{ name: 'getTransitions', method: 'GET', path: 'issue/{}/transitions', query: ['expand'], status: 200 },
    ...{ editions: both, answered: z.strictObject({ expand: words, transitions: z.array(transition) }) },
  },
  {
    ...{ name: 'doTransition', method: 'POST', path: 'issue/{}/transitions', status: 204, editions: both },
    sent: z.strictObject({
      transition: z.strictObject({ id: words }),
      fields: z.strictObject({ resolution: z.strictObject({ name: words }) }).optional(),
    }),
    answered: z.undefined(),
  },
  {
    ...{ name: 'getComments', method: 'GET', path: 'issue/{}/comment', status: 200, editions: both },
    query: ['startAt', 'maxResults', 'orderBy'],
    answered: z.strictObject({ ...page, comments: z.array(comment) }),
  },
  {
    ...{ name: 'addComment', method: 'POST', path: 'issue/{}/comment', status: 201, editions: both },
    ...{ sent: z.strictObject({ body }), answered: comment },
  },
  {
    ...{ name: 'createOrUpdateRemoteIssueLink', method: 'POST', path: 'issue/{}/remotelink', status: 201 },
    editions: both,
    sent: z.strictObject({
      globalId: words.max(255),
      application: z.strictObject({ name: words }),
      object: z.strictObject({ url: z.url(), title: words.min(1) }),
    }),
    answered: z.strictObject({ id: z.number(), self: z.url() }),
  },
  {
    ...{
      name: 'searchAndReconsileIssuesUsingJql',
      method: 'GET',
      path: 'search/jql',
      status: 200,
      editions: ['cloud'],
    },
    query: ['jql', 'fields', 'maxResults', 'nextPageToken'],
    answered: z.strictObject({ issues: z.array(issue), isLast: z.boolean(), nextPageToken: words.optional() }),
  },
  {
    ...{ name: 'search', method: 'GET', path: 'search', status: 200, editions: ['data-center'] },
    query: ['jql', 'fields', 'maxResults', 'startAt'],
    answered: z.strictObject({ expand: words, ...page, issues: z.array(issue) }),
  },
  {
    ...{ name: 'getMyPermissions', method: 'GET', path: 'mypermissions', status: 200, editions: both },
    query: ['projectKey', 'permissions'],
    answered: z.strictObject({
      permissions: z.record(
        words,
        z.strictObject({
          id: words,
          key: words,
          name: words,
          type: words,
          description: words,
          havePermission: z.boolean(),
        }),
      ),
    }),
  },
  {
    ...{ name: 'getCreateIssueMetaIssueTypes', method: 'GET', path: 'issue/createmeta/{}/issuetypes', status: 200 },
    ...{ query: ['startAt', 'maxResults'], editions: both, answered: pageOf('issueTypes', types) },
  },
  {
    ...{ name: 'getCreateIssueMetaIssueTypeId', method: 'GET', path: 'issue/createmeta/{}/issuetypes/{}', status: 200 },
    ...{ query: ['startAt', 'maxResults'], editions: both, answered: pageOf('fields', fields) },
  },
  {
    ...{ name: 'getCurrentUser', method: 'GET', path: 'myself', status: 200, editions: both },
    answered: z.strictObject({ self: z.url(), displayName: words, active: z.boolean() }),
  },
];

/** ErrorCollection */
export const errors = z.strictObject({ errorMessages: z.array(words), errors: z.record(words, words) });
