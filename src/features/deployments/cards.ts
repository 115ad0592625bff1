import type { CardContent } from '../../chat/contract';
import type { HealthLimits } from '../../core/catalog';
import { bandState } from '../../core/card';
import { may } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { cleanText, linkTo, plainText, plural, webAddress } from '../../core/text';
import { describeDuration } from '../../core/time/clock';
import { describeStepsToDecide } from '../approvals';
import type { Approvals } from '../approvals';
import type { ShownTicket, TicketLinks } from '../tickets';
import { lostWayBack } from './checks';
import type { Deployment, HealthSnapshot } from './contract';
import { mayRollBack } from './rollback/facts';
import { runningCard, stepRows } from './run/cards';
import { cancelsHow, firstError, saysFailure, verifyMs } from './run/facts';
import { approvalIdOf, describeDeployment, isFinal, isWaiting, labelOf, pageFor } from './store';
import type { DeploymentParts } from './store';
import { unclearCard } from './trouble/cards';
import { showDeploymentTicket } from './trouble/facts';
import { describeEnd, describePeople, describeSpan, frameOf, rollbackButton, statusOf } from './text';
import type { CardFact, CardView } from './text';

/** The topic of these cards. */
export const deploymentTopic = (id: string): string => `deployment:${id}`;
/** The key of its one card in the outbox. */
export const cardKey = (id: string): string => `${deploymentTopic(id)}:card`;

/** What the card of a deployment needs. */
export interface CardParts extends DeploymentParts {
  readonly approvals: Pick<Approvals, 'card' | 'askedAbout'>;
  /** Without it, cards show no tickets. */
  readonly tickets?: Pick<TicketLinks, 'showOn'> | undefined;
}

/**
 * The one card of a deployment as it is now, from the request to its replacement; without a viewer, the card for everybody, whose buttons are checked at the
 * click.
 */
export async function deploymentCard(
  parts: CardParts,
  id: string,
  deployment: Deployment,
  viewer: string | undefined,
): Promise<CardContent> {
  const { deps, approvals } = parts;
  const catalog = deps.catalog();
  const { service, environment, state, requester } = deployment;
  const approval = isWaiting(deployment) ? await approvals.card(approvalIdOf(id), viewer) : undefined;
  if (approval) return approval;
  const target = { service, environment };
  const connector = deps.systems.nameOf(service) ?? 'its connector';
  const seen = { now: deps.clock.now(), timeZone: catalog.timeZone, connector };
  const operates = viewer === undefined || viewer === requester.id || may(catalog, viewer, 'operate', target);
  const ticket = await showDeploymentTicket(parts.tickets, id, deployment, viewer);
  if (state === 'unclear') return unclearCard(id, deployment, { ...seen, ticket, canSettle: operates });
  const limits = lookUp(catalog.services, service)?.limits;
  if (!isFinal(deployment)) {
    return runningCard(id, deployment, {
      ...seen,
      asked: await describeAskedFor(parts, deployment),
      verifyForMs: verifyMs(deps, deployment),
      backTo: state === 'verifying' ? await rollsBackTo(parts, deployment) : undefined,
      compare: comparison(deployment, limits, seen.now - deployment.stateSince),
      cancels: operates ? cancelsHow(catalog, deployment) : undefined,
    });
  }
  const offered = viewer === undefined || may(catalog, viewer, 'deploy', target);
  const back = offered && mayRollBack(deployment) ? await wayBack(parts, deployment) : undefined;
  const rollback = back && { version: back.version };
  const page = pageFor(catalog, service, 'commit', deployment.commit);
  const next = await nextOf(parts, deployment);
  return resultCard(id, deployment, { ...seen, limits, page, rollback, ticket, next });
}

/** Whose approval its run waits for; undefined if nobody was asked. */
async function describeAskedFor({ approvals }: CardParts, { connection, runId, run }: Deployment) {
  const steps = run?.state === 'waiting' ? (run.approvals ?? []) : [];
  if (connection === undefined || runId === undefined || steps.length === 0) return undefined;
  return describeStepsToDecide(await approvals.askedAbout(connection, runId, steps));
}

/** The release that Gavel rolls back to automatically if this one fails verification; undefined if it doesn't, or if nobody can tell. */
async function rollsBackTo({ deps, store }: DeploymentParts, deployment: Deployment): Promise<string | undefined> {
  const { environment, replaces, kind, noWayBack } = deployment;
  const isAutomatic = lookUp(deps.catalog().environments, environment)?.rollBackAutomatically === true;
  if (!isAutomatic || !replaces || kind === 'rollback' || noWayBack) return undefined;
  try {
    return (await lostWayBack(deps, store, deployment, replaces)) ? undefined : replaces.version;
  } catch (error) {
    deps.logger.debug({ error, environment }, 'No rollback is promised: nobody can tell whether its release is there');
    return undefined;
  }
}

