import type { CardContent, Turn } from '../../../chat/contract';
import { noState, statuses } from '../../../core/card';
import { cleanText, enumerate, plainText, plural } from '../../../core/text';
import { describeDuration, describeMoment } from '../../../core/time/clock';
import { drawList } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import { testBand } from '../cards';
import type { TestRun } from '../contract';
import { describeNamedPlace } from '../facts';
import type { SuiteOffer } from '../facts';
import type { NamedSuite } from '../parse';
import { describeOutcome, describePlace, testLabel, typedPlace } from '../text';
import { isTestOver } from '../workflow';
import type { FlakyTest } from './facts';

/** Lists of suites, of their runs, and of flaky tests. Pure. */

type Parts = Pick<FeatureDependencies, 'catalog' | 'clock'>;
type From = Pick<Turn, 'reference'>;

/** The glyph in front of a run. */
function markOf(run: TestRun | undefined) {
  if (!run) return { glyph: '–', color: 'Default' };
  const { glyph, tone } = testBand(run);
  const found = Object.values(statuses).find((each) => each.glyph === glyph && each.tone === tone);
  return { glyph, color: found?.color ?? 'Default' };
}

/** `12 min ago` */
function describeAgo(at: number, now: number): string {
  return now - at < 5_000 ? 'a moment ago' : `${describeDuration(now - at)} ago`;
}

interface StoredRun {
  readonly id: string;
  readonly value: TestRun;
}

interface SuiteRow {
  readonly offer: SuiteOffer;
  readonly last: StoredRun | undefined;
}

/** A click on the row of a run shows its card. */
const leadTo = ({ id, value }: StoredRun) => ({ action: `Show ${testLabel(value)}`, verb: 'tests.view', id });

/** Every suite with how it went last. */
export function suitesCard(
  deps: Parts,
  turn: From,
  rows: readonly SuiteRow[],
  silent: readonly string[],
): CardContent<'policy/list'> {
  const now = deps.clock.now();
  const missing = silent.map((each) => plainText(each, 40));
  const example = rows[0] ? typedPlace(rows[0].offer) : 'smoke on shop in staging';
  const title = plural(rows.length, 'test suite');
  return drawList(deps, turn, {
    ...{ kind: 'Tests', title, summary: title, most: 20 },
    sentence: [
      `To run one, type \`tests ${plainText(example, 80)}\`.`,
      ...(missing.length === 0 ? [] : [`${enumerate(missing)} didn’t respond, so some suites are missing.`]),
    ].join(' '),
    rows: rows.map(({ offer, last }) => ({
      ...markOf(last?.value),
      name: cleanText(describePlace(offer), 100),
      words: last ? cleanText(`${testBand(last.value).word} · ${testLabel(last.value)}`, 100) : 'Never run',
      when: last ? describeAgo(isTestOver(last.value) ? last.value.stateSince : last.value.startedAt, now) : '',
      ...(last && leadTo(last)),
    })),
    actions: [
      { title: 'Run tests…', verb: 'tests.choose', id: 'tests' },
      { title: 'Show flaky tests', verb: 'chat.run', id: 'tests flaky' },
    ],
  });
}

/** Runs, newest first. */
export function historyCard(
  deps: Parts,
  turn: From,
  runs: readonly StoredRun[],
  named: NamedSuite,
): CardContent<'policy/list'> {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const place = describeNamedPlace(named);
  const [newest] = runs;
  const title = newest
    ? `${named.suite === undefined ? 'Test runs' : plainText(newest.value.title, 60)}${place}`
    : `No test runs${place}`;
  return drawList(deps, turn, {
    ...{ kind: 'Test history', title, summary: cleanText(title, 120), state: noState, most: 20 },
    sentence: newest
      ? describeNewest(newest.value, now)
      : '**Nobody has run these tests yet.** To list the test suites, type `tests`.',
    rows: runs.map(({ id, value }) => ({
      ...markOf(value),
      name: cleanText(
        `${testLabel(value)} ${named.suite === undefined ? describePlace(value) : value.environment}`,
        100,
      ),
      words: cleanText(
        [describeOutcome(value), value.release?.version, value.requester.name].filter(Boolean).join(' · '),
        160,
      ),
      when: describeMoment(value.startedAt, now, timeZone),
      ...leadTo({ id, value }),
    })),
  });
}

/** The answer to `did smoke pass`. */
function describeNewest(run: TestRun, now: number): string {
  const what = plainText(describePlace(run), 120);
  switch (run.state) {
    case 'passed':
      return `**${what} passed ${describeAgo(run.stateSince, now)}.**`;
    case 'failed':
      return `**${what} failed ${describeAgo(run.stateSince, now)}.**`;
    case 'canceled':
      return `**${what} was canceled ${describeAgo(run.stateSince, now)}.**`;
    case 'unclear':
      return `**Gavel can’t tell whether ${what} ran.** On its card, mark it as not run or start it again.`;
    default:
      return `**${what} is running.**`;
  }
}

/** The ranking: how often, of how many runs, and when last. */
export function flakyCard(
  deps: Parts,
  turn: From,
  flaky: readonly FlakyTest[],
  { named, runs }: { readonly named: NamedSuite; readonly runs: number },
): CardContent<'policy/list'> {
  const now = deps.clock.now();
  const place = describeNamedPlace(named);
  const last = runs === 1 ? 'the last run' : `the last ${plural(runs, 'run')}`;
  const count = flaky.length === 0 ? 'No flaky tests' : plural(flaky.length, 'flaky test');
  return drawList(deps, turn, {
    ...{ kind: 'Flaky tests', title: `${count}${place}`, summary: cleanText(`${count}${place}`, 120), most: 20 },
    sentence:
      runs === 0
        ? '**There are no test results here yet.** To list the test suites, type `tests`.'
        : flaky.length === 0
          ? `**Nothing was flaky in ${last}.**`
          : `**${flaky.length === 1 ? 'Based on' : 'Flakiest first, from'} ${last}.** A flaky test fails and passes with the same release.`,
    rows: flaky.map((each) => ({
      ...{ glyph: statuses.flaky.glyph, color: statuses.flaky.color },
      name: cleanText(each.name, 120),
      words: cleanText(
        `${describePlace(each)} · ${Math.max(1, Math.round((100 * each.count) / each.runs))}% (${each.count} of ${plural(each.runs, 'run')})`,
        200,
      ),
      when: describeAgo(each.lastSeenAt, now),
      action: cleanText(`Show history of ${typedPlace(each)}`, 100),
      ...{ verb: 'chat.run', id: `tests history ${typedPlace(each)}` },
    })),
  });
}
