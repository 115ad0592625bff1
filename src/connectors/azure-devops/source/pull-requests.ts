import type { Check, PullRequest, PullRequests, ReviewState } from '../../contract';
import type { AzureCalls } from '../calls';
import { inRepository } from './commits';
import { AzurePull, GitStatus, PolicyEvaluation, AzureRepository } from './schema';

/** Open pull requests, each with its reviews and checks. */

const pageSize = 100;
const maxPages = 10;
const maxOpen = 100;
/** Each of these costs two calls. */
const maxDetailed = 25;

export async function readAzurePulls(calls: AzureCalls, repository: string): Promise<PullRequests> {
  const { get, list } = calls;
  const { webUrl, project } = await get(inRepository(repository), AzureRepository);
  const page = webUrl.startsWith('https://') ? webUrl : '';
  const found: AzurePull[] = [];
  for (let at = 0; at < maxPages && found.length === at * pageSize; at++)
    found.push(
      ...(await list(inRepository(repository, 'pullrequests'), AzurePull, {
        ...{ 'searchCriteria.status': 'active', $top: pageSize, $skip: at * pageSize },
      })),
    );
  const oldest = found.sort((one, other) => (one.creationDate ?? 0) - (other.creationDate ?? 0));
  const detailed = oldest.filter(({ isDraft }) => !isDraft).slice(0, maxDetailed);
  const checks = new Map(
    await Promise.all(
      detailed.map(
        async ({ pullRequestId: id }) => [id, await readPullChecks(calls, repository, project?.id ?? '', id)] as const,
      ),
    ),
  );
  return {
    called: 'pull request',
    open: oldest.slice(0, maxOpen).map((pull) => {
      const own = checks.get(pull.pullRequestId);
      return { ...pullFrom(pull, page), ...(own && { checks: own }) };
    }),
    total: found.length,
    ...(page !== '' && { url: `${page}/pullrequests?_a=active` }),
  };
}

/** The statuses of others, and the builds that its policies want. */
async function readPullChecks(
  { list }: AzureCalls,
  repository: string,
  project: string,
  id: number,
): Promise<Check[] | undefined> {
  const artifactId = `vstfs:///CodeReview/CodeReviewId/${project}/${id}`;
  try {
    const [statuses, policies] = await Promise.all([
      list(inRepository(repository, 'pullRequests', id, 'statuses'), GitStatus),
      list(['policy', 'evaluations'], PolicyEvaluation, { artifactId }, '7.1-preview.1'),
    ]);
    return [...latestOf(statuses).map(checkFromGitStatus), ...policies.flatMap(checkFromPolicy)];
  } catch {
    // Without its checks, a pull request can still be listed.
    return undefined;
  }
}

/** Of each context the last that was posted. */
const latestOf = (statuses: readonly GitStatus[]): GitStatus[] => [
  ...new Map(statuses.map((each) => [`${each.context?.genre}/${each.context?.name}`, each])).values(),
];

const states: ReadonlyMap<string, Check['state']> = new Map([
  ['succeeded', 'passed'],
  ['partiallySucceeded', 'passed'],
  ['notApplicable', 'skipped'],
  ['failed', 'failed'],
  ['error', 'failed'],
]);

/** https://learn.microsoft.com/rest/api/azure/devops/git/statuses/list#gitstatusstate */
export function checkFromGitStatus({ state, context, targetUrl }: GitStatus): Check {
  const name = context?.name || 'status';
  return {
    ...{ name, state: states.get(state) ?? 'running' },
    ...(targetUrl.startsWith('https://') && { url: targetUrl }),
  };
}

const policyStates: ReadonlyMap<string, Check['state']> = new Map([
  ['approved', 'passed'],
  ['rejected', 'failed'],
  ['broken', 'failed'],
]);

/** Only builds are checks: the other policies ask for reviews, comments, and work items. */
function checkFromPolicy({ status, configuration: { type, settings } }: PolicyEvaluation): Check[] {
  if (type.displayName !== 'Build' || status === 'notApplicable') return [];
  return [{ name: settings?.displayName || 'Build', state: policyStates.get(status) ?? 'running' }];
}

function pullFrom(pull: AzurePull, page: string): PullRequest {
  const { pullRequestId: id, title, creationDate, createdBy, isDraft, reviewers } = pull;
  const asked = isDraft ? [] : reviewers.filter(({ vote }) => vote === 0);
  return {
    ...{ label: `!${id}`, title, author: createdBy?.displayName || 'someone', openedAt: creationDate ?? 0 },
    ...{ isDraft: isDraft ?? false, reviewers: asked.map(({ displayName }) => displayName) },
    review: azureReviewOf(pull),
    ...(page !== '' && { url: `${page}/pullrequest/${id}` }),
  };
}

/** 10 and 5 approve, -5 waits for the author, -10 rejects: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-reviewers */
function azureReviewOf({ reviewers }: AzurePull): ReviewState {
  if (reviewers.some(({ vote }) => vote < 0)) return 'changes requested';
  const needed = reviewers.filter(({ isRequired }) => isRequired);
  const isApproved = reviewers.some(({ vote }) => vote > 0) && needed.every(({ vote }) => vote > 0);
  return isApproved ? 'approved' : 'waiting';
}