/** What replaced it: the next deployment, or the request that superseded it. */
async function nextOf({ store }: DeploymentParts, { replacedBy, ended }: Deployment) {
  if (replacedBy) return { id: replacedBy.id, label: labelOf(replacedBy) };
  const successor = ended?.successor;
  const found = successor && (await store.find(labelOf(successor)));
  return found && { id: found.id, label: labelOf(found.deployment) };
}

/** The release that a rollback would go to, looked up: a button never promises what can't be done. */
async function wayBack({ deps, store }: DeploymentParts, { service, environment, version, commit }: Deployment) {
  try {
    const running = await deps.systems.running(service, environment)?.read();
    if (running && (running.version !== version || running.commit !== commit)) return undefined;
    return await store.rollbackTarget(service, environment);
  } catch (error) {
    deps.logger.debug({ error, service, environment }, 'No rollback is offered: nobody can tell where it would go');
    return undefined;
  }
}

/** `cards/deployments/deployment-result.json`: how a deployment ended, smaller than before. */

interface ResultView extends CardView {
  readonly limits: HealthLimits | undefined;
  /** Where its commit leads; empty if the catalog doesn't say. */
  readonly page: string;
  /** The release that can be restored; undefined if no rollback is offered. */
  readonly rollback: { readonly version: string } | undefined;
  readonly ticket: ShownTicket;
  /** What replaced it. */
  readonly next: { readonly id: string; readonly label: string } | undefined;
}

type ResultContent = CardContent<'deployments/deployment-result'>;

function resultCard(id: string, deployment: Deployment, view: ResultView): ResultContent {
  const { service, environment, run, failure, state, replacedBy } = deployment;
  const label = labelOf(deployment);
  const url = webAddress(run?.url);
  const buttons = buttonsOf(deployment, { next: view.next, back: view.rollback, hasLink: url !== '' });
  const shown = (button: Button, title: string): string => (buttons.includes(button) ? title : '');
  const isRunFailure = run?.state === 'failed' && !replacedBy;
  const log = isRunFailure ? firstError(run.lastLines, run.reason).map((text) => ({ text: cleanText(text, 160) })) : [];
  return {
    card: 'deployments/deployment-result',
    data: {
      ...frameOf(id, deployment, view),
      target: `${service}/${environment}`,
      summary: summaryOf(deployment),
      sentence: describeEnd(deployment, view),
      compare: comparison(deployment, replacedBy ? undefined : view.limits, watchedMs(deployment)),
      steps: state === 'failed' && failure?.during === 'run' && !replacedBy ? stepRows(run, view.now, run?.reason) : [],
      failure: { title: titleOf(log, run), log },
      facts: [...facts(deployment, view), ...view.ticket.facts],
      ticket: view.ticket.button,
      logButton: { title: shown('log', 'Show log'), id: `log ${label}` },
      retryButton: { title: shown('retry', 'Retry'), id: `retry ${label}` },
      nextButton: { title: shown('next', `Show ${view.next?.label ?? ''}`), id: view.next?.id ?? '' },
      healthButton: shown('health', 'Show health'),
      rollback: wayBackButton(id, buttons.includes('rollback') ? view.rollback : undefined),
      links: { title: `View run in ${cleanText(view.connector, 30)}`, run: shown('link', url) },
    },
  };
}

/** What these lines of the log are; empty where there are none. */
function titleOf(log: readonly { readonly text: string }[], run: Deployment['run']): string {
  if (log.length === 0) return '';
  const step = run?.steps.find((each) => each.state === 'failed')?.name;
  const what = log.some(({ text }) => saysFailure(text)) ? 'First error' : 'Last output';
  return step === undefined ? what : `${what} in ${plainText(step, 40)}`;
}

type Button = 'next' | 'rollback' | 'retry' | 'log' | 'health' | 'link';
const maxButtons = 3;

/** The next steps, the most likely first: never more than three. */
function buttonsOf(
  { state, kind, runId, replacedBy }: Deployment,
  { next, back, hasLink }: { readonly hasLink: boolean; readonly next?: unknown; readonly back?: unknown },
): readonly Button[] {
  if (replacedBy) return ['next'];
  const hasRun = runId !== undefined;
  const isWrong = state === 'failed' || state === 'rolled back';
  const all: readonly (Button | false | undefined)[] = [
    next !== undefined && 'next',
    isWrong && back !== undefined && 'rollback',
    state === 'failed' && kind === 'deploy' && 'retry',
    hasRun && state !== 'succeeded' && 'log',
    hasRun && 'health',
    back !== undefined && !isWrong && 'rollback',
    hasLink && 'link',
  ];
  return all.filter((each) => each !== false && each !== undefined).slice(0, maxButtons);
}

