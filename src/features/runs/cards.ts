import type { CardContent, Question } from '../../chat/contract';
import type { RunStatus } from '../../connectors/contract';
import { bandState } from '../../core/card';
import type { StatusName } from '../../core/card';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, linkTo, plainText, plural, webAddress } from '../../core/text';
import { describeDuration, describeMoment, footerTime, timeOfDay, timeWithSeconds } from '../../core/time/clock';
import { describeStepsToDecide } from '../approvals';
import type { Approvals, StepToDecide } from '../approvals';
import { drawList } from '../contract';
import type { ShownTicket, TicketLinks } from '../tickets';
import type { FeatureDependencies } from '../contract';
import type { PipelineRun } from './contract';
import { mayStop } from './facts';
import { showValue } from './parse';
import { showRunTicket } from './trouble/facts';
import { currentStep, describeRun, runLabel, titleOf } from './text';
import { isRunOver } from './workflow';

/** The cards of runs: the one that lives, the preview, and lists. Pure. */

/** The topic of these cards. */
export const runTopic = (id: string): string => `run:${id}`;
/** The topic of what was shown before it started. */
export const runPreviewTopic = (id: string): string => `run-preview:${id}`;
/** The key of its one card in the outbox. */
export const cardKey = (id: string): string => `${runTopic(id)}:card`;

const cells = 20;
const shownLines = 12;
const shownSteps = 12;
const shownFacts = 12;

type CardDependencies = Pick<FeatureDependencies, 'catalog' | 'systems' | 'clock'>;
type RunContent = CardContent<'runs/run'>;

/** What the card of a run needs. */
interface RunCardParts {
  readonly deps: CardDependencies;
  readonly approvals: Pick<Approvals, 'askedAbout'>;
  readonly tickets: Pick<TicketLinks, 'showOn'>;
}

/** The one card of a run as it is now; without a viewer, the card for everybody, whose buttons are checked at the click. */
export async function drawRun(
  { deps, approvals, tickets }: RunCardParts,
  id: string,
  run: PipelineRun,
  viewer: string | undefined,
): Promise<CardContent> {
  if (run.state === 'prepared') return previewCard(deps, id, run);
  const { connection, runId, state } = run;
  const steps = state === 'running' ? (run.run?.approvals ?? []).slice(0, shownSteps) : [];
  const asked = runId === undefined ? [] : await approvals.askedAbout(connection, runId, steps);
  const ticket = await showRunTicket(deps, tickets, id, run, viewer);
  return runCard(deps, id, run, { viewer, asked, ticket });
}

interface RunView {
  readonly viewer: string | undefined;
  readonly asked: readonly StepToDecide[];
  readonly ticket: ShownTicket;
}

/** The card with what is known of its approvals. Pure. */
function runCard(deps: CardDependencies, id: string, run: PipelineRun, { viewer, asked, ticket }: RunView): RunContent {
  const { timeZone } = deps.catalog();
  const { connection, run: status, state } = run;
  const now = deps.clock.now();
  const system = deps.systems.titleOf(connection);
  const stops = viewer === undefined || mayStop(deps, viewer, run);
  const title = plainText(titleOf(run), 200);
  const url = webAddress(status?.url);
  const showsLog = status !== undefined && (state !== 'succeeded' || status.hasWarnings === true);
  return {
    card: 'runs/run',
    data: {
      id,
      kind: `Run ${runLabel(run)}`,
      state: runBand(run),
      title,
      summary: `${cleanText(titleOf(run), 80)}: ${runBand(run).word.toLowerCase()}`,
      sentence: describeStepsToDecide(asked) ?? describeRun(run, system, timeZone),
      progress: progressOf(run),
      steps: stepRows(status, now),
      waits: waitRows(run, asked, system, timeZone),
      logTitle: showsLog ? `Last output, ${timeWithSeconds(status.logReadAt, timeZone)}` : '',
      log: showsLog ? linesOf(status, state === 'failed' ? shownLines : 3) : [],
      facts: [...valueFacts(run), ...peopleFacts(run, now, timeZone), ...ticket.facts],
      ticket: ticket.button,
      approval: { title: asked[0] ? `Show ${cleanText(asked[0].label, 20)}` : '', id: asked[0]?.approvalId ?? '' },
      buttons: {
        settleNot: state === 'unclear' && stops ? 'Mark as not run…' : '',
        settleAgain: state === 'unclear' && stops ? 'Start run again…' : '',
        rerun: canRerun(deps, run) ? 'Rerun failed steps' : '',
        again: isRunOver(run) && run.startedAt !== undefined ? 'Run again…' : '',
        cancel: isCancelable(run) && stops ? 'Cancel run…' : '',
        ...{ link: `View in ${cleanText(system, 30)}`, url },
      },
      footer: `${plainText(system, 40)} · ${footerTime(now, timeZone)} · ref\u00A0${referenceOf(run)}`,
    },
  };
}

