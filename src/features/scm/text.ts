import type { Person } from '../../chat/contract';
import type { CommitRange, PullRequest, PullRequests } from '../../connectors/contract';
import { cleanText, enumerate, enumerateFew, linkTo, plainText, plural, webAddress } from '../../core/text';
import { dayAndMonth, describeDuration } from '../../core/time/clock';
import { attentionOf, failedIn, waitsSince } from './facts';
import type { SourceReport } from './facts';

/** Source control in words. Markdown, with outside text escaped. */

const dayMs = 86_400_000;

/** `6 days`, `1 day`, `4 h`. */
export function describeAge(since: number, now: number): string {
  const age = Math.max(0, now - since);
  const days = Math.floor(age / dayMs);
  if (days >= 1) return plural(days, 'day');
  return age >= 3_600_000 ? `${Math.floor(age / 3_600_000)}\u00A0h` : describeDuration(age);
}

/** `pull requests`; `branches`. */
export const manyOf = ({ called }: Pick<PullRequests, 'called'>): string =>
  called === 'branch' ? 'branches' : `${called}s`;

/** `3 pull requests`. */
export const countOf = (count: number, { called }: Pick<PullRequests, 'called'>): string =>
  plural(count, called, manyOf({ called }));

/** `#418` with a link to its page. */
export const linkedLabel = ({ label, url }: PullRequest): string => linkTo(webAddress(url), plainText(label, 60));

/** What matters most, and how much waits for a release. `name`: how each pull request is named. */
export function describeSource(report: SourceReport, name: (request: PullRequest) => string): string {
  return [describeOpen(report, name), describeMain(report)].filter(Boolean).join(' ');
}

function describeOpen(report: SourceReport, name: (request: PullRequest) => string): string {
  const { requests, readAt, system } = report;
  const failed = describeFailedChecks(report);
  if (requests.found === 'cannot tell') {
    const unread = `Gavel couldn’t read the open pull requests in ${plainText(system, 40)}`;
    return failed ? `**${failed}.** ${unread}.` : `**${unread}.**`;
  }
  if (requests.found === 'none')
    return failed ? `**${failed}.** ${noRequests(system)}` : `**${noRequests(system).slice(0, -1)}.**`;
  const { waiting, failing } = attentionOf(report);
  const [slowest] = waiting;
  const names = (some: readonly PullRequest[]): string => enumerateFew(some.map(name));
  if (failed) return `**${failed}.** ${describeCount(requests.value, readAt)}.`;
  if (slowest && failing.length > 0)
    return `**${name(slowest)} ${describeWait(slowest, readAt)}**, and checks are failing on ${names(failing)}.`;
  if (slowest) return `**${name(slowest)} ${describeWait(slowest, readAt)}.**`;
  if (failing.length > 0) return `**Checks are failing on ${names(failing)}.**`;
  return `**${describeCount(requests.value, readAt)}.**`;
}

/** `has been waiting 3 days for a review`, if it’s known when somebody was asked for one. */
function describeWait(request: PullRequest, now: number): string {
  const age = describeAge(waitsSince(request), now);
  return request.reviewRequestedAt === undefined
    ? `has been open for ${age} without a review`
    : `has been waiting ${age} for a review`;
}

const noRequests = (system: string): string => `${plainText(system, 40)} doesn’t support pull requests.`;

/** `3 pull requests are open, the oldest for 9 days`. */
function describeCount(requests: PullRequests, now: number): string {
  const { total, open, called } = requests;
  const [oldest] = open;
  if (!oldest) return `No ${manyOf(requests)} are open`;
  const age = describeAge(oldest.openedAt, now);
  return total === 1
    ? `1\u00A0${called} has been open for ${age}`
    : `${countOf(total, requests)} are open, the oldest for ${age}`;
}

/** `2 checks are failing on main`; empty if none do. */
function describeFailedChecks({ checks, checked }: SourceReport): string {
  const failed = checks.found === 'all' ? failedIn(checks.value) : 0;
  const verb = failed === 1 ? 'is failing' : 'are failing';
  return failed === 0 ? '' : `${plural(failed, 'check')} ${verb} on ${plainText(checked, 40)}`;
}

function describeMain({ main, newest }: SourceReport): string {
  if (main.found !== 'all' || newest.found !== 'all') return '';
  const { name, ahead } = main.value;
  const on = plainText(name, 40);
  if (ahead.commits.length === 0) return `Everything on ${on} is released.`;
  const verb = ahead.commits.length === 1 ? 'isn’t' : 'aren’t';
  return `On ${on}, ${describeCommitCount(ahead)} ${verb} released yet.`;
}

