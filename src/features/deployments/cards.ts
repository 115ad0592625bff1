import type { CardContent } from '../../chat/contract';
import type { HealthLimits } from '../../core/catalog';
import type { RunStatus } from '../../connectors/contract';
import { bandState } from '../../core/card';
import { may } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { cleanText, plainText, plural, webAddress } from '../../core/text';
import { describeDuration, describeMoment } from '../../core/time/clock';
import { servingConnector } from '../contract';
import type { Deployment, HealthSnapshot } from './contract';
import { mayRollBack } from './rollback/facts';
import { linesOf, runningCard, unclearCard } from './run/cards';
import { cancelsHow, verifyMs } from './run/facts';
import { describeDeployment, isFinal, labelOf } from './store';
import type { DeploymentParts } from './store';
import { describeEnd, describePeople, describeSpan, frameOf, statusOf } from './text';
import type { CardFact, CardView } from './text';

/** What these cards are about. */
export const deploymentTopic = (id: string): string => `deployment:${id}`;

/** The one card of a deployment as it is now; without a viewer the one that everybody sees, whose buttons are checked at the click. */
export async function deploymentCard(
  parts: DeploymentParts,
  id: string,
  deployment: Deployment,
  viewer: string | undefined,
) {
  const { deps } = parts;
  const catalog = deps.catalog();
  const { service, environment, state, requester } = deployment;
  const target = { service, environment };
  const connector = servingConnector(deps, service)?.name ?? 'its connector';
  const seen = { now: deps.clock.now(), timeZone: catalog.timeZone, connector };
  const operates = viewer === undefined || viewer === requester.id || may(catalog, viewer, 'operate', target);
  if (state === 'unclear') return unclearCard(id, deployment, { ...seen, canSettle: operates });
  if (!isFinal(deployment)) {
    return runningCard(id, deployment, {
      ...seen,
      verifyForMs: verifyMs(deps, deployment),
      cancels: operates ? cancelsHow(catalog, deployment) : undefined,
    });
  }
  const offered = viewer === undefined || may(catalog, viewer, 'deploy', target);
  const back = offered && mayRollBack(deployment) ? await wayBack(parts, deployment) : undefined;
  const limits = lookUp(catalog.services, service)?.limits;
  return resultCard(id, deployment, { ...seen, limits, rollback: back && { version: back.version } });
}

/** What a rollback from here would go to, looked up: a button never promises what can't be done. */
async function wayBack({ deps, store }: DeploymentParts, { service, environment, version, commit }: Deployment) {
  try {
    const running = await servingConnector(deps, service)?.environments?.running(service, environment);
    if (running && (running.version !== version || running.commit !== commit)) return undefined;
    return await store.rollbackTarget(service, environment);
  } catch (error) {
    deps.logger.debug({ error, service, environment }, 'No rollback is offered: nobody can tell where it would go');
    return undefined;
  }
}

/** `cards/deployments/deployment-result.json`: how a deployment ended, smaller than before. */

const shownLines = 5;

interface ResultView extends CardView {
  readonly limits: HealthLimits | undefined;
  /** The release that can be restored; undefined when it is not offered. */
  readonly rollback: { readonly version: string } | undefined;
}

type ResultContent = CardContent<'deployments/deployment-result'>;

function resultCard(id: string, deployment: Deployment, view: ResultView): ResultContent {
  const { service, environment, run } = deployment;
  const log = run?.state === 'failed' ? linesOf(explaining(run), shownLines) : [];
  const label = labelOf(deployment);
  const url = webAddress(run?.url);
  const buttons = buttonsOf(deployment, view.rollback !== undefined, url !== '');
  const shown = (button: Button, title: string): string => (buttons.includes(button) ? title : '');
  return {
    card: 'deployments/deployment-result',
    data: {
      ...frameOf(id, deployment, view),
      target: `${service}/${environment}`,
      summary: summaryOf(deployment),
      sentence: describeEnd(deployment, view),
      compare: comparison(deployment, view.limits),
      failure: { title: log.length > 0 ? 'What the log says about it' : '', log },
      facts: facts(deployment, view),
      logButton: { title: shown('log', 'Show log'), id: `log ${label}` },
      retryButton: { title: shown('retry', 'Retry'), id: `retry ${label}` },
      healthButton: shown('health', 'Show health'),
      rollback: rollbackButton(id, buttons.includes('rollback') ? view.rollback : undefined),
      links: { title: `View run in ${cleanText(view.connector, 30)}`, run: shown('link', url) },
    },
  };
}

type Button = 'rollback' | 'retry' | 'log' | 'health' | 'link';

const maxButtons = 3;

/** What can be done next, what people most likely want first: never more than three. */
function buttonsOf({ state, kind, runId }: Deployment, canRollBack: boolean, hasLink: boolean): readonly Button[] {
  const hasRun = runId !== undefined;
  const wrong = state === 'failed' || state === 'rolled back';
  const all: readonly (Button | false)[] = [
    wrong && canRollBack && 'rollback',
    state === 'failed' && kind === 'deploy' && 'retry',
    hasRun && state !== 'succeeded' && 'log',
    hasRun && 'health',
    canRollBack && !wrong && 'rollback',
    hasLink && 'link',
  ];
  return all.filter((each) => each !== false).slice(0, maxButtons);
}

