import type { CardContent, Question } from '../../chat/contract';
import { bandState, statuses } from '../../core/card';
import { capitalize, cleanText, nameRelease, plainText, plural, webAddress } from '../../core/text';
import { describeMoment, footerTime, timeWithSeconds } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { TestRun } from './contract';
import { mayStopTests } from './facts';
import { describeCounts, describePlace, describeSpan, describeTests, testLabel } from './text';
import { isTestOver } from './workflow';

/** `cards/tests/run.json`: the one living card of a test run, and what it asks. Pure. */

/** The topic of these cards. */
export const testTopic = (id: string): string => `tests:${id}`;
/** The key of its one card in the outbox. */
export const cardKey = (id: string): string => `${testTopic(id)}:card`;

const shownCases = 5;
/** While it runs, the card shows how far it is; after that, somebody has to ask for the log. */
const runningLines = 4;
const shownLines = 12;

type CardDependencies = Pick<FeatureDependencies, 'catalog' | 'systems' | 'clock'>;
type RunData = CardContent<'tests/run'>['data'];

/** The card as it is now; without a viewer, the card for everybody, whose buttons are checked at the click. */
export function testCard(
  deps: CardDependencies,
  id: string,
  run: TestRun,
  viewer: string | undefined,
  { showsLog = false }: { readonly showsLog?: boolean } = {},
): CardContent<'tests/run'> {
  const { timeZone } = deps.catalog();
  const { connection, run: status } = run;
  const now = deps.clock.now();
  const system = deps.systems.titleOf(connection);
  const title = describePlace(run);
  const band = testBand(run);
  const lines = isTestOver(run) ? (showsLog ? shownLines : 0) : runningLines;
  const log = logOf(run, lines);
  const url = webAddress(status?.url);
  return {
    card: 'tests/run',
    data: {
      id,
      kind: `Tests ${testLabel(run)}`,
      state: band,
      title: plainText(title, 200),
      summary: `${cleanText(title, 120)}: ${band.word.toLowerCase()}`,
      sentence: describeTests(run, system, timeZone),
      ...caseRows(run),
      picture: showsLog ? noPicture : pictureOf(run),
      logTitle: log.length > 0 && status ? `Last output, ${timeWithSeconds(status.logReadAt, timeZone)}` : '',
      log,
      facts: factsOf(run, now, timeZone),
      ...buttonRows(buttonsOf(deps, id, run, viewer), othersOf(id, run, showsLog)),
      link: { title: url === '' ? '' : `View in ${cleanText(system, 30)}`, url },
      footer: `${plainText(system, 40)} · ${footerTime(now, timeZone)} · ref\u00A0${referenceOf(run)}`,
    },
  };
}

/** The card's band: a flaky suite passed, and yet it isn't well. */
export function testBand(run: TestRun): { glyph: string; word: string; tone: string } {
  const { state, report, cancelRequestedBy } = run;
  switch (state) {
    case 'starting':
    case 'running':
      if (cancelRequestedBy || run.run?.state === 'stopping') return bandState('stopping');
      if (run.run?.state === 'queued') return bandState('queued');
      return state === 'starting' ? { ...bandState('running'), word: 'Starting' } : bandState('running');
    case 'canceled':
      return bandState('cancelled');
    case 'passed':
      return (report?.flaky ?? 0) > 0 ? { ...bandState('with warnings'), word: 'Passed, flaky' } : bandState('passed');
    default:
      return bandState(state);
  }
}

function caseRows({ report }: TestRun): Pick<RunData, 'cases' | 'casesMore'> {
  const all = report?.cases ?? [];
  const cases = all.slice(0, shownCases).map(({ name, outcome, message, attempts }) => {
    const { glyph, color } = outcome === 'failed' ? statuses.failed : statuses.flaky;
    const tries = outcome === 'flaky' ? `Passed on try ${attempts}` : '';
    const words = [tries, message].filter((each) => each !== '').join(': ');
    return { glyph, color, name: plainText(name, 160), message: plainText(words, 240) };
  });
  const more = (report ? report.failed + report.flaky : 0) - cases.length;
  return { cases, casesMore: more > 0 ? `and ${more} more` : '' };
}

const noPicture = { image: '', altText: '', caption: '' };

function pictureOf({ picture }: TestRun): RunData['picture'] {
  if (!picture) return noPicture;
  return {
    image: `data:image/png;base64,${picture.png}`,
    altText: `Screenshot of the test “${cleanText(picture.name, 120)}”`,
    caption: `Screenshot of “${plainText(picture.name, 120)}”`,
  };
}

function logOf({ run }: TestRun, most: number): { text: string }[] {
  if (most === 0) return [];
  return (run?.lastLines ?? [])
    .map((line) => cleanText(line, 160))
    .filter((line) => line !== '')
    .slice(-most)
    .map((text) => ({ text }));
}

