import type { CardContent, Turn } from '../../chat/contract';
import type { Check, PullRequest, PullRequests } from '../../connectors/contract';
import { bandState, noState, statuses } from '../../core/card';
import { may, mayEverywhere, wholeService } from '../../core/catalog/rights';
import { cleanText, plainText, plural, webAddress, withoutBreaks } from '../../core/text';
import { dayAndMonth, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import { attentionOf, failedIn, reviewLoad } from './facts';
import type { SourceReport } from './facts';
import {
  describeAge,
  describeContributors,
  describeNotLive,
  describeRequest,
  describeSince,
  describeSource,
  manyOf,
  linkedLabel,
} from './text';

/** `cards/scm/service.json`: what is open in the source of a service, and what waits for its next release. */

type ServiceData = CardContent<'scm/service'>['data'];

const shownRequests = 5;
const shownReviewers = 5;
const shownChecks = 4;
const longestBar = 10;

/** `mayBeReminded`: reviews wait, and nobody has been reminded today. `viewer`: the only reader; undefined: everybody in a channel, whose rights are checked at the click. */
export function sourceCard(
  { catalog }: Pick<FeatureDependencies, 'catalog'>,
  { reference }: Pick<Turn, 'reference'>,
  report: SourceReport & { readonly mayBeReminded: boolean },
  viewer: string | undefined,
): CardContent<'scm/service'> {
  const { service, requests, readAt, system } = report;
  const { timeZone } = catalog();
  const plain = withoutMarkdown(describeSource(report, ({ label }) => plainText(label, 60)));
  const open = requests.found === 'all' ? requests.value.open : [];
  const drafts = open.filter(({ isDraft }) => isDraft).length;
  const rows = requests.found === 'all' ? requestRows(report, requests.value) : [];
  const left = requests.found === 'all' ? requests.value.total - drafts - Math.min(rows.length, shownRequests) : 0;
  return {
    card: 'scm/service',
    data: {
      kind: 'Source control',
      state: bandOf(report),
      title: plainText(service, 80),
      summary: `${service}: ${plain}`,
      sentence: describeSource(report, linkedLabel),
      requestsTitle: requests.found === 'all' ? `Open ${manyOf(requests.value)}` : '',
      requests: rows.slice(0, shownRequests),
      requestsMore: describeRest(left, drafts),
      checksTitle: `Failing checks on ${cleanText(report.checked, 40)}`,
      ...checkRows(report),
      reviewers: reviewLoad(open)
        .slice(0, shownReviewers)
        .map(({ name, count }) => ({
          name: plainText(name, 40),
          bar: '■'.repeat(Math.min(count, longestBar)),
          count: String(count),
        })),
      facts: factsOf(report, timeZone),
      ...buttonsOf(
        report,
        (environment) => viewer === undefined || may(catalog(), viewer, 'deploy', { service, environment }),
      ),
      remind:
        report.mayBeReminded &&
        (viewer === undefined || mayEverywhere(catalog(), viewer, 'deploy', wholeService(catalog(), service)))
          ? service
          : '',
      footer: `${plainText(system, 40)} · ${footerTime(readAt, timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** The words of a sentence where there is no Markdown. */
const withoutMarkdown = (sentence: string): string => sentence.replaceAll('**', '').replaceAll(/\\(.)/g, '$1');

function bandOf(report: SourceReport): ServiceData['state'] {
  const { checks } = report;
  if (checks.found === 'all' && failedIn(checks.value) > 0) return { ...bandState('failed'), word: 'Checks failed' };
  const { waiting, failing } = attentionOf(report);
  const count = new Set([...waiting, ...failing]).size;
  if (count > 0)
    return { ...bandState('waiting'), word: count === 1 ? '1 needs attention' : `${count} need attention` };
  return report.requests.found === 'cannot tell' ? bandState('unknown') : noState;
}

/** Those that somebody should look at first, then the oldest. */
function requestRows(report: SourceReport, requests: PullRequests): ServiceData['requests'] {
  const { waiting, failing } = attentionOf(report);
  const isUrgent = (request: PullRequest): boolean => waiting.includes(request) || failing.includes(request);
  const shown = requests.open.filter(({ isDraft }) => !isDraft);
  return [...shown.filter(isUrgent), ...shown.filter((each) => !isUrgent(each))].map((request) => ({
    ...lookOf(request, waiting.includes(request)),
    weight: isUrgent(request) ? 'Bolder' : 'Default',
    lead:
      requests.called === 'branch'
        ? plainText(request.title, 100)
        : `${linkedLabel(request)} ${plainText(request.title, 100)}`,
    detail: describeRequest(request, requests),
    age: describeAge(request.openedAt, report.readAt),
  }));
}

function lookOf({ review, checks }: PullRequest, isSlow: boolean): { glyph: string; color: string } {
  if (failedIn(checks) > 0) return { glyph: statuses.failed.glyph, color: statuses.failed.color };
  if (isSlow) return { glyph: statuses.waiting.glyph, color: statuses.waiting.color };
  if (review === 'approved') return { glyph: '✓', color: 'Default' };
  return { glyph: review === 'changes requested' ? '⊘' : '○', color: 'Default' };
}

function describeRest(left: number, drafts: number): string {
  const ofDrafts = drafts > 0 ? plural(drafts, 'draft') : '';
  if (left <= 0) return ofDrafts;
  return ofDrafts === '' ? `and ${left} more` : `${left} more and ${ofDrafts}`;
}

function checkRows({ checks }: SourceReport): Pick<ServiceData, 'checks' | 'checksMore'> {
  const failed = checks.found === 'all' ? checks.value.filter(({ state }) => state === 'failed') : [];
  const { glyph, color } = statuses.failed;
  const rows = failed.slice(0, shownChecks).map((check) => ({ glyph, color, text: describeCheck(check) }));
  return { checks: rows, checksMore: failed.length > rows.length ? `and ${failed.length - rows.length} more` : '' };
}

function describeCheck({ name, url }: Check): string {
  const page = webAddress(url);
  const words = plainText(name, 100);
  return page === '' ? words : `[${words}](${page})`;
}

function factsOf(report: SourceReport, timeZone: string): ServiceData['facts'] {
  const { live, notLive, main, newest, checks, checked } = report;
  const fact = (title: string, value: string) => ({ title: withoutBreaks(title), value });
  const next = main.found === 'all' ? main.value.ahead : notLive.found === 'all' ? notLive.value : undefined;
  const oldest = next?.commits.at(-1);
  const passing = checks.found === 'all' && failedIn(checks.value) === 0 ? checks.value : [];
  const running = passing.filter(({ state }) => state === 'running').length;
  const passed = passing.filter(({ state }) => state === 'passed').length;
  return [
    ...(live && notLive.found === 'all' ? [fact('Not live', describeNotLive(notLive.value, live))] : []),
    ...(main.found === 'all' && newest.found === 'all'
      ? [fact('Not released', describeSince(main.value.ahead, newest.value.version))]
      : []),
    ...(oldest
      ? [fact('Oldest commit', `${dayAndMonth(oldest.committedAt, timeZone)}, “${plainText(oldest.message, 80)}”`)]
      : []),
    ...(next && next.commits.length > 0 ? [fact('Contributors', describeContributors(next))] : []),
    ...(passing.length > 0
      ? [
          fact(
            'Checks',
            `${running > 0 ? `${running} of ${passing.length} still running` : `${passed} passed`} on ${plainText(checked, 40)}`,
          ),
        ]
      : []),
  ];
}

function buttonsOf(
  { service, live, newest, requests, system }: SourceReport,
  mayDeploy: (environment: string) => boolean,
): Pick<ServiceData, 'buttons' | 'link'> {
  const page = webAddress(requests.found === 'all' ? requests.value.url : undefined);
  const isWaiting = live && newest.found === 'all' && newest.value.version !== live.version;
  const buttons = isWaiting
    ? [
        ...(mayDeploy(live.environment) ? [{ title: 'Deploy…', id: `deploy ${service} to ${live.environment}` }] : []),
        { title: 'Show commits', id: `changelog ${service} ${live.version}..${newest.value.version}` },
      ]
    : [];
  return { buttons, link: { title: `View in ${cleanText(system, 30)}`, url: page } };
}
