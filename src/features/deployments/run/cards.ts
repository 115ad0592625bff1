import type { CardContent, Question } from '../../../chat/contract';
import type { RunStatus, RunStep, StepState } from '../../../connectors/contract';
import type { Catalog } from '../../../core/catalog';
import { capitalize, cleanText, plainText, webAddress, withFullStop } from '../../../core/text';
import { describeDuration, describeMoment, timeOfDay, timeWithSeconds } from '../../../core/time/clock';
import type { Deployment } from '../contract';
import { describeDeployment, isRollingBack, labelOf } from '../store';
import { describeFailing, describeLostRelease, describePeople, describeSpan, frameOf } from '../text';
import type { CardView } from '../text';
import { cancelsHow } from './facts';
import type { Canceling } from './facts';

/** `cards/deployments/deployment-running.json`: a deployment on its way. */

const cells = 20;
const shownLines = 3;

interface RunningView extends CardView {
  readonly verifyForMs: number;
  /** What canceling would do; undefined where it's not offered. The click is checked anyway. */
  readonly cancels: Canceling | undefined;
}

export function runningCard(
  id: string,
  deployment: Deployment,
  view: RunningView,
): CardContent<'deployments/deployment-running'> {
  const run = isRollingBack(deployment) ? deployment.rollback?.run : deployment.run;
  const { replaces, cancelRequestedBy: canceler, cancelReason = '' } = deployment;
  return {
    card: 'deployments/deployment-running',
    data: {
      ...frameOf(id, deployment, view),
      summary: summaryOf(deployment, run),
      sentence: sentenceOf(deployment, view),
      progress: progressOf(run),
      steps: [...(run?.steps ?? []).map((step) => stepRow(step, view)), ...watchRow(deployment, view)],
      logTitle: run ? `Last output, ${timeWithSeconds(run.logReadAt, view.timeZone)}` : '',
      log: linesOf(run, shownLines),
      facts: [
        ...describePeople(deployment, view),
        ...(replaces === undefined ? [] : [{ title: 'Replaces', value: plainText(replaces.version, 40) }]),
        ...(canceler ? [{ title: 'Canceled by', value: plainText(canceler.name, 80) }] : []),
        ...(cancelReason === '' ? [] : [{ title: 'Reason to cancel', value: plainText(cancelReason, 300) }]),
      ],
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
    return `**${plainText(view.connector, 40)} does not answer.** What was started may still be going on; Gavel keeps looking and tells you here.`;
  if (state === 'requested' || state === 'awaiting approval')
    return `**Waits for approval.** Nothing has been changed in ${environment}.`;
  if (state === 'approved' && heldBy !== undefined)
    return `**Held.** ${plainText(capitalize(heldBy), 600)}. It starts by itself after that; cancel it if that is too late.`;
  if (state === 'approved')
    return waitsFor === undefined
      ? `**About to start.** ${release} goes to ${environment}.`
      : `**Waits for ${waitsFor === 0 ? 'another deployment' : `D-${waitsFor}`}**, which is on its way in ${environment}. It starts by itself after that.`;
  if (state === 'verifying' && deployment.cancelRequestedBy)
    return `**Stopping.** ${plainText(deployment.cancelRequestedBy.name, 80)} canceled the verification of ${release}.`;
  if (state === 'verifying')
    return `**${release} serves now and is watched until ${timeWithSeconds(deployment.verifyUntil ?? view.now, view.timeZone)}.** Only then it counts as succeeded.`;
  if (deployment.cancelRequestedBy)
    return `**Stopping.** ${plainText(deployment.cancelRequestedBy.name, 80)} asked to cancel; the run says here when it has stopped.`;
  const step = run?.steps.find((each) => each.state === 'running');
  if (!step) return `**Starting** the run in ${plainText(view.connector, 40)}.`;
  const rest = view.verifyForMs > 0 ? ` Then ${release} is watched for ${describeDuration(view.verifyForMs)}.` : '';
  return `**At ${plainText(step.name, 40)}**, since ${timeOfDay(step.startedAt ?? view.now, view.timeZone)}.${rest}`;
}

function describeRollingBack(deployment: Deployment): string {
  const { version, replaces, rollback } = deployment;
  const number = rollback ? ` (D-${rollback.number})` : '';
  const back = plainText(replaces?.version ?? 'the release before', 40);
  if (rollback?.state === 'unclear')
    return `**Nobody knows yet whether ${back} is back**${number}. Its card asks; somebody has to look.`;
  return `**Gavel puts ${back} back now**${number}. ${plainText(version, 40)} ${describeFailing(deployment)}.`;
}

function summaryOf(deployment: Deployment, run: RunStatus | undefined): string {
  const title = describeDeployment(deployment);
  if (isRollingBack(deployment)) return `${title} failed and is being rolled back`;
  if (deployment.state !== 'running' || !run) return `${title}: ${deployment.state}`;
  const done = run.steps.filter((step) => step.state === 'done').length;
  return `${title} is running: step ${Math.min(run.steps.length, done + 1)} of ${run.steps.length}`;
}

function progressOf(run: RunStatus | undefined): { done: string; rest: string; text: string } {
  if (!run || run.steps.length === 0) return { done: '', rest: '', text: '' };
  const filled = Math.round(Math.min(1, Math.max(0, run.progress)) * cells);
  const done = run.steps.filter((step) => step.state === 'done').length;
  return {
    done: '■'.repeat(filled),
    rest: '□'.repeat(cells - filled),
    text: `${done} of ${run.steps.length}, ${Math.round(run.progress * 100)}\u00A0%`,
  };
}

const stepGlyphs: Record<StepState, { glyph: string; color: string; weight: string }> = {
  waiting: { glyph: '○', color: 'Default', weight: 'Default' },
  running: { glyph: '◕', color: 'Accent', weight: 'Bolder' },
  done: { glyph: '✓', color: 'Default', weight: 'Default' },
  failed: { glyph: '✕', color: 'Attention', weight: 'Bolder' },
  skipped: { glyph: '–', color: 'Default', weight: 'Default' },
};

type Step = CardContent<'deployments/deployment-running'>['data']['steps'][number];

function stepRow(step: RunStep, { now }: CardView): Step {
  const name = cleanText(step.name, 40);
  return {
    ...stepGlyphs[step.state],
    name: capitalize(name),
    detail: cleanText(step.detail, 120),
    time: step.startedAt === undefined ? '' : describeSpan(step.startedAt, step.endedAt ?? now),
  };
}

/** The verification is the last step of every deployment, after those of the pipeline. */
function watchRow(deployment: Deployment, { now, verifyForMs }: RunningView): Step[] {
  const { run, state, stateSince, verifyUntil = stateSince, after } = deployment;
  if (isRollingBack(deployment) || !run) return [];
  if (state !== 'verifying')
    return [{ ...stepGlyphs.waiting, name: 'Watch', detail: `health for ${describeDuration(verifyForMs)}`, time: '' }];
  const word = after && capitalize(after.state);
  const detail = word ? `${word}${after?.p95Ms === undefined ? '' : `, p95 ${Math.round(after.p95Ms)}\u00A0ms`}` : '';
  const time = `${describeDuration(now - stateSince)} of ${describeDuration(Math.max(0, verifyUntil - stateSince))}`;
  return [{ ...stepGlyphs.running, name: 'Watch', detail, time }];
}

/** The newest lines of output, for TextRuns. */
export function linesOf(run: RunStatus | undefined, most: number): { text: string }[] {
  return (run?.lastLines ?? [])
    .map((line) => cleanText(line, 160))
    .filter((line) => line !== '')
    .slice(-most)
    .map((text) => ({ text }));
}

/** `cards/deployments/unclear.json`: Gavel does not know whether a run happened, and asks instead of starting it again. */
export function unclearCard(id: string, deployment: Deployment, view: CardView & { canSettle: boolean }): CardContent {
  const { version, environment, service, unclearSince, unclearReason = '', replaces } = deployment;
  const since = describeMoment(unclearSince ?? deployment.stateSince, view.now, view.timeZone);
  return {
    card: 'deployments/unclear',
    data: {
      ...frameOf(id, deployment, view),
      summary: `${labelOf(deployment)} is unclear: did ${service} ${version} run in ${environment}? Somebody has to say.`,
      sentence: `**Nobody knows whether this ran**, since ${since}: ${plainText(unclearReason, 300)}. Look in ${plainText(view.connector, 40)}, then say what became of it. Gavel starts nothing by itself.`,
      facts: [
        ...describePeople(deployment, view),
        ...(replaces ? [{ title: 'Replaces', value: plainText(replaces.version, 40) }] : []),
        { title: 'Held', value: `${service} in ${environment}, until this is settled` },
      ],
      viewer: { canSettle: view.canSettle },
      titles: {
        ran: `It ran as ${version.length > 10 ? 'requested' : cleanText(version, 10)}…`,
        again: 'Start again…',
        not: 'It did not run…',
      },
    },
  };
}

/** What somebody is asked before they cancel a deployment, by how far it is. */
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
      return `**Nothing is deployed.** ${before === undefined ? 'The request ends' : `${before} stays live in ${environment}`}.`;
    case 'roll back':
      return `**${before} goes live again** in ${environment}. ${release} is live now and isn't verified yet.`;
    case 'stop verifying':
      return `**${release} stays live in ${environment}, without being verified.** ${noWayBack ? withFullStop(plainText(describeLostRelease(noWayBack), 200)) : `Gavel doesn't roll back there.`}`;
    default:
      return before === undefined
        ? `**Gavel stops the run** of ${release}, if it has started at all.`
        : `**Gavel stops the run.** ${before} stays live in ${environment}, or is restored if ${release} has started already.`;
  }
}

/** What became of a run that Gavel lost. */
export type Settled = 'ran' | 'again' | 'not';

/** What somebody is asked before they say that. */
export function askSettling(deployment: Deployment, as: Settled): Question {
  const { service, environment, version } = deployment;
  const label = labelOf(deployment);
  const release = plainText(version, 40);
  const revision = deployment.state;
  switch (as) {
    case 'ran':
      return {
        title: `Did ${service} ${version} run in ${environment}?`,
        sentence: `**Gavel verifies it now**: it checks that ${release} is live in ${environment}, then watches its health as after every run.`,
        ...{ go: 'It ran, verify it', revision },
      };
    case 'again':
      return {
        title: `Start ${describeDeployment(deployment)} again?`,
        sentence: '**Only if you are sure that no run is under way**: two runs at once can do harm.',
        ...{ go: 'Start the run again', revision },
      };
    case 'not':
      return {
        title: `End ${label} without a run?`,
        sentence: `**Nothing is started and nothing is rolled back.** ${label} ends as canceled.`,
        ...{ go: `End ${label}`, revision },
      };
  }
}