/** Whether its tool can run again only what failed. */
export function canRerun({ systems }: Pick<CardDependencies, 'systems'>, run: PipelineRun): boolean {
  const { state, runId, connection } = run;
  return state === 'failed' && runId !== undefined && systems.pipelineSource(connection)?.rerun !== undefined;
}

/** Whether somebody can still stop it. */
export function isCancelable({ state, cancelRequestedBy, run }: PipelineRun): boolean {
  return (state === 'starting' || state === 'running') && !cancelRequestedBy && run?.state !== 'stopping';
}

/** The card's band. */
export function runBand(run: PipelineRun): { glyph: string; word: string; tone: string } {
  if (run.state === 'running' && run.run?.state === 'queued' && !run.cancelRequestedBy) return bandState('queued');
  if (run.state === 'starting' && !run.cancelRequestedBy) return { ...bandState('running'), word: 'Starting' };
  return bandState(runStatusName(run));
}

/** Which state the card's band shows. */
export function runStatusName({ state, run, cancelRequestedBy }: PipelineRun): StatusName {
  switch (state) {
    case 'prepared':
      return 'draft';
    case 'starting':
    case 'running':
      if (cancelRequestedBy || run?.state === 'stopping') return 'stopping';
      return run?.state === 'waiting' || run?.state === 'queued' ? run.state : 'running';
    case 'canceled':
    case 'dismissed':
      return 'cancelled';
    case 'succeeded':
      return run?.hasWarnings ? 'with warnings' : 'succeeded';
    default:
      return state;
  }
}

/** A run in progress never shows as complete. */
function progressOf({ run, state }: PipelineRun) {
  if (!run || run.steps.length === 0 || state !== 'running') return { done: '', rest: '', text: '' };
  const percent = Math.min(99, Math.round(run.progress * 100));
  const filled = Math.round((cells * percent) / 100);
  const step = currentStep(run.steps);
  const at = step ? run.steps.indexOf(step) + 1 : run.steps.filter((each) => each.state === 'done').length;
  return {
    ...{ done: '■'.repeat(filled), rest: '□'.repeat(cells - filled) },
    text: `${Math.max(1, at)} of ${run.steps.length}, ${percent}%`,
  };
}

const stepGlyphs: Readonly<
  Record<RunStatus['steps'][number]['state'], { glyph: string; color: string; weight: string }>
> = {
  waiting: { glyph: '○', color: 'Default', weight: 'Default' },
  running: { glyph: '◕', color: 'Accent', weight: 'Bolder' },
  done: { glyph: '✓', color: 'Default', weight: 'Default' },
  failed: { glyph: '✕', color: 'Attention', weight: 'Bolder' },
  skipped: { glyph: '–', color: 'Default', weight: 'Default' },
  canceled: { glyph: '⊠', color: 'Default', weight: 'Default' },
};

/** The steps around the one that matters: a pipeline can have a hundred. */
function stepRows(status: RunStatus | undefined, now: number): RunContent['data']['steps'] {
  const steps = status?.steps ?? [];
  const at = steps.findIndex(({ state }) => state === 'running' || state === 'failed');
  const from = Math.max(0, Math.min(at === -1 ? steps.length : at - shownSteps / 2, steps.length - shownSteps));
  return steps.slice(from, from + shownSteps).map(({ name, state, detail, startedAt, endedAt }) => ({
    ...stepGlyphs[state],
    name: capitalize(cleanText(name, 60)),
    detail: cleanText(detail, 120),
    time: startedAt === undefined ? '' : describeDuration((endedAt ?? now) - startedAt),
  }));
}

