import type { CardContent, Question } from '../../../chat/contract';
import type { RunStatus, RunStep, StepState } from '../../../connectors/contract';
import type { Catalog } from '../../../core/catalog';
import { bandState } from '../../../core/card';
import { capitalize, cleanText, enumerate, plainText, quote, webAddress, withFullStop } from '../../../core/text';
import { describeDuration, timeOfDay, timeWithSeconds } from '../../../core/time/clock';
import type { Deployment } from '../contract';
import { describeDeployment, describeKind, isOver, isRollingBack, labelOf } from '../store';
import { describeFailing, describeLostRelease, describePeople, describeSpan, frameOf, statusOf } from '../text';
import type { CardView } from '../text';
import { cancelsHow } from './facts';
import type { Canceling } from './facts';
import { missingForMs } from './transitions';

/** `cards/deployments/deployment-running.json`: a deployment in progress. */

const cells = 20;
const shownLines = 3;

type RunningContent = CardContent<'deployments/deployment-running'>;

interface RunningView extends CardView {
  readonly verifyForMs: number;
  /** Whose approval the run waits for, as a sentence; undefined if nobody was asked. */
  readonly asked: string | undefined;
  /** The release that Gavel restores if this fails, as just looked up; undefined: people decide then. */
  readonly backTo: string | undefined;
  /** How the release compares with the previous one during verification. */
  readonly compare: RunningContent['data']['compare'];
  /** What canceling would do; undefined if it's not offered. The click is checked anyway. */
  readonly cancels: Canceling | undefined;
}

export function runningCard(id: string, deployment: Deployment, view: RunningView): RunningContent {
  const run = isRollingBack(deployment) ? deployment.rollback?.run : deployment.run;
  const { service, environment, replaces, cancelReason = '', state } = deployment;
  // Once the run has ended its steps have been notified.
  const hasRun = state === 'verifying' && !isRollingBack(deployment);
  return {
    card: 'deployments/deployment-running',
    data: {
      ...frameOf(id, deployment, view),
      summary: summaryOf(deployment, run, view),
      sentence: sentenceOf(deployment, view),
      progress: hasRun ? verifyingProgress(deployment, view.now) : runProgress(run),
      steps: hasRun ? [] : stepRows(run, view.now),
      compare: hasRun ? view.compare : { ...view.compare, rows: [] },
      logTitle: run && !hasRun ? `Last output, ${timeWithSeconds(run.logReadAt, view.timeZone)}` : '',
      log: hasRun ? [] : linesOf(run, shownLines),
      facts: [
        ...describePeople(deployment, view),
        ...(replaces === undefined ? [] : [{ title: 'Replaces', value: plainText(replaces.version, 40) }]),
        ...(cancelReason === '' ? [] : [{ title: 'Cancel\u00A0reason', value: quote(cancelReason, 300) }]),
      ],
      target: `${service}/${environment}`,
      healthButton: hasRun ? 'Show health' : '',
      cancelTitle: view.cancels ? cancelTitles[view.cancels] : '',
      links: { title: `View run in ${cleanText(view.connector, 30)}`, run: webAddress(run?.url) },
    },
  };
}

const cancelTitles: Record<Canceling, string> = {
  'end the request': 'Cancel request…',
  'stop the run': 'Cancel deployment…',
  'roll back': 'Cancel and roll back…',
  'stop verifying': 'Cancel verification…',
};

function sentenceOf(deployment: Deployment, view: RunningView): string {
  const { state, version, environment, waitsFor, heldBy, run, looksFailed = 0 } = deployment;
  const release = plainText(version, 40);
  if (isRollingBack(deployment)) return describeRollingBack(deployment);
  if (looksFailed >= 3)
    return '**The deployment system isn’t responding.** Anything it started may still be running. Gavel will keep checking.';
  if (state === 'requested' || state === 'awaiting approval')
    return `**Waiting for approval.** Nothing has changed in ${environment}.`;
  if (state === 'approved' && heldBy !== undefined)
    return `**On hold.** ${plainText(capitalize(heldBy), 600)}. The ${describeKind(deployment)} starts automatically once nothing blocks it.`;
  if (state === 'approved')
    return waitsFor === undefined
      ? `**Starting soon.** Gavel is about to deploy ${release} to ${environment}.`
      : `**Waiting for ${waitsFor === 0 ? 'another deployment' : `D-${waitsFor}`}** to finish in ${environment}. This ${describeKind(deployment)} then starts automatically.`;
  if (state === 'verifying' && deployment.cancelRequestedBy)
    return `**Stopping.** ${plainText(deployment.cancelRequestedBy.name, 80)} canceled the verification of ${release}.`;
  if (state === 'verifying') return describeVerifying(deployment, view);
  if (deployment.cancelRequestedBy)
    return `**Stopping.** ${plainText(deployment.cancelRequestedBy.name, 80)} canceled this ${describeKind(deployment)}.`;
  const held = run && describeHeldRun(run, view);
  if (held !== undefined) return held;
  const step = run?.steps.find((each) => each.state === 'running');
  if (!step) return run && stepNumber(run) > 1 ? '**Waiting for the next step.**' : '**Starting the run.**';
  const rest =
    view.verifyForMs > 0 ? ` After the run, Gavel verifies ${release} for ${describeDuration(view.verifyForMs)}.` : '';
  return `**Running “${plainText(step.name, 40)}”** since ${timeOfDay(step.startedAt ?? view.now, view.timeZone)}.${rest}`;
}