function factsOf(run: TestRun, now: number, timeZone: string): RunData['facts'] {
  const { report, release, before, requester, startedAt, rerunOf } = run;
  const tested = isTestOver(run) ? release : before;
  const span = describeSpan(run);
  return [
    ...(report ? [{ title: 'Result', value: describeCounts(report) }] : []),
    ...(span === '' ? [] : [{ title: 'Duration', value: span }]),
    ...(tested ? [{ title: 'Release', value: nameRelease(tested) }] : []),
    ...(isTestOver(run) && before && !release && run.report
      ? [
          {
            title: 'Release',
            value: `${plainText(before.version, 40)} when the tests started; it was replaced meanwhile`,
          },
        ]
      : []),
    ...(rerunOf
      ? [{ title: 'Reruns', value: `${plural(rerunOf.only.length, 'failed test')} of ${testLabel(rerunOf)}` }]
      : []),
    {
      title: 'Started\u00A0by',
      value: `${plainText(requester.name, 80)}, ${describeMoment(startedAt, now, timeZone)}`,
    },
  ];
}

type Button = RunData['buttons'][number];

function buttonsOf(deps: CardDependencies, id: string, run: TestRun, viewer: string | undefined): Button[] {
  const stops = viewer === undefined || mayStopTests(deps, viewer, run);
  const button = buttonFor(id);
  if (run.state === 'unclear')
    return stops ? [button('Mark as not run…', 'settle-not', true), button('Start again…', 'settle-again', true)] : [];
  const failed = failedNames(run).length;
  return [
    ...(isCancelable(run) && stops ? [button('Cancel tests…', 'cancel', true)] : []),
    ...(canRerunTests(run) ? [button(`Rerun ${plural(failed, 'failed test')}`, 'rerun')] : []),
    ...(isTestOver(run) ? [button('Run again', 'again')] : []),
  ];
}

/** One row if all fit into it: a row has at most three buttons. */
function buttonRows(buttons: Button[], others: Button[]): Pick<RunData, 'buttons' | 'others'> {
  return buttons.length + others.length > 3 ? { buttons, others } : { buttons: [...buttons, ...others], others: [] };
}

/** What only shows more. */
function othersOf(id: string, run: TestRun, showsLog: boolean): Button[] {
  const button = buttonFor(id);
  if (!isTestOver(run)) return [];
  return [
    ...(run.runId === undefined ? [] : [showsLog ? button('Hide log', 'view') : button('Show log', 'log')]),
    button('Show history', 'history'),
  ];
}

const buttonFor =
  (id: string) =>
  (title: string, name: string, asks = false): Button => ({ title, verb: `tests.${name}`, id, asks });

/** The names of the tests that failed, as far as they are known. */
export function failedNames({ report }: Pick<TestRun, 'report'>): string[] {
  return (report?.cases ?? []).filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
}

/** Whether exactly what failed can be run again. */
export function canRerunTests(run: TestRun): boolean {
  const names = failedNames(run);
  return run.state === 'failed' && run.canRerunFailed && names.length > 0 && names.length === run.report?.failed;
}

/** Whether somebody can still stop it. */
export function isCancelable({ state, cancelRequestedBy, run }: TestRun): boolean {
  return (state === 'starting' || state === 'running') && !cancelRequestedBy && run?.state !== 'stopping';
}

const referenceOf = ({ correlationId }: TestRun): string => correlationId.replace(/[^0-9a-z]/gi, '').slice(0, 8);

/** What takes the place of the form in which somebody chose the suite: it doesn’t live, the run’s own card does. */
export function startedCard(deps: CardDependencies, run: TestRun): CardContent<'policy/list'> {
  const what = describePlace(run);
  return drawList(
    deps,
    { reference: referenceOf(run) },
    {
      kind: `Tests ${testLabel(run)}`,
      title: plainText(what, 120),
      summary: `${cleanText(what, 120)}: started`,
      sentence: `**${plainText(run.requester.name, 80)} started ${testLabel(run)}.** The run’s own card shows its progress.`,
    },
  );
}

/** The question before somebody cancels a test run. */
export function askCancelTests(run: TestRun, system: string): Question {
  return {
    title: `Cancel ${testLabel(run)}?`,
    sentence: `**Gavel will ask ${plainText(system, 40)} to stop “${plainText(capitalize(run.title), 60)}” on ${run.service} in ${run.environment}.** What the tests have already changed won’t be undone.`,
    ...{ go: 'Cancel tests', keep: 'Keep them running', revision: run.state },
  };
}

/** The question before somebody says what happened to tests that nobody could find. */
export function askSettle(run: TestRun, as: 'again' | 'not'): Question {
  return as === 'again'
    ? {
        title: `Start ${testLabel(run)} again?`,
        sentence: '**Make sure that the tests aren’t running.** Two runs at once can spoil each other’s results.',
        ...{ go: 'Start again', revision: run.state },
      }
    : {
        title: `Close ${testLabel(run)}?`,
        sentence: `**${testLabel(run)} will be recorded as canceled.** Nothing will be started or stopped.`,
        ...{ go: `Close ${testLabel(run)}`, revision: run.state },
      };
}