/** The most that `CommitRange` lists. */
const listedCommits = 200;

/** `6 commits`. */
export function describeCommitCount({ commits }: Pick<CommitRange, 'commits'>): string {
  const count = plural(commits.length, 'commit');
  return commits.length < listedCommits ? count : `at least ${count}`;
}

/** `6 commits since 2.14.0`. */
export const describeSince = (range: CommitRange, version: string): string =>
  `${range.commits.length === 0 ? 'Nothing' : describeCommitCount(range)} since ${plainText(version, 40)}`;

/** `9 commits, with 2.13.2 live in production`. */
export const describeNotLive = (
  range: CommitRange,
  { version, environment }: NonNullable<SourceReport['live']>,
): string =>
  `${range.commits.length === 0 ? 'Nothing' : describeCommitCount(range)}, with ${plainText(version, 40)} live in ${environment}`;

/** `Mara Lindqvist and Obi O'Neill`; empty if nobody is known. */
export function describeContributors({ authors, commits }: CommitRange): string {
  const named = authors?.people.map(({ name }) => name) ?? commits.map(({ author }) => author);
  const names = [...new Set(named)].map((name) => plainText(name, 60));
  return enumerateFew(authors?.gap === undefined || names.length === 0 ? names : [...names, 'perhaps others']);
}

/** `Dana Reyes · review by Avery Chen`. Plain text. */
export function describeRequest(request: PullRequest, { called }: Pick<PullRequests, 'called'>): string {
  const { author, label, review, reviewers, checks } = request;
  const failed = failedIn(checks);
  const state =
    failed > 0
      ? `${failed} of ${plural(checks?.length ?? 0, 'check')} failed`
      : review === 'approved' || review === 'changes requested'
        ? review
        : reviewers.length > 0
          ? `review by ${enumerate(reviewers.map((name) => cleanText(name, 40)))}`
          : review === 'waiting'
            ? 'no reviewer'
            : '';
  return cleanText([author, ...(called === 'branch' ? [label] : []), state].filter(Boolean).join(' · '), 160);
}

const remindedRequests = 10;
const namedReviewers = 4;
/** Teams shows no more of them reliably. */
const maxMentions = 20;

interface Reminded extends Pick<PullRequests, 'called'> {
  readonly service: string;
  /** The name of whoever asked for it. */
  readonly by: string;
  /** The longest wait first. */
  readonly waiting: readonly PullRequest[];
  readonly now: number;
}

/** The message that reminds reviewers: who is to review what, and since when. People that `known` finds are mentioned, each once. */
export function describeReminder(
  { service, by, called, waiting, now }: Reminded,
  { timeZone, known }: { readonly timeZone: string; readonly known: (name: string) => Person | undefined },
): { readonly text: string; readonly mentions: readonly Person[] } {
  const mentions: Person[] = [];
  const nameOf = (reviewer: string): string => {
    const person = known(reviewer);
    if (!person || mentions.length >= maxMentions || mentions.some(({ id }) => id === person.id))
      return plainText(person?.name ?? reviewer, 60);
    mentions.push(person);
    return `@[${mentions.length - 1}]`;
  };
  const rows = waiting.slice(0, remindedRequests).map((request) => {
    const { title, reviewers, reviewRequestedAt } = request;
    // Only who is named is mentioned.
    const names = reviewers.slice(0, namedReviewers).map(nameOf);
    const others = reviewers.length - names.length;
    const who =
      names.length === 0 ? 'no reviewer yet' : enumerate([...names, ...(others > 0 ? [`${others} more`] : [])]);
    const since = waitsSince(request);
    const wait = `${reviewRequestedAt === undefined ? 'open' : 'waiting'} since ${dayAndMonth(since, timeZone)} (${describeAge(since, now)})`;
    return `- ${linkedLabel(request)} ${plainText(title, 100)}: ${who}, ${wait}`;
  });
  const count = countOf(waiting.length, { called });
  const more = waiting.length > rows.length ? [`- and ${waiting.length - rows.length} more`] : [];
  const head = `**${count} of ${plainText(service, 40)} ${waiting.length === 1 ? 'is' : 'are'} waiting for a review.** ${plainText(by, 60)} asked me to remind you.`;
  return { text: [head, '', ...rows, ...more].join('\n'), mentions };
}
