import type { CardContent, Turn } from '../../chat/contract';
import type { CommitRange, Source } from '../../connectors/contract';
import { bandState, noState, statuses } from '../../core/card';
import { cleanText, enumerate, plainText, plural } from '../../core/text';
import { dayAndMonth } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { ServiceTarget } from '../health';
import { attentionOf, failedIn, readSource } from './facts';
import type { SourceReport } from './facts';
import { describeCommitCount, countOf, describeAge } from './text';

/** The week of every service as one list, such as a schedule posts on Monday. */

const weekMs = 7 * 86_400_000;
const maxRows = 15;

interface Week {
  readonly report: SourceReport;
  /** How many releases the week had, and what they brought; undefined if nobody can tell. */
  readonly released: { readonly count: number; readonly range: CommitRange | undefined } | undefined;
}

/** `seen`: where the reader can view each service. */
export async function summaryCard(
  deps: FeatureDependencies,
  turn: Pick<Turn, 'reference'>,
  seen: ReadonlyMap<string, readonly ServiceTarget[]>,
): Promise<CardContent<'policy/list'>> {
  const now = deps.clock.now();
  const { timeZone } = deps.catalog();
  const found = await Promise.all(
    [...seen].map(async ([service, targets]) => {
      const source = deps.systems.source(service);
      return source ? [await readWeek(deps, service, source, targets)] : [];
    }),
  );
  const weeks = found.flat();
  const releases = weeks.reduce((sum, { released }) => sum + (released?.count ?? 0), 0);
  const urgent = weeks
    .filter(({ report }) => needsAttention(report))
    .map(({ report }) => plainText(report.service, 40));
  const span = `${dayAndMonth(now - weekMs, timeZone)} to ${dayAndMonth(now, timeZone)}`;
  return drawList(deps, turn, {
    kind: 'Source control',
    state: urgent.length > 0 ? { ...bandState('waiting'), word: 'Needs attention' } : noState,
    title: `The week from ${span}`,
    summary: `The week from ${span}: ${plural(releases, 'release')}`,
    sentence:
      weeks.length === 0
        ? '**No service that you can view is linked to a source repository.** Add a `source` binding to the catalog.'
        : `**${plural(releases, 'release')} ${weeks.length === 1 ? 'in' : 'across'} ${plural(weeks.length, 'service')}.** ${describeUrgent(urgent, weeks)}`,
    most: maxRows,
    rows: weeks.map((week) => ({
      ...(needsAttention(week.report)
        ? { glyph: statuses.waiting.glyph, color: statuses.waiting.color }
        : { glyph: '•', color: 'Default' }),
      name: cleanText(week.report.service, 60),
      words: describeWeek(week),
      action: `Show ${cleanText(week.report.service, 60)}`,
      ...{ verb: 'chat.run', id: `scm ${week.report.service}` },
    })),
    actions: weeks.slice(0, 3).map(({ report: { service } }) => ({
      title: `Show ${cleanText(service, 16)}`,
      verb: 'chat.run',
      id: `scm ${service}`,
    })),
  });
}

function describeUrgent(urgent: readonly string[], weeks: readonly Week[]): string {
  const all = weeks.length;
  if (urgent.length === 0)
    return weeks.some(({ report }) => report.requests.found === 'cannot tell' || report.checks.found === 'cannot tell')
      ? 'Gavel couldn’t read some of the pull requests or checks.'
      : 'Nothing has been waiting long for a review, and no checks are failing.';
  return urgent.length < all || all === 1
    ? `${enumerate(urgent)} ${urgent.length === 1 ? 'needs' : 'need'} attention.`
    : 'Every service needs attention.';
}

async function readWeek(
  deps: FeatureDependencies,
  service: string,
  source: Source,
  targets: readonly ServiceTarget[],
): Promise<Week> {
  const from = deps.clock.now() - weekMs;
  const [report, released] = await Promise.all([
    readSource(deps, service, source, targets),
    readReleased(source, from).catch(() => undefined),
  ]);
  return { report, released };
}

async function readReleased(source: Source, from: number): Promise<Week['released']> {
  const all = await source.releases();
  const count = all.filter(({ createdAt }) => createdAt >= from).length;
  const [newest] = all;
  if (count === 0 || !newest) return { count, range: undefined };
  return { count, range: await source.commitsBetween(all[count]?.version, newest.version).catch(() => undefined) };
}

function needsAttention(report: SourceReport): boolean {
  const { waiting, failing } = attentionOf(report);
  return waiting.length + failing.length > 0 || (report.checks.found === 'all' && failedIn(report.checks.value) > 0);
}

/** `2 releases with 5 commits · 3 pull requests open, the oldest for 9 days · 6 commits not released`. */
function describeWeek({ report, released }: Week): string {
  const { requests, main, checks, readAt } = report;
  const [oldest] = requests.found === 'all' ? requests.value.open : [];
  const failed = checks.found === 'all' ? failedIn(checks.value) : 0;
  const parts = [
    describeReleased(released),
    requests.found === 'cannot tell' ? 'open changes unknown' : '',
    oldest && requests.found === 'all'
      ? `${countOf(requests.value.total, requests.value)} open, oldest ${describeAge(oldest.openedAt, readAt)}`
      : '',
    failed > 0 ? `${plural(failed, 'failing check')}` : '',
    main.found === 'all' && main.value.ahead.commits.length > 0
      ? `${describeCommitCount(main.value.ahead)} not released`
      : '',
  ];
  return cleanText(parts.filter(Boolean).join(' · '), 200);
}

function describeReleased(released: Week['released']): string {
  if (!released) return 'releases unknown';
  const { count, range } = released;
  if (count === 0) return 'no release';
  return `${plural(count, 'release')}${range ? ` with ${describeCommitCount(range)}` : ''}`;
}
