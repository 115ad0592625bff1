import type { GitHub } from './double';
import { appId, installation, person } from './identities';
import type { Caller } from './identities';
import type { OperationId } from './openapi/operations';
import { endJob } from './world';
import type { JobState, Repository, RunState } from './world';

/** What the double does for each operation. Whatever isn’t said here is filled in from the description. */

/** A status beside those of success, with its message. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The fields that were wrong. */
    readonly errors?: readonly object[],
  ) {
    super(message);
  }
}

export interface Call {
  readonly github: GitHub;
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

export type Handler = (
  call: Call,
) => readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>];

export function repositoryOf({ github, path }: Call): Repository {
  return github.repositories.get(`${path['owner']}/${path['repo']}`) ?? refuse(404, 'Not Found');
}

function runOf(call: Call): RunState {
  return repositoryOf(call).runs.find(({ id }) => id === Number(call.path['run_id'])) ?? refuse(404, 'Not Found');
}

export function refuse(status: number, message: string, errors?: readonly object[]): never {
  throw new Refusal(status, message, errors);
}

/** Before it looks whether there is such a thing, GitHub looks at the rights. */
function write({ github, caller }: Call): void {
  if (caller === 'person' && !github.mayWrite) refuse(403, 'Resource not accessible by personal access token');
  if (caller === 'installation' && github.permissions['actions'] !== 'write')
    refuse(403, 'Resource not accessible by integration');
}

export function paged<T>(all: readonly T[], query: URLSearchParams): T[] {
  const size = Number(query.get('per_page') ?? 30);
  const page = Number(query.get('page') ?? 1);
  return all.slice((page - 1) * size, page * size);
}

function fileOf(repository: Repository, given = ''): string {
  const file = /^\d+$/.test(given) ? [...repository.files.keys()][Number(given) - 1] : given;
  return file !== undefined && repository.files.has(file) ? file : refuse(404, 'Not Found');
}

function workflow(repository: Repository, file: string): object {
  const [, name] = /^name: (.*)$/m.exec(repository.files.get(file) ?? '') ?? [];
  return {
    ...{ id: repository.workflowId(file), name: name ?? file, path: `.github/workflows/${file}` },
    state: repository.states.get(file) ?? 'active',
    html_url: `https://github.example/${repository.name}/actions/workflows/${file}`,
  };
}

function run(repository: Repository, state: RunState): object {
  return {
    ...{ id: state.id, workflow_id: repository.workflowId(state.file), path: `.github/workflows/${state.file}` },
    ...{ run_number: state.number, run_attempt: state.attempt, display_title: state.title, event: 'workflow_dispatch' },
    ...{ status: state.status, conclusion: state.conclusion, head_branch: state.ref },
    ...{ actor: { login: person }, triggering_actor: { login: person } },
    ...{ created_at: state.createdAt, updated_at: state.updatedAt, run_started_at: state.createdAt },
    html_url: `https://github.example/${repository.name}/actions/runs/${state.id}`,
  };
}

function job({ id, name, status, conclusion, steps }: JobState): object {
  const times = {
    started_at: '2026-11-30T10:00:00Z',
    completed_at: status === 'completed' ? '2026-11-30T10:01:00Z' : null,
  };
  return {
    id,
    name,
    status,
    conclusion,
    ...times,
    steps: steps.map((step, index) => ({ ...step, ...times, number: index + 1 })),
  };
}

const accepted: readonly [number, unknown] = [202, {}];

