import type { Jira } from './double';
import { dateOf, issueOf, statusOf } from './world';
import type { IssueState, Transition } from './world';

/** What each operation of the double does. */

/** An answer that isn’t the one of success. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

interface Created {
  readonly fields: {
    readonly project: { readonly key: string };
    readonly issuetype: { readonly name: string };
    readonly summary: string;
    readonly description: unknown;
    readonly labels: readonly string[];
  };
  readonly properties: readonly unknown[];
}

/** Each operation reads what it was held to. */
interface Call {
  readonly jira: Jira;
  readonly place: readonly string[];
  readonly query: URLSearchParams;
  readonly sent: Created & {
    readonly transition: { readonly id: string };
    readonly fields?: { readonly resolution?: { readonly name: string } };
    readonly body: unknown;
    readonly globalId: string;
    readonly object: { readonly url: string; readonly title: string };
  };
}

function need(jira: Jira, permission: string, status = 403): void {
  if (!jira.permissions.has(permission)) throw new Refusal(status, `needs ${permission}`);
}

function issueAt({ jira, place: [key] }: Call): IssueState {
  need(jira, 'BROWSE_PROJECTS', 404);
  const issue = jira.issues.find((each) => each.key === key);
  if (!issue) throw new Refusal(404, 'Issue does not exist or you do not have permission to see it.');
  return issue;
}

const selfOf = (jira: Jira, place: string): string => `${jira.url}/rest/api/${place}`;

function showIssue(jira: Jira, issue: IssueState) {
  const { key, summary, status, resolution, assignee, labels, created, updated } = issue;
  return {
    ...{ id: key.replace(/\D+/, ''), key, self: selfOf(jira, `issue/${key}`) },
    fields: {
      ...{ summary, status: statusOf(status), labels, created: dateOf(created), updated: dateOf(updated) },
      resolution: resolution === undefined ? null : { id: resolution, name: resolution },
      assignee: assignee === undefined ? null : { displayName: assignee, active: true },
    },
  };
}

const isDocument = (body: unknown): boolean => typeof body === 'object';

/** Cloud takes documents alone, Data Center texts. */
function readText(jira: Jira, body: unknown): unknown {
  if (isDocument(body) === (jira.edition === 'cloud')) return body;
  throw new Refusal(400, 'Operation value must be of the other kind');
}

function showField(key: string, { name, allowed }: Transition['required'][string]) {
  return {
    ...{ required: true, name, key, hasDefaultValue: false, operations: ['set'], schema: { type: key, system: key } },
    ...(allowed && { allowedValues: allowed.map((each) => ({ id: each, name: each })) }),
  };
}

function showTransition({ to, required }: Transition) {
  const fields = Object.entries(required).map(([key, field]) => [key, showField(key, field)] as const);
  return {
    ...{ id: `to ${to}`, name: to, to: statusOf(to), hasScreen: fields.length > 0, isAvailable: true },
    fields: Object.fromEntries(fields),
  };
}

const openTo = (jira: Jira, issue: IssueState): Transition[] =>
  jira.permissions.has('TRANSITION_ISSUES') ? jira.transitions.filter(({ to }) => to !== issue.status) : [];

function find({ jira, query }: Call): IssueState[] {
  const [, project, label] =
    /^project = "(\w+)" AND labels = "([\w-]+)" ORDER BY created ASC$/.exec(query.get('jql') ?? '') ?? [];
  if (project === undefined || label === undefined) throw new Refusal(400, 'The double can’t read this query');
  const known = jira.issues.slice(0, jira.indexed);
  return known.filter(({ key, labels }) => key.startsWith(`${project}-`) && labels.includes(label));
}

const paged = (jira: Jira, name: string, items: readonly object[]): object => {
  const page = { startAt: 0, maxResults: 200, total: items.length };
  return jira.edition === 'cloud' ? { ...page, [name]: items } : { ...page, isLast: true, values: items };
};

