import type { Call, Handler } from './handlers';
import { paged, refuse, repositoryOf } from './handlers';
import { person } from './identities';
import type { OperationId } from './openapi/operations';

/** What the double does for issues. */

export interface IssueState {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  state: 'open' | 'closed';
  reason: string | null;
  labels: string[];
  assignees: string[];
  readonly comments: { body: string; createdAt: string }[];
  /** Whether lists show it already. */
  isListed: boolean;
  updatedAt: string;
}

/** An issue that somebody opened. */
export function issueOf(number: number, given: Partial<IssueState> = {}): IssueState {
  const usual = { number, title: `Issue ${number}`, body: '', state: 'open', reason: null, isListed: true } as const;
  return { ...usual, labels: [], assignees: [], comments: [], updatedAt: new Date().toISOString(), ...given };
}

function write({ github, caller }: Call): void {
  if (caller === 'person' && !github.mayWrite) refuse(403, 'Resource not accessible by personal access token');
  if (caller === 'installation' && github.permissions['issues'] !== 'write')
    refuse(403, 'Resource not accessible by integration');
}

function answerOf(call: Call, issue: IssueState): object {
  return {
    ...{ number: issue.number, title: issue.title, body: issue.body, state: issue.state, state_reason: issue.reason },
    ...{ labels: issue.labels.map((name) => ({ name })), assignees: issue.assignees.map((login) => ({ login })) },
    ...{ user: { login: person }, updated_at: issue.updatedAt, created_at: issue.updatedAt },
    html_url: `https://github.example/${repositoryOf(call).name}/issues/${issue.number}`,
  };
}

function issueAt(call: Call): IssueState {
  const number = Number(call.path['issue_number']);
  return repositoryOf(call).issues.find((each) => each.number === number) ?? refuse(404, 'Not Found');
}

function change(call: Call, changed: Partial<IssueState>): IssueState {
  const issue = issueAt(call);
  return Object.assign(issue, changed, { updatedAt: new Date().toISOString() });
}

/** `since` counts changes, as GitHub does. */
const since = <T>(all: readonly T[], at: (each: T) => string, query: URLSearchParams): T[] =>
  all.filter((each) => Date.parse(at(each)) >= Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z'));

export const issueHandlers: Readonly<Partial<Record<OperationId, Handler>>> = {
  'issues/list-for-repo': (call) => {
    const wanted = (call.query.get('labels') ?? '').split(',').filter((each) => each !== '');
    const listed = repositoryOf(call).issues.filter(
      ({ labels, isListed }) => isListed && wanted.every((each) => labels.includes(each)),
    );
    const all = since(listed, ({ updatedAt }) => updatedAt, call.query);
    return [200, paged(all, call.query).map((each) => answerOf(call, each))];
  },
  'issues/get': (call) => [200, answerOf(call, issueAt(call))],
  'issues/create': (call) => {
    write(call);
    const { title, body, labels } = call.body as { title: string; body: string; labels: string[] };
    const { issues } = repositoryOf(call);
    const made = issueOf(issues.length + 1, { title, body, labels });
    issues.unshift(made);
    return [201, answerOf(call, made)];
  },
  'issues/update': (call) => {
    write(call);
    const { state = 'open', state_reason = null } = call.body as { state?: 'open' | 'closed'; state_reason?: string };
    return [200, answerOf(call, change(call, { state, reason: state_reason }))];
  },
  'issues/add-labels': (call) => {
    write(call);
    const { labels } = call.body as { labels: string[] };
    return [200, change(call, { labels: [...issueAt(call).labels, ...labels] }).labels.map((name) => ({ name }))];
  },
  'issues/remove-label': (call) => {
    write(call);
    const left = issueAt(call).labels.filter((each) => each !== call.path['name']);
    return [200, change(call, { labels: left }).labels.map((name) => ({ name }))];
  },
  'issues/list-comments': (call) => {
    const all = since(issueAt(call).comments, ({ createdAt }) => createdAt, call.query);
    return [200, paged(all, call.query).map(({ body }) => ({ body, user: { login: person } }))];
  },
  'issues/create-comment': (call) => {
    write(call);
    const body = String(call.body['body']);
    issueAt(call).comments.push({ body, createdAt: new Date().toISOString() });
    return [201, { body, user: { login: person } }];
  },
};
