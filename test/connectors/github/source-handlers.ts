import type { Call, Handler } from './handlers';
import { paged, refuse, repositoryOf } from './handlers';
import type { OperationId } from './openapi/operations';
import type { CommitState, DeploymentState, PullState } from './source-world';

/** What the double does for source control and deployments. */

const emailOf = (name: string): string => `${name.toLowerCase().replaceAll(' ', '.')}@mail.example`;

function commit({ sha, message, author, parent, at }: CommitState): object {
  const signed = { name: author, email: emailOf(author), date: at };
  return {
    ...{ sha, author: { login: author.toLowerCase().replaceAll(' ', '-') }, committer: { login: 'web-flow' } },
    parents: parent === undefined ? [] : [{ sha: parent }],
    commit: { message, author: signed, committer: { name: 'GitHub', email: 'noreply@github.com', date: at } },
  };
}

function pull(name: string, state: PullState): object {
  return {
    ...{ number: state.number, title: state.title, state: 'open', draft: state.isDraft, created_at: state.createdAt },
    ...{ user: { login: state.author }, head: { sha: state.head }, body: null },
    requested_reviewers: state.reviewers.map((login) => ({ login })),
    requested_teams: state.teams.map((team) => ({ name: team, slug: team })),
    html_url: `https://github.example/${name}/pull/${state.number}`,
  };
}

function deployment({ id, body }: DeploymentState, sha: string): object {
  return {
    ...{ id, sha, ref: body['ref'], environment: body['environment'], payload: body['payload'] ?? {} },
    ...{ task: 'deploy', description: body['description'] ?? null, created_at: '2026-11-30T09:00:00Z' },
  };
}

function found(call: Call, reference = call.path['ref'] ?? ''): CommitState {
  const { source } = repositoryOf(call);
  const { message = `No commit found for SHA: ${reference}`, errors } = source.unknownReference ?? {};
  return source.resolve(reference) ?? refuse(422, message, errors);
}

function mayDeploy({ github, caller }: Call): void {
  if (caller === 'installation' && github.permissions['deployments'] !== 'write')
    refuse(403, 'Resource not accessible by integration');
}

function deploymentOf(call: Call): DeploymentState {
  const { deployments } = repositoryOf(call).source;
  return deployments.find(({ id }) => id === Number(call.path['deployment_id'])) ?? refuse(404, 'Not Found');
}

function pullOf(call: Call, name: string): PullState {
  const { pulls } = repositoryOf(call).source;
  return pulls.find(({ number }) => number === Number(call.path[name])) ?? refuse(404, 'Not Found');
}

export const sourceHandlers: Readonly<Partial<Record<OperationId, Handler>>> = {
  'repos/list-tags': (call) => {
    const { tags } = repositoryOf(call).source;
    const all = [...tags].map(([name, sha]) => ({ name, commit: { sha, url: 'https://github.example/c' } }));
    return [200, paged(all.reverse(), call.query)];
  },
  'repos/list-releases': (call) => {
    const { published } = repositoryOf(call).source;
    const all = [...published].map(([tag_name, at]) => ({ tag_name, draft: false, published_at: at, created_at: at }));
    return [200, paged(all, call.query)];
  },
  'repos/get-commit': (call) => [200, commit(found(call))],
  'repos/list-commits': (call) => {
    const { sha } = found(call, call.query.get('sha') ?? '');
    return [200, paged(repositoryOf(call).source.before(sha), call.query).map(commit)];
  },
  'repos/compare-commits-with-basehead': (call) => {
    const [base = '', head = ''] = (call.path['basehead'] ?? '').split('...');
    const { source } = repositoryOf(call);
    const [inBase, inHead] = [source.before(base), source.before(head)];
    const isIn = (all: readonly CommitState[]) => new Set(all.map(({ sha }) => sha));
    const ahead = inHead.filter(({ sha }) => !isIn(inBase).has(sha)).reverse();
    const behind = inBase.filter(({ sha }) => !isIn(inHead).has(sha)).length;
    const status = ahead.length > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical';
    return [
      200,
      {
        ...{ status, ahead_by: ahead.length, behind_by: behind, total_commits: ahead.length },
        commits: paged(ahead, call.query).map(commit),
      },
    ];
  },
  'pulls/list': (call) => {
    const { name, source } = repositoryOf(call);
    return [200, paged(source.pulls, call.query).map((each) => pull(name, each))];
  },
  'issues/list-events-for-timeline': (call) => {
    const { timeline = [] } = pullOf(call, 'issue_number');
    const all = timeline.map(({ event, at, reviewer, team }, id) => ({
      ...{ id, event, created_at: at, actor: { login: 'dana' }, review_requester: { login: 'dana' } },
      ...{ node_id: 'E', url: 'https://github.example/event', commit_id: null, commit_url: null },
      performed_via_github_app: null,
      ...(reviewer !== undefined && { requested_reviewer: { login: reviewer } }),
      ...(team !== undefined && { requested_team: { name: team, slug: team } }),
    }));
    return [200, paged(all, call.query)];
  },
  'pulls/list-reviews': (call) => {
    const { reviews } = pullOf(call, 'pull_number');
    return [
      200,
      paged(reviews, call.query).map(({ user, state }, index) => ({
        id: index,
        user: { login: user },
        state,
        body: '',
      })),
    ];
  },
  'checks/list-for-ref': (call) => {
    const all = repositoryOf(call).source.checkRuns.get(found(call).sha) ?? [];
    const check_runs = paged(all, call.query).map((each) => ({ ...each, html_url: 'https://github.example/check' }));
    return [200, { total_count: all.length, check_runs }];
  },
  'repos/get-combined-status-for-ref': (call) => {
    const { sha } = found(call);
    const all = repositoryOf(call).source.statuses.get(sha) ?? [];
    const statuses = paged(all, call.query).map((each) => ({ ...each, target_url: 'https://ci.example/1' }));
    return [200, { state: 'pending', sha, total_count: all.length, statuses }];
  },
  'repos/list-deployments': (call) => {
    const { source } = repositoryOf(call);
    const all = source.deployments.filter(({ body }) => body['environment'] === call.query.get('environment'));
    const shaOf = ({ body }: DeploymentState): string => {
      const ref = String(body['ref']);
      return source.tags.get(ref) ?? source.branches.get(ref) ?? ref;
    };
    return [200, paged(all, call.query).map((each) => deployment(each, shaOf(each)))];
  },
  'repos/create-deployment': (call) => {
    mayDeploy(call);
    if (call.body['auto_merge'] !== false) return [202, { message: 'Auto-merged main into it' }];
    const made = { id: call.github.nextId(), body: call.body, statuses: [] };
    repositoryOf(call).source.deployments.unshift(made);
    return [201, deployment(made, String(call.body['ref']))];
  },
  'repos/list-deployment-statuses': (call) => [
    200,
    paged(deploymentOf(call).statuses, call.query).map(({ state, createdAt }, index) => ({
      ...{ id: index, state, description: '', created_at: createdAt },
    })),
  ],
  'repos/create-deployment-status': (call) => {
    mayDeploy(call);
    const state = String(call.body['state']);
    deploymentOf(call).statuses.unshift({ state, createdAt: new Date().toISOString() });
    return [201, { state, description: '' }];
  },
};