export const handlers: Readonly<Record<string, (call: Call) => unknown>> = {
  createIssue({ jira, sent: { fields, properties } }) {
    need(jira, 'CREATE_ISSUES', 400);
    if (!jira.issueTypes.includes(fields.issuetype.name)) throw new Refusal(400, 'Specify a valid issue type');
    if (fields.labels.length > 0 && !jira.createFields.includes('labels'))
      throw new Refusal(400, 'Field labels cannot be set. It is not on the appropriate screen, or unknown.');
    const key = `${fields.project.key}-${jira.issues.length + 1}`;
    const { summary, description, labels } = fields;
    const text = readText(jira, description);
    jira.issues.push(issueOf(key, jira.now(), { summary, description: text, labels, properties }));
    return { id: String(jira.issues.length), key, self: selfOf(jira, `issue/${key}`) };
  },
  getIssue: (call) => showIssue(call.jira, issueAt(call)),
  getTransitions: (call) => ({
    expand: 'transitions',
    transitions: openTo(call.jira, issueAt(call)).map(showTransition),
  }),
  doTransition(call) {
    const { jira, sent } = call;
    const issue = issueAt(call);
    const transition = openTo(jira, issue).find(({ to }) => `to ${to}` === sent.transition.id);
    if (!transition)
      throw new Refusal(
        400,
        'It seems that you have tried to perform an operation which you are not permitted to perform.',
      );
    const given = sent.fields?.resolution?.name;
    const { resolution, ...others } = transition.required;
    if (Object.keys(others).length > 0) throw new Refusal(400, 'A field is required');
    if ((resolution !== undefined) !== (given !== undefined)) throw new Refusal(400, 'Resolution');
    if (given !== undefined && !resolution?.allowed?.includes(given)) throw new Refusal(400, 'No such resolution');
    issue.status = transition.to;
    issue.resolution = given;
    issue.updated = jira.now();
  },
  getComments(call) {
    const { comments } = issueAt(call);
    const startAt = Number(call.query.get('startAt'));
    const newest = comments.map((each, index) => showComment(each, index)).reverse();
    return { startAt, maxResults: 100, total: comments.length, comments: newest.slice(startAt, startAt + 100) };
  },
  addComment(call) {
    const issue = issueAt(call);
    need(call.jira, 'ADD_COMMENTS');
    const comment = { body: readText(call.jira, call.sent.body), created: call.jira.now() };
    issue.comments.push(comment);
    return showComment(comment, issue.comments.length);
  },
  createOrUpdateRemoteIssueLink(call) {
    const { links } = issueAt(call);
    need(call.jira, 'LINK_ISSUES');
    links.set(call.sent.globalId, call.sent.object);
    return { id: links.size, self: selfOf(call.jira, 'remotelink') };
  },
  searchAndReconsileIssuesUsingJql(call) {
    const { jira, query } = call;
    if (jira.hasShortPages && query.get('nextPageToken') === null)
      return { issues: [], isLast: false, nextPageToken: 'the rest' };
    return { issues: find(call).map((issue) => showIssue(jira, issue)), isLast: true };
  },
  search(call) {
    const issues = find(call).map((issue) => showIssue(call.jira, issue));
    return { expand: 'schema,names', startAt: 0, maxResults: 50, total: issues.length, issues };
  },
  getMyPermissions({ jira, query }) {
    if (query.get('projectKey') !== 'SHOP') throw new Refusal(404, 'No project could be found');
    const keys = ['BROWSE_PROJECTS', 'CREATE_ISSUES', 'ADD_COMMENTS', 'TRANSITION_ISSUES', 'LINK_ISSUES'];
    const show = (key: string) => ({
      ...{ id: '1', key, name: key, type: 'PROJECT', description: key },
      havePermission: jira.permissions.has(key),
    });
    return { permissions: Object.fromEntries(keys.map((key) => [key, show(key)])) };
  },
  getCreateIssueMetaIssueTypes: ({ jira }) =>
    paged(
      jira,
      'issueTypes',
      jira.issueTypes.map((name) => ({ id: `type-${name}`, name, subtask: false })),
    ),
  getCreateIssueMetaIssueTypeId: ({ jira }) =>
    paged(
      jira,
      'fields',
      jira.createFields.map((key) => ({ fieldId: key, key, name: key, required: key === 'summary' })),
    ),
  getCurrentUser: ({ jira }) => ({ self: selfOf(jira, 'myself'), displayName: 'Gavel', active: true }),
};

const showComment = ({ body, created }: IssueState['comments'][number], index: number) => ({
  ...{ id: String(index), body, created: dateOf(created) },
});