function summaryOf(deployment: Deployment): string {
  const { service, version, environment, state, replaces, replacedBy } = deployment;
  if (replacedBy) return `${service} ${version} was live in ${environment} until ${replacedBy.version} replaced it`;
  if (state === 'succeeded') return `${service} ${version} went live in ${environment}, verified`;
  if (state === 'rolled back')
    return `${service} ${version} failed in ${environment} and was rolled back to ${replaces?.version ?? 'the previous release'}`;
  return `${describeDeployment(deployment)}: ${bandState(statusOf(state)).word.toLowerCase()}`;
}

function facts(deployment: Deployment, view: ResultView): CardFact[] {
  const { run, verifyUntil, ended, changes, commit, rollback, state, replaces, replacedBy } = deployment;
  const took = describeSpan(run?.startedAt, run?.endedAt);
  const verified = verifyUntil === undefined || took === '' || !ended ? '' : describeDuration(watchedMs(deployment));
  const shortCommit = linkTo(view.page, plainText(commit.slice(0, 7)));
  const isOver = replacedBy !== undefined;
  const all: CardFact[] = [
    ...describePeople(deployment, view),
    { title: 'Replaced', value: state === 'succeeded' && replaces && !isOver ? plainText(replaces.version, 40) : '' },
    { title: 'Took', value: isOver ? '' : verified === '' ? took : `${took}, and ${verified} to verify` },
    changes.total === 0
      ? { title: 'Commit', value: state === 'succeeded' ? shortCommit : '' }
      : { title: 'Changes', value: state === 'succeeded' ? `${plural(changes.total, 'commit')}, ${shortCommit}` : '' },
    {
      title: 'Rollback',
      value: rollback ? `D-${rollback.number}, ${bandState(statusOf(rollback.state)).word.toLowerCase()}` : '',
    },
  ];
  return all.filter((fact) => fact.value !== '');
}

function watchedMs({ run, failure, ended }: Deployment): number {
  const until = failure?.at ?? ended?.at ?? 0;
  return Math.max(0, until - (run?.endedAt ?? until));
}

/** How the release compares with the previous one over this period; without rows if there is nothing to compare. */
function comparison(
  { before, after, version, replaces, state, failure }: Deployment,
  limits: HealthLimits | undefined,
  overMs: number,
): ResultContent['data']['compare'] {
  // Where another release is live or nothing responds, these numbers aren't the release's own.
  const isMeasured = after?.state !== 'not live' && after?.state !== 'down';
  const isShown = isMeasured && (state === 'succeeded' || state === 'verifying' || failure !== undefined);
  const rowsShown = after !== undefined && limits !== undefined && isShown ? rows(before, after, limits) : [];
  return {
    title: rowsShown.length > 0 ? `Over ${describeDuration(Math.max(0, overMs))}` : '',
    before: plainText(replaces?.version ?? 'before', 20),
    after: plainText(version, 20),
    limit: 'Limit',
    rows: rowsShown,
  };
}

const marks = {
  exceeded: { glyph: '✕', color: 'Attention' },
  unknown: { glyph: '?', color: 'Default' },
  kept: { glyph: '✓', color: 'Good' },
} as const;

/** One row for each limit, those over their limit first. */
function rows(before: HealthSnapshot | undefined, after: HealthSnapshot, limits: HealthLimits) {
  const { p95Ms, errorPercent, minimumRequestsPerSecond: minimum } = limits;
  const ms = (value: number): string => `${Math.round(value)}\u00A0ms`;
  const percent = (value: number): string => `${rounded(value)}%`;
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
    ...(p95Ms === undefined ? [] : [row('p95', 'p95Ms', [ms(p95Ms), ms], (value) => value <= p95Ms)]),
    ...(errorPercent === undefined
      ? []
      : [
          row(
            'Errors',
            'errorPercent',
            [percent(errorPercent), percent],
            (value) => value <= errorPercent || after.loneFailure === true,
          ),
        ]),
    ...(minimum === undefined
      ? []
      : [row('Traffic', 'requestsPerSecond', [`≥\u00A0${rate(minimum)}`, rate], (value) => value >= minimum)]),
  ];
  return Object.keys(marks).flatMap((mark) => all.flatMap((each) => (each.mark === mark ? [each.row] : [])));
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Math.round(value * 10) / 10);
}

/** Contains the release, too, so that an old card never rolls back to another. */
function wayBackButton(id: string, rollback: ResultView['rollback']): ResultContent['data']['rollback'] {
  if (!rollback) return { title: '', id: '' };
  return { title: `${rollbackButton(rollback.version)}…`, id: `${id}/${rollback.version}` };
}