/** What somebody has to decide in the tool before it goes on. */
function waitRows(
  { state, run }: PipelineRun,
  asked: readonly StepToDecide[],
  system: string,
  timeZone: string,
): { text: string }[] {
  const all = state === 'running' ? (run?.approvals ?? []) : [];
  // The sentence tells of these.
  const approvals = all.filter(({ id }) => !asked.some(({ step }) => step === id));
  const rows = approvals.slice(0, shownSteps).map(({ name, waitingSince, url }) => {
    const since = waitingSince === undefined ? '' : ` since ${timeOfDay(waitingSince, timeZone)}`;
    const link = linkTo(webAddress(url), `Decide in ${plainText(system, 40)}`);
    return { text: `◔ ${plainText(name, 120)}${since}${webAddress(url) === '' ? '' : `. ${link}`}` };
  });
  const more = approvals.length - rows.length;
  return more > 0 ? [...rows, { text: plural(more, 'more decision') }] : rows;
}

function linesOf({ lastLines }: RunStatus, most: number): { text: string }[] {
  return lastLines
    .map((line) => cleanText(line, 160))
    .filter((line) => line !== '')
    .slice(-most)
    .map((text) => ({ text }));
}

function valueFacts({ values, labels }: PipelineRun): { title: string; value: string }[] {
  const all = Object.entries(values);
  const shown = all.slice(0, shownFacts).map(([name, value]) => ({
    title: plainText(lookUp(labels, name) ?? name, 40),
    value: plainText(showValue(value), 200),
  }));
  return all.length > shown.length
    ? [...shown, { title: 'More', value: plural(all.length - shown.length, 'parameter') }]
    : shown;
}

function peopleFacts(run: PipelineRun, now: number, timeZone: string): { title: string; value: string }[] {
  const { requester, startedAt = run.preparedAt } = run;
  const { rerunOf } = run;
  return [
    ...(rerunOf ? [{ title: 'Reruns', value: `the failed steps of ${runLabel(rerunOf)}` }] : []),
    {
      title: 'Started\u00A0by',
      value: `${plainText(requester.name, 80)}, ${describeMoment(startedAt, now, timeZone)}`,
    },
  ];
}

const referenceOf = ({ correlationId }: PipelineRun): string => correlationId.replace(/[^0-9a-z]/gi, '').slice(0, 8);

/** What will be started, and with what. */
export function previewCard(deps: CardDependencies, id: string, run: PipelineRun): CardContent<'policy/list'> {
  const system = deps.systems.titleOf(run.connection);
  const name = cleanText(titleOf(run), 80);
  const values = Object.entries(run.values);
  return drawList(
    deps,
    { reference: referenceOf(run) },
    {
      kind: `Run ${runLabel(run)}`,
      state: bandState('draft'),
      title: `Run “${plainText(titleOf(run), 80)}”?`,
      summary: `Run “${name}”: nothing has been started yet`,
      sentence: `**Nothing has been started yet.** Confirm to start “${plainText(titleOf(run), 80)}” in ${plainText(system, 40)}${values.length === 0 ? '.' : ' with these parameters:'}`,
      most: 25,
      rows: values.map(([parameter, value]) => ({
        name: cleanText(lookUp(run.labels, parameter) ?? parameter, 60),
        words: cleanText(showValue(value), 300),
      })),
      actions: [
        { title: 'Start run', verb: 'runs.start', id },
        { title: 'Change…', verb: 'runs.change', id },
        { title: 'Don’t run it', verb: 'runs.dismiss', id },
      ],
    },
  );
}

/** What takes the place of the preview of a run that was started: it doesn’t live, the run’s own card does. */
export function startedCard(deps: CardDependencies, run: PipelineRun): CardContent<'policy/list'> {
  return drawList(
    deps,
    { reference: referenceOf(run) },
    {
      kind: `Run ${runLabel(run)}`,
      title: plainText(titleOf(run), 80),
      summary: `${cleanText(titleOf(run), 80)}: started`,
      sentence: `**${plainText(run.requester.name, 80)} started ${runLabel(run)}.** The run’s own card shows its progress.`,
    },
  );
}

/** The question before somebody cancels a run. */
export function askStop(run: PipelineRun, system: string): Question {
  return {
    title: `Cancel ${titleOf(run)}?`,
    sentence: `**Gavel will ask ${plainText(system, 40)} to stop ${runLabel(run)}.** What the run has already changed won’t be undone, unless the pipeline does that.`,
    ...{ go: 'Cancel run', keep: 'Keep it running', revision: run.state },
  };
}
