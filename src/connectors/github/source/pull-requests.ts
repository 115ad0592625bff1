import type { Check, PullRequest, PullRequests, ReviewState } from '../../contract';
import { within } from '../client';
import type { GithubClient } from '../client';
import { readChecks } from './checks';
import { readAllPages } from './pages';
import { PullEventsAnswer, PullReviewsAnswer, PullsAnswer } from './schema';
import type { PullEntry, PullEvent, PullReview } from './schema';

/** Open pull requests, each with its reviews and checks. */

const maxPages = 10;
const maxOpen = 100;
/** Each of these costs three calls, and a fourth if somebody was asked for a review. */
const maxDetailed = 25;

/** `page`: where people see all of them. */
export async function readPullRequests(client: GithubClient, repository: string, page: string): Promise<PullRequests> {
  const { items } = await readAllPages(
    (query) =>
      client.get(within(repository, 'pulls'), PullsAnswer, {
        ...{ state: 'open', sort: 'created', direction: 'asc' },
        ...query,
      }),
    maxPages,
  );
  const detailed = items.filter(({ draft }) => !draft).slice(0, maxDetailed);
  const details = new Map(
    await Promise.all(detailed.map(async (pull) => [pull.number, await readDetail(client, repository, pull)] as const)),
  );
  return {
    called: 'pull request',
    open: items.slice(0, maxOpen).map((pull) => ({ ...requestFrom(pull), ...details.get(pull.number) })),
    total: items.length,
    ...(page !== '' && { url: page }),
  };
}

async function readDetail(client: GithubClient, repository: string, pull: PullEntry): Promise<Detail> {
  const path = within(repository, 'pulls', pull.number, 'reviews');
  const [reviews, checks, reviewRequestedAt] = await Promise.all([
    readAllPages((query) => client.get(path, PullReviewsAnswer, query), maxPages),
    readChecks(client, repository, pull.head.sha),
    readRequestedAt(client, repository, pull),
  ]);
  return {
    review: reviewStateOf(reviews.items),
    checks,
    ...(reviewRequestedAt !== undefined && { reviewRequestedAt }),
  };
}

/** Undefined if GitHub doesn't say, such as with a history that is too long: nobody is told an age that may be wrong. */
async function readRequestedAt(client: GithubClient, repository: string, pull: PullEntry): Promise<number | undefined> {
  if (pull.requested_reviewers.length + pull.requested_teams.length === 0) return undefined;
  const path = within(repository, 'issues', pull.number, 'timeline');
  const events = await readAllPages((query) => client.get(path, PullEventsAnswer, query), maxPages).catch(
    () => undefined,
  );
  return events?.isComplete ? requestedAtIn(pull, events.items) : undefined;
}

/** Since when the first of those who haven't reviewed yet has been asked. Whoever is asked again waits from then on. */
function requestedAtIn(
  { requested_reviewers, requested_teams }: Pick<PullEntry, 'requested_reviewers' | 'requested_teams'>,
  events: readonly PullEvent[],
): number | undefined {
  const lastOf = (isIt: (event: PullEvent) => boolean): number | undefined => events.findLast(isIt)?.created_at;
  const isRequest = ({ event }: PullEvent): boolean => event === 'review_requested';
  const asked = [
    ...requested_reviewers.map(({ login }) =>
      lastOf((event) => isRequest(event) && event.requested_reviewer?.login === login),
    ),
    ...requested_teams.map(({ name }) => lastOf((event) => isRequest(event) && event.requested_team?.name === name)),
  ].flatMap((at) => at ?? []);
  if (asked.length === 0) return undefined;
  return Math.max(Math.min(...asked), lastOf(({ event }) => event === 'ready_for_review') ?? 0);
}

interface Detail {
  readonly review: ReviewState;
  readonly reviewRequestedAt?: number;
  readonly checks: readonly Check[];
}

function requestFrom(pull: PullEntry): PullRequest {
  const { number, title, user, created_at, draft, requested_reviewers, requested_teams, html_url } = pull;
  return {
    ...{ label: `#${number}`, title, author: user?.login ?? 'someone', openedAt: created_at ?? 0, isDraft: draft },
    reviewers: [...requested_reviewers.map(({ login }) => login), ...requested_teams.map(({ name }) => name)],
    ...(html_url !== '' && { url: html_url }),
  };
}

/** By the last word of each reviewer. Comments and dismissed reviews decide nothing. */
export function reviewStateOf(reviews: readonly PullReview[]): ReviewState {
  const last = new Map<string, string>();
  for (const { user, state } of reviews)
    if (state !== 'COMMENTED' && state !== 'PENDING') last.set(user?.login ?? '', state);
  const all = [...last.values()];
  if (all.includes('CHANGES_REQUESTED')) return 'changes requested';
  return all.includes('APPROVED') ? 'approved' : 'waiting';
}