/** What the run waits for in its own system; undefined if it runs. */
function describeHeldRun(
  { state, reason, approvals = [] }: RunStatus,
  { connector, asked }: RunningView,
): string | undefined {
  const tool = plainText(connector, 40);
  const why = reason === undefined ? '' : ` ${withFullStop(capitalize(plainText(reason, 200)))}`;
  switch (state) {
    case 'queued':
      return `**Queued in ${tool}.**${why}`;
    case 'waiting':
      if (asked !== undefined) return asked;
      return approvals.length === 0
        ? `**Waiting in ${tool}.**${why}`
        : `**Waiting for approval in ${tool}**: ${enumerate(approvals.map(({ name }) => quote(name, 80)))}.`;
    case 'stopping':
      return `**Stopping.** The run was canceled in ${tool}.`;
    default:
      return undefined;
  }
}

function describeVerifying({ version, verifyUntil = 0, after }: Deployment, view: RunningView): string {
  const { now, timeZone, backTo } = view;
  const otherwise =
    backTo === undefined ? 'someone has to decide what to do' : `Gavel rolls back to ${plainText(backTo, 40)}`;
  if (after?.state === 'unknown' && now >= verifyUntil) {
    const latest = timeWithSeconds(verifyUntil + missingForMs, timeZone);
    return `**${plainText(version, 40)} is live, but Gavel can’t verify it yet: ${after.trouble}.** If that hasn’t changed by ${latest}, ${otherwise}.`;
  }
  return `**${plainText(version, 40)} is live. Gavel is verifying it until ${timeWithSeconds(verifyUntil, timeZone)}.** If it becomes unhealthy, ${otherwise}.`;
}

function describeRollingBack(deployment: Deployment): string {
  const { version, replaces, rollback } = deployment;
  const number = rollback ? ` (D-${rollback.number})` : '';
  const back = plainText(replaces?.version ?? 'the previous release', 40);
  if (rollback?.state === 'unclear')
    return `**Gavel can’t tell whether ${back} is live again**${number}. Please answer the question on its card.`;
  return `**Rolling back to ${back}**${number}. ${plainText(version, 40)} ${describeFailing(deployment)}.`;
}

function summaryOf(deployment: Deployment, run: RunStatus | undefined, { connector }: CardView): string {
  const title = describeDeployment(deployment);
  const { state, service, version, environment } = deployment;
  if (isRollingBack(deployment)) return `${title} is being rolled back`;
  if (state === 'verifying') return `${service} ${version} is live in ${environment} and being verified`;
  if (state !== 'running' || !run) return `${title}: ${bandState(statusOf(state)).word.toLowerCase()}`;
  const doing = deployment.cancelRequestedBy ? 'stopping' : run.state;
  const where = doing === 'queued' || doing === 'waiting' ? ` in ${connector}` : '';
  const step = run.steps.length === 0 ? '' : `: step ${stepNumber(run)} of ${run.steps.length}`;
  return `${title} is ${doing}${where === '' ? step : where}`;
}

/** The step that a run is at, from 1. */
function stepNumber({ steps }: RunStatus): number {
  return Math.min(steps.length, steps.filter((step) => step.state === 'done').length + 1);
}

function barOf(share: number): { done: string; rest: string } {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return { done: '■'.repeat(filled), rest: '□'.repeat(cells - filled) };
}

/** A run in progress never shows as complete. */
function runProgress(run: RunStatus | undefined) {
  if (!run || run.steps.length === 0) return { done: '', rest: '', text: '' };
  const percent = Math.min(isOver(run) ? 100 : 99, Math.round(run.progress * 100));
  return { ...barOf(percent / 100), text: `${stepNumber(run)} of ${run.steps.length}, ${percent}%` };
}

function verifyingProgress(deployment: Deployment, now: number) {
  const { stateSince, verifyUntil = stateSince } = deployment;
  const whole = Math.max(0, verifyUntil - stateSince);
  const past = Math.min(whole, Math.max(0, now - stateSince));
  const share = whole === 0 ? 1 : Math.min(0.95, past / whole);
  return { ...barOf(share), text: describeShare(describeDuration(past), describeDuration(whole)) };
}