export const handlers: Readonly<Partial<Record<OperationId, Handler>>> = {
  'users/get-authenticated': ({ caller }) =>
    caller === 'person'
      ? [200, { login: person, type: 'User' }]
      : refuse(403, 'Resource not accessible by integration'),
  'apps/get-authenticated': ({ github, caller }) =>
    caller === 'app'
      ? [200, { id: appId, permissions: github.permissions, events: github.events }]
      : refuse(401, 'A JSON web token could not be decoded'),
  'apps/create-installation-access-token': ({ github, path, caller }) => {
    if (caller !== 'app') refuse(401, 'A JSON web token could not be decoded');
    if (Number(path['installation_id']) !== installation) refuse(404, 'Not Found');
    github.tokensMade += 1;
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    return [201, { token: `installation-token-${github.tokensMade}`, expires_at, permissions: github.permissions }];
  },
  'apps/list-webhook-deliveries': ({ github, query }) => {
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('per_page') ?? 30);
    const page = github.deliveries.slice(from, to).map(({ id, guid, event, statusCode }) => ({
      ...{ id, guid, event, status_code: statusCode, status: statusCode < 400 ? 'OK' : 'Service Unavailable' },
      delivered_at: new Date().toISOString(),
    }));
    const next = `<${github.url}/app/hook/deliveries?per_page=${to - from}&cursor=${to}>; rel="next"`;
    return [200, page, github.deliveries.length > to ? { link: next } : undefined];
  },
  'apps/redeliver-webhook-delivery': ({ github, path }) => {
    github.redelivered.push(Number(path['delivery_id']));
    github.onRedeliver(Number(path['delivery_id']));
    return accepted;
  },
  'repos/get': (call) => [200, { full_name: repositoryOf(call).name, default_branch: 'main' }],
  'repos/get-content': (call) => {
    const name = call.path['path']?.replace('.github/workflows/', '') ?? '';
    const text = repositoryOf(call).files.get(name) ?? refuse(404, 'Not Found');
    const content = Buffer.from(text)
      .toString('base64')
      .replaceAll(/(.{60})/g, '$1\n');
    return [200, { type: 'file', encoding: 'base64', content, size: text.length, name, path: call.path['path'] }];
  },
  'repos/get-all-environments': (call) => {
    const { environments } = repositoryOf(call);
    return [
      200,
      {
        total_count: environments.length,
        environments: paged(environments, call.query).map(({ id, name }) => ({ id, name })),
      },
    ];
  },
  'repos/get-all-deployment-protection-rules': (call) => {
    const found = repositoryOf(call).environments.find(({ name }) => name === call.path['environment_name']);
    const rules = (found ?? refuse(404, 'Not Found')).rules.map((id) => ({
      id,
      enabled: true,
      app: { id, slug: 'gavel' },
    }));
    return [200, { total_count: rules.length, custom_deployment_protection_rules: rules }];
  },
  'actions/list-repo-workflows': (call) => {
    const repository = repositoryOf(call);
    const all = [...repository.files.keys()].map((file) => workflow(repository, file));
    return [200, { total_count: all.length, workflows: paged(all, call.query) }];
  },
  'actions/get-workflow': (call) => {
    const repository = repositoryOf(call);
    return [200, workflow(repository, fileOf(repository, call.path['workflow_id']))];
  },
  'actions/create-workflow-dispatch': (call) => {
    write(call);
    const repository = repositoryOf(call);
    const file = fileOf(repository, call.path['workflow_id']);
    const { ref, inputs = {}, return_run_details } = call.body;
    const made = repository.dispatch(file, String(ref), inputs as Readonly<Record<string, unknown>>);
    if (typeof made === 'string') return refuse(422, made);
    const url = `https://github.example/${repository.name}/actions/runs/${made.id}`;
    return return_run_details === true ? [200, { workflow_run_id: made.id, run_url: url, html_url: url }] : [204];
  },
  'actions/list-workflow-runs': (call) => {
    const repository = repositoryOf(call);
    const file = fileOf(repository, call.path['workflow_id']);
    const isLate = repository.lateLists > 0;
    if (isLate) repository.lateLists -= 1;
    const all = isLate ? [] : repository.runs.filter((each) => each.file === file);
    return [
      200,
      { total_count: all.length, workflow_runs: paged(all, call.query).map((each) => run(repository, each)) },
    ];
  },
  'actions/list-workflow-runs-for-repo': (call) => {
    const repository = repositoryOf(call);
    const status = call.query.get('status');
    const all = repository.runs.filter((each) => status === null || each.status === status);
    return [
      200,
      { total_count: all.length, workflow_runs: paged(all, call.query).map((each) => run(repository, each)) },
    ];
  },
  'actions/get-workflow-run': (call) => [200, run(repositoryOf(call), runOf(call))],
  'actions/list-jobs-for-workflow-run-attempt': (call) => {
    const { jobs, attempt } = runOf(call);
    if (attempt < Number(call.path['attempt_number'])) return refuse(404, 'Not Found');
    return [200, { total_count: jobs.length, jobs: paged(jobs, call.query).map(job) }];
  },
  'actions/download-job-logs-for-workflow-run': (call) => {
    const id = Number(call.path['job_id']);
    if (!repositoryOf(call).runs.some(({ jobs }) => jobs.some((each) => each.id === id))) refuse(404, 'Not Found');
    return [302, `${call.github.logs.url}/${id}?sig=signed`];
  },
  'checks/list-annotations': (call) => {
    const id = Number(call.path['check_run_id']);
    const found = repositoryOf(call)
      .runs.flatMap(({ jobs }) => jobs)
      .find((each) => each.id === id);
    return [200, (found?.annotations ?? []).map((message) => ({ annotation_level: 'failure', message }))];
  },
  'actions/cancel-workflow-run': (call) => {
    write(call);
    const found = runOf(call);
    if (found.status === 'completed') refuse(409, 'Cannot cancel a workflow run that is completed.');
    found.cancels += 1;
    if (!found.isStubborn) found.end('cancelled');
    return accepted;
  },
  'actions/force-cancel-workflow-run': (call) => {
    write(call);
    const found = runOf(call);
    if (found.status === 'completed') refuse(409, 'Cannot cancel a workflow run that is completed.');
    found.forced += 1;
    for (const each of found.jobs) endJob(each, 'cancelled');
    found.end('cancelled');
    return accepted;
  },
  'actions/re-run-workflow': (call) => rerun(call, 'all'),
  'actions/re-run-workflow-failed-jobs': (call) => rerun(call, 'failed'),
  'actions/get-pending-deployments-for-run': (call) => {
    const { environments } = repositoryOf(call);
    return [
      200,
      runOf(call).waits.map(({ environment: name, by }) => {
        const { id = 0, reviewers = [] } = environments.find((each) => each.name === name) ?? {};
        const may = call.caller === 'person' && by.has('reviewer') && reviewers.includes(person);
        return {
          environment: { id, name, html_url: `https://github.example/environments/${id}` },
          ...{ wait_timer: 0, wait_timer_started_at: null, current_user_can_approve: may },
          reviewers: reviewers.map((login) => ({ type: 'User', reviewer: { login } })),
        };
      }),
    ];
  },
  'actions/review-pending-deployments-for-run': (call) => {
    const { environments } = repositoryOf(call);
    const { environment_ids, state, comment } = call.body as {
      environment_ids: number[];
      state: 'approved' | 'rejected';
      comment: string;
    };
    const found = runOf(call);
    for (const id of environment_ids) {
      const environment = environments.find((each) => each.id === id);
      if (call.caller !== 'person' || !environment?.reviewers.includes(person))
        return refuse(422, 'You are not a required reviewer of this environment');
      if (!found.decide(environment.name, 'reviewer', state, person, comment))
        return refuse(422, 'No pending deployment requests to approve or reject');
    }
    return [200, [{ id: 1, environment: 'x' }]];
  },
  'actions/review-custom-gates-for-run': (call) => {
    const {
      environment_name,
      state,
      comment = '',
    } = call.body as { environment_name: string; state?: 'approved' | 'rejected'; comment?: string };
    const found = runOf(call);
    const rules = repositoryOf(call).environments.find(({ name }) => name === environment_name)?.rules ?? [];
    if (call.caller !== 'installation' || !rules.includes(appId))
      return refuse(403, 'Resource not accessible by integration');
    if (comment.length > 1_024) return refuse(422, 'comment is too long');
    if (state && !found.decide(environment_name, 'rule', state, 'gavel[bot]', comment))
      return refuse(422, 'No pending deployment');
    return [204];
  },
  'actions/get-reviews-for-run': (call) => {
    const { environments } = repositoryOf(call);
    return [
      200,
      runOf(call).reviews.map(({ environment, state, user, comment }) => ({
        environments: environments.filter(({ name }) => name === environment).map(({ id, name }) => ({ id, name })),
        ...{ state, comment, user: { login: user, type: 'User' } },
      })),
    ];
  },
};

function rerun(call: Call, what: 'all' | 'failed'): readonly [number, unknown] {
  write(call);
  const found = runOf(call);
  if (found.status !== 'completed') refuse(403, 'This workflow is already running');
  found.rerun(what);
  return [201, {}];
}