const explains = /\bnot ok\b|\berror\b|\bfail(ed|ure|s)?\b|✕|✖|\bfatal\b|\bexception\b/i;

/** The run with its output from the first line on that explains a failure, where there is one. */
function explaining(run: RunStatus): RunStatus {
  const first = run.lastLines.findIndex((line) => explains.test(line));
  return first === -1 ? run : { ...run, lastLines: run.lastLines.slice(first, first + shownLines) };
}

function summaryOf(deployment: Deployment): string {
  const { service, version, environment, state, replaces } = deployment;
  if (state === 'succeeded') return `${service} ${version} went live in ${environment}, verified`;
  if (state === 'rolled back')
    return `${service} ${version} failed in ${environment} and was rolled back to ${replaces?.version ?? 'the release before'}`;
  return `${describeDeployment(deployment)}: ${bandState(statusOf(state)).word.toLowerCase()}`;
}

function facts(deployment: Deployment, view: ResultView): CardFact[] {
  const { run, verifyUntil, ended, changes, commit, rollback, state } = deployment;
  const took = describeSpan(run?.startedAt, run?.endedAt);
  const verified = verifyUntil === undefined || took === '' || !ended ? '' : describeDuration(watchedMs(deployment));
  const changed = `${plural(changes.total, 'commit')}, ${plainText(commit.slice(0, 7))}`;
  const all: CardFact[] = [
    ...describePeople(deployment, view),
    { title: 'Ended', value: ended ? describeMoment(ended.at, view.now, view.timeZone) : '' },
    { title: 'Took', value: verified === '' ? took : `${took}, and ${verified} to verify` },
    { title: 'Changed', value: state === 'succeeded' ? changed : '' },
    { title: 'Rollback', value: rollback ? `D-${rollback.number}, ${rollback.state}` : '' },
  ];
  return all.filter((fact) => fact.value !== '');
}

function watchedMs({ run, failure, ended }: Deployment): number {
  const until = failure?.at ?? ended?.at ?? 0;
  return Math.max(0, until - (run?.endedAt ?? until));
}

function comparison(deployment: Deployment, limits: HealthLimits | undefined): ResultContent['data']['compare'] {
  const { before, after, version, replaces, state } = deployment;
  const shown = after !== undefined && limits !== undefined && (state === 'succeeded' || deployment.failure);
  return {
    title: shown ? `Over ${describeDuration(watchedMs(deployment))}` : '',
    before: plainText(replaces?.version ?? 'before', 20),
    after: plainText(version, 20),
    limit: 'Limit',
    rows: shown ? rows(before, after, limits) : [],
  };
}

const marks = {
  exceeded: { glyph: '✕', color: 'Attention' },
  unknown: { glyph: '?', color: 'Default' },
  kept: { glyph: '✓', color: 'Good' },
} as const;

/** One row for each limit, what exceeds its limit first. */
function rows(before: HealthSnapshot | undefined, after: HealthSnapshot, limits: HealthLimits) {
  const { p95Ms, errorPercent, minimumRequestsPerSecond: minimum } = limits;
  const ms = (value: number): string => `${Math.round(value)}\u00A0ms`;
  const percent = (value: number): string => `${rounded(value)}\u00A0%`;
  const rate = (value: number): string => `${rounded(value)}/s`;
  const row = (
    name: string,
    measure: 'p95Ms' | 'errorPercent' | 'requestsPerSecond',
    [limit, say]: readonly [string, (value: number) => string],
    isKept: (value: number) => boolean,
  ) => {
    const value = after[measure];
    const mark = value === undefined ? 'unknown' : isKept(value) ? 'kept' : 'exceeded';
    const shown = (each: number | undefined): string => (each === undefined ? '–' : say(each));
    return {
      mark,
      row: { name, before: shown(before?.[measure]), after: shown(value), limit, ...marks[mark] },
    } as const;
  };
  const all = [
    row('p95', 'p95Ms', [ms(p95Ms), ms], (value) => value <= p95Ms),
    row(
      'Errors',
      'errorPercent',
      [percent(errorPercent), percent],
      (value) => value <= errorPercent || after.loneFailure === true,
    ),
    row('Traffic', 'requestsPerSecond', [`≥\u00A0${rate(minimum)}`, rate], (value) => value >= minimum),
  ];
  return Object.keys(marks).flatMap((mark) => all.flatMap((each) => (each.mark === mark ? [each.row] : [])));
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

/** Names the release too, so that an old card never rolls back to another. */
function rollbackButton(id: string, rollback: ResultView['rollback']): ResultContent['data']['rollback'] {
  if (!rollback) return { title: '', id: '' };
  return { title: `Roll back to ${cleanText(rollback.version, 40)}…`, id: `${id}/${rollback.version}` };
}