/** `2 of 5 min`, `50 s of 2 min`: short enough for a phone. */
function describeShare(past: string, whole: string): string {
  const [amount = '', unit] = past.split('\u00A0');
  return `${whole.endsWith(`\u00A0${unit}`) ? amount : past} of ${whole}`;
}

const stepGlyphs: Record<StepState, { glyph: string; color: string; weight: string }> = {
  waiting: { glyph: '○', color: 'Default', weight: 'Default' },
  running: { glyph: '◕', color: 'Accent', weight: 'Bolder' },
  done: { glyph: '✓', color: 'Default', weight: 'Default' },
  failed: { glyph: '✕', color: 'Attention', weight: 'Bolder' },
  skipped: { glyph: '–', color: 'Default', weight: 'Default' },
  canceled: { glyph: '⊠', color: 'Default', weight: 'Default' },
};

/** The steps of a run, as rows of its card, without details that the card's sentence repeats. */
export function stepRows(run: RunStatus | undefined, now: number, told = ''): RunningContent['data']['steps'] {
  return (run?.steps ?? []).map((step: RunStep) => ({
    ...stepGlyphs[step.state],
    name: capitalize(cleanText(step.name, 40)),
    detail: step.detail === told ? '' : cleanText(step.detail, 120),
    time: step.startedAt === undefined ? '' : describeSpan(step.startedAt, step.endedAt ?? now),
  }));
}

/** The newest lines of output, for TextRuns. */
function linesOf(run: RunStatus | undefined, most: number): { text: string }[] {
  return (run?.lastLines ?? [])
    .map((line) => cleanText(line, 160))
    .filter((line) => line !== '')
    .slice(-most)
    .map((text) => ({ text }));
}

/** The question before somebody cancels a deployment, by its state. */
export function askCancel(catalog: Catalog, deployment: Deployment): Question {
  const how = cancelsHow(catalog, deployment) ?? 'stop the run';
  return {
    title: `Cancel ${describeDeployment(deployment)}?`,
    sentence: describeCanceling(catalog, deployment),
    fields: [{ name: 'reason', label: 'Reason (optional)' }],
    ...cancelButtons[how],
    revision: how,
  };
}

const cancelButtons: Record<Canceling, { readonly go: string; readonly keep: string }> = {
  'end the request': { go: 'Cancel request', keep: 'Keep it' },
  'stop the run': { go: 'Cancel deployment', keep: 'Keep it running' },
  'roll back': { go: 'Cancel and roll back', keep: 'Keep verifying' },
  'stop verifying': { go: 'Cancel verification', keep: 'Keep verifying' },
};

/** What canceling would do, in Markdown. */
export function describeCanceling(catalog: Catalog, deployment: Deployment): string {
  const { environment, replaces, noWayBack } = deployment;
  const release = plainText(deployment.version, 40);
  const before = replaces && plainText(replaces.version, 40);
  switch (cancelsHow(catalog, deployment)) {
    case 'end the request':
      return `**Nothing will be ${deployment.kind === 'rollback' ? 'rolled back' : 'deployed'}.** ${before === undefined ? 'The request ends' : `${before} stays live in ${environment}`}.`;
    case 'roll back':
      return `**${before} goes live again** in ${environment}. ${release} is live now and isn’t verified yet.`;
    case 'stop verifying':
      return `**${release} stays live in ${environment}, without being verified.** ${noWayBack ? withFullStop(`Gavel can’t roll it back, because ${plainText(describeLostRelease(noWayBack), 200)}`) : `Gavel won’t roll it back.`}`;
    default:
      return before === undefined
        ? `**Gavel will stop the run of ${release}** if it has started.`
        : `**Gavel will stop the run.** ${before} stays live in ${environment} unless ${release} has already replaced it. The card will show what’s live.`;
  }
}

/** The outcome of a run that Gavel lost. */
export type Settled = 'ran' | 'again' | 'not';

/** The question before somebody records that outcome. */
export function askSettling(deployment: Deployment, as: Settled): Question {
  const { service, environment, version } = deployment;
  const label = labelOf(deployment);
  const release = plainText(version, 40);
  const revision = deployment.state;
  switch (as) {
    case 'ran':
      return {
        title: `Did ${service} ${version} run in ${environment}?`,
        sentence: `**Gavel will verify ${release} now.** It checks that the release is live in ${environment}, then verifies its health, as it does after every run.`,
        ...{ go: 'It ran, verify it', revision },
      };
    case 'again':
      return {
        title: `Start ${describeDeployment(deployment)} again?`,
        sentence: '**Make sure no run is in progress.** Two runs at once can cause damage.',
        ...{ go: 'Start the run again', revision },
      };
    case 'not':
      return {
        title: `End ${label} without a run?`,
        sentence: `**${label} will be recorded as canceled.** Nothing will be started or rolled back.`,
        ...{ go: `End ${label}`, revision },
      };
  }
}
