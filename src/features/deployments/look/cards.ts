import type { CardContent, Turn } from '../../../chat/contract';
import { bandState, statuses } from '../../../core/card';
import { cleanText, enumerate, plainText, plural } from '../../../core/text';
import { describeMoment, footerTime, timeWithSeconds } from '../../../core/time/clock';
import type { HealthReport, HealthState } from '../../health';
import type { Deployment, FoundDeployment } from '../contract';
import { describeDeployment, isFinal, isRollingBack, labelOf } from '../store';
import { statusOf } from '../text';

/** The cards of those who only look: the latest deployments, what runs where, the log of a run. */

export interface LookView {
  readonly turn: Turn;
  readonly now: number;
  readonly timeZone: string;
}

interface ListView extends LookView {
  readonly service: string | undefined;
  /** How many are left out. */
  readonly more: number;
}

/** `cards/deployments/list.json`: newest first, each can be opened. */
export function deploymentList(
  found: readonly FoundDeployment[],
  { service, more, turn, now, timeZone }: ListView,
): CardContent<'deployments/list'> {
  const open = found.filter(({ deployment }) => !isFinal(deployment)).length;
  const title = service === undefined ? 'Latest deployments' : `Deployments of ${service}`;
  const latest = found.slice(0, 3).map(({ deployment }) => `${labelOf(deployment)} ${deployment.state}`);
  const [word, sentence] =
    open === 0
      ? ['All are over', '**None is on its way.**']
      : open === 1
        ? ['1 on its way', '**1 is on its way.**']
        : [`${open} on their way`, `**${open} are on their way.**`];
  return {
    card: 'deployments/list',
    data: {
      kind: 'Deployments',
      state: { ...bandState(open > 0 ? 'running' : 'draft'), word },
      title,
      summary: `${title}: ${latest.join(', ')}`,
      sentence: `${sentence} Choose one to see its card.`,
      rows: found.map(({ id, deployment }) => row(id, deployment, now, timeZone)),
      more: more > 0 ? `and ${more} more` : '',
      footer: `${footerTime(now, timeZone)} · ref\u00A0${turn.reference}`,
    },
  };
}

function row(id: string, deployment: Deployment, now: number, timeZone: string) {
  const { glyph, color, word } = statuses[isRollingBack(deployment) ? 'rolled back' : statusOf(deployment.state)];
  const since = describeMoment(deployment.stateSince, now, timeZone);
  const said = isRollingBack(deployment) ? 'Rolling back' : word;
  return {
    id,
    glyph,
    color,
    title: describeDeployment(deployment),
    detail: `${said} ${isFinal(deployment) ? 'at' : 'since'} ${since}, asked by ${cleanText(deployment.requester.name, 60)}`,
    number: labelOf(deployment),
    open: `Open ${labelOf(deployment)}`,
  };
}

const worstFirst: readonly HealthState[] = ['down', 'degraded', 'unknown', 'healthy'];

/** `cards/deployments/where.json`: which release runs where, and how it is. */
export function whereCard(
  reports: readonly HealthReport[],
  { service, more, turn, now, timeZone }: ListView,
): CardContent<'deployments/where'> {
  const summaries = reports.map(
    ({ service: name, environment, running, state }) =>
      `${name} ${running?.version ?? 'nothing'} in ${environment} ${state}`,
  );
  const worst = worstFirst.find((state) => reports.some((report) => report.state === state)) ?? 'unknown';
  return {
    card: 'deployments/where',
    data: {
      kind: 'Where',
      state: bandState(worst),
      title: service ? `Where ${service} runs` : 'What runs where',
      summary: `What runs where: ${summaries.join(', ')}`.slice(0, 400),
      sentence: whereSentence(reports),
      services: whereGroups(reports, now, timeZone),
      more: more > 0 ? `and ${more} more: write where and the name of a service` : '',
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

function whereGroups(reports: readonly HealthReport[], now: number, timeZone: string) {
  const rowOf = ({ environment, running, state }: HealthReport) => {
    const { glyph, color, word } = statuses[state];
    return {
      glyph,
      color,
      environment,
      word: running || state !== 'unknown' ? word : 'Unknown',
      release: running?.version ?? 'no release',
      commit: running?.commit.slice(0, 7) ?? '',
      since: running ? `since ${describeMoment(running.since, now, timeZone)}` : 'nothing is known to run',
    };
  };
  return [...new Set(reports.map((report) => report.service))].map((service) => ({
    service,
    rows: reports.filter((report) => report.service === service).map(rowOf),
  }));
}

function whereSentence(reports: readonly HealthReport[]): string {
  const ill = reports.filter((report) => report.state !== 'healthy');
  if (ill.length === 0) return `**All ${reports.length} are healthy.** Write health and a name for the numbers.`;
  const names = ill.slice(0, 3).map((report) => `${report.service} in ${report.environment}`);
  const more = ill.length > 3 ? [...names, `${ill.length - 3} more`] : names;
  return `**${plural(reports.length - ill.length, 'is', 'are')} healthy.** Look at ${enumerate(more)}.`;
}

/** The log takes the place of the card it was asked from; this leads back there. */
export type WayBack = CardContent<'deployments/log'>['data']['back'];

/** `cards/deployments/log.json`: the last lines of a run. */
export function logCard(
  { id, deployment }: FoundDeployment,
  lines: readonly string[],
  { turn, now, timeZone, back }: LookView & { readonly back: WayBack },
): CardContent<'deployments/log'> {
  const { service, environment, version, state } = deployment;
  const title = `${service} ${version} to ${environment}`;
  return {
    card: 'deployments/log',
    data: {
      id,
      kind: 'Log',
      state: bandState(statusOf(state)),
      title: plainText(title, 200),
      summary: `Log of ${labelOf(deployment)}: ${title}, ${state}`,
      sentence: logSentence(deployment, lines.length, timeWithSeconds(now, timeZone)),
      back,
      lines: lines.map((line) => ({ line: line === '' ? ' ' : line })),
      footer: `${labelOf(deployment)} · ${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

function logSentence({ number, runId, state }: Deployment, count: number, readAt: string): string {
  if (runId === undefined) return `**D-${number} has not run.** It is ${state}, so there is no log.`;
  if (count === 0) return `**Nothing is written yet.** Read at ${readAt}.`;
  return `**The last ${count === 1 ? 'line' : `${count} lines`} of D-${number}**, read at ${readAt}.`;
}
