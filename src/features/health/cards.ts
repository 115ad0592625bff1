import type { CardContent, Question } from '../../chat/contract';
import type { MetricPoint } from '../../connectors/contract';
import { bandState, statuses } from '../../core/card';
import { dataUri, rasterize } from '../../core/card/picture';
import type { ApprovalRule, Catalog, HealthLimits } from '../../core/catalog';
import { may } from '../../core/catalog/rights';
import { capitalize, cleanText, enumerate, plainText } from '../../core/text';
import { describeDuration, describeMoment, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory, DeploymentMark, HealthReport } from './contract';
import { hourMs, valueWithin } from './facts';
import type { HealthReader, Reading } from './facts';
import { describeGraph, drawGraph } from './graph';
import { targetId } from './parse';
import type { ServiceTarget } from './parse';
import { describeDecimal, describeWhole, isEmpty, limitsOf, passedLimits, usualOverMs } from './record';
import type { Figure } from './record';
import { describeNeeds, describeRestart } from './restarts/text';

/** The health card of one service: its state, its latency graph and its buttons. */

type HealthData = CardContent<'health/health'>['data'];

const sideLimitMs = 1_000;

/** The health card of one service, with the buttons that this person can use; without a person, without buttons that need a right. */
export async function readHealth(
  deps: FeatureDependencies,
  { reader, history }: { readonly reader: HealthReader; readonly history: DeploymentHistory },
  target: ServiceTarget,
  { viewer, reference }: { readonly viewer: string | undefined; readonly reference: string },
): Promise<CardContent<'health/health'>> {
  const { service, environment } = target;
  const now = deps.clock.now();
  const catalog = deps.catalog();
  const { timeZone } = catalog;
  const [reading, points, found = [], rollbackTo] = await Promise.all([
    reader.read(service, environment),
    reader.lastHour(service, environment, now),
    valueWithin(sideLimitMs, () => history.marks(service, environment, now - 30 * 24 * hourMs)),
    valueWithin(sideLimitMs, () => history.rollbackTarget(service, environment)),
  ]);
  const { report } = reading;
  const limits = limitsOf(catalog, service);
  const marks = [...found].sort((one, other) => one.at - other.at);
  return {
    card: 'health/health',
    data: {
      id: targetId(target),
      kind: 'Health',
      state: bandState(report.state),
      title: `${service} in ${environment}`,
      summary: summarizeReading(reading, timeZone),
      sentence: describeReading(reading, marks, timeZone),
      tilesTitle: describeTilesTime(reading, timeZone),
      tiles: drawTiles(reading, limits),
      graph: await drawLatency(reading, points, marks, limits.p95Ms, timeZone),
      facts: [{ title: 'Release', value: describeRunning(report, marks, timeZone) }].filter(
        ({ value }) => value !== '',
      ),
      buttons: drawButtons(catalog, target, report, {
        rollbackTo,
        canRestart: deps.systems.control(service, environment)?.restart !== undefined,
        viewer,
      }),
      footer: `${footerTime(report.readAt, timeZone)} · ref\u00A0${reference}`,
    },
  };
}

/** The graph alone, for a card of something else. */
export async function readGraph(
  deps: FeatureDependencies,
  { reader, history }: { readonly reader: HealthReader; readonly history: DeploymentHistory },
  { service, environment }: ServiceTarget,
): Promise<HealthData['graph']> {
  const now = deps.clock.now();
  const [reading, points, marks = []] = await Promise.all([
    reader.read(service, environment),
    reader.lastHour(service, environment, now),
    valueWithin(sideLimitMs, () => history.marks(service, environment, now - hourMs)),
  ]);
  const { limits, timeZone } = { limits: limitsOf(deps.catalog(), service), timeZone: deps.catalog().timeZone };
  return drawLatency(reading, points, marks, limits.p95Ms, timeZone);
}

const noGraph = { title: '', words: '', drawn: false, marked: false, image: '' };

async function drawLatency(
  { report, passed }: Reading,
  known: readonly MetricPoint[],
  deployments: readonly DeploymentMark[],
  limitMs: number,
  timeZone: string,
): Promise<HealthData['graph']> {
  const { readAt: toMs, service } = report;
  const fromMs = toMs - hourMs;
  const isWithin = ({ at }: { readonly at: number }): boolean => at >= fromMs && at <= toMs;
  const points = known.filter(isWithin);
  const marks = deployments.filter(isWithin);
  const hour = { service, points, marks, fromMs, toMs, limitMs, isBeyond: passed.includes('p95'), timeZone };
  const drawn = points.filter(({ p95Ms }) => p95Ms !== undefined).length > 1;
  // Where nothing is deployed, the sentence has said so.
  if (points.length === 0 && isEmpty(report)) return { ...describeGraph(hour), ...noGraph };
  const image = drawn ? dataUri(await rasterize(drawGraph(hour))) : '';
  return { ...describeGraph(hour), drawn, marked: marks.length > 0, image };
}

function describeRunning({ live, readAt }: HealthReport, marks: readonly DeploymentMark[], timeZone: string): string {
  if (live.found !== 'release') return live.found === 'none' ? '' : 'couldn’t be read';
  const { version, commit, since } = live.running;
  const by = marks.findLast((mark) => mark.version === version)?.by;
  return [
    `${plainText(version, 40)} (${plainText(commit.slice(0, 7))})`,
    `live since ${describeMoment(since, readAt, timeZone)}`,
    ...(by ? [`requested by ${plainText(by, 80)}`] : []),
  ].join(', ');
}

interface ButtonFacts {
  /** The release that a rollback would restore. */
  readonly rollbackTo: string | undefined;
  readonly canRestart: boolean;
  /** Undefined: nobody in particular, so nothing that needs a right. */
  readonly viewer: string | undefined;
}

type Button = HealthData['buttons'][number];

/** The buttons of the card, at most three; rolling back is first only if it is the remedy. */
function drawButtons(
  catalog: Catalog,
  target: ServiceTarget,
  { state, live }: HealthReport,
  { rollbackTo, canRestart, viewer }: ButtonFacts,
): Button[] {
  const holds = (right: 'deploy' | 'operate'): boolean => viewer !== undefined && may(catalog, viewer, right, target);
  const id = targetId(target);
  const rollback = rollbackTo !== undefined && holds('deploy') ? rollbackButton(target, rollbackTo) : undefined;
  const isRemedy = state === 'degraded' || state === 'down';
  const refresh = { title: 'Refresh', verb: 'health.refresh', id, asks: false };
  const restart = { title: 'Restart…', verb: 'health.restart', id, asks: true };
  const mayRestart = live.found === 'release' && canRestart && holds('operate');
  // People who can only view need no More.
  if (!rollback && !mayRestart) return [refresh, showLog(id), showFleet(id)];
  const more = { title: 'More…', verb: 'health.more', id, asks: true };
  return [rollback && isRemedy ? rollback : refresh, ...(mayRestart ? [restart] : []), more];
}

const showLog = (id: string): Button => ({ title: 'Show log', verb: 'deployments.log', id, asks: false });
const showFleet = (id: string): Button => ({ title: 'Show all services', verb: 'health.fleet', id, asks: false });

/** Contains the release, too, so that an old card never rolls back to another. */
const rollbackButton = ({ service, environment }: ServiceTarget, release: string): Button => ({
  title: `Roll back to ${cleanText(release, 40)}…`,
  verb: 'deployments.rollback-service',
  id: `${service}/${environment}/${release}`,
  asks: true,
});

/** What else people can do about a service. */
export async function askMore(
  { catalog: catalogNow }: FeatureDependencies,
  history: DeploymentHistory,
  target: ServiceTarget,
  viewer: string,
): Promise<Question> {
  const { service, environment } = target;
  const id = targetId(target);
  const release = may(catalogNow(), viewer, 'deploy', target)
    ? await valueWithin(sideLimitMs, () => history.rollbackTarget(service, environment))
    : undefined;
  return {
    title: `${service} in ${environment}`,
    sentence: 'Choose what to do.',
    rows: [
      { title: 'Refresh', detail: 'Reads the metrics again', verb: 'health.refresh', id },
      { ...showLog(id), detail: 'What the latest deployment wrote', asks: undefined },
      { ...showFleet(id), detail: 'The health of everything that you can see', asks: undefined },
      ...(release === undefined
        ? []
        : [{ ...rollbackButton(target, release), detail: 'Asks for a reason first', asks: true } as const]),
    ],
  };
}

/** What a restart would do and needs, before it's requested. */
export function askRestart(target: ServiceTarget, version: string, rule: ApprovalRule): Question {
  return {
    title: `Restart ${target.service} in ${target.environment}?`,
    sentence: `${describeRestart(target, plainText(version, 40))} ${describeNeeds(rule)}`.trimEnd(),
    fields: [{ name: 'why', label: 'Reason', error: 'Enter a reason.' }],
    go: rule.required > 0 ? 'Request restart' : `Restart ${target.service}`,
    revision: version,
  };
}

/** `Last known, 22:49` above the numbers of a service that doesn't respond; empty if they are current. */
function describeTilesTime({ numbers, areCurrent, report }: Reading, timeZone: string): string {
  return numbers && !areCurrent ? `Last known, ${describeMoment(numbers.at, report.readAt, timeZone)}` : '';
}

/**
 * The four metrics with their limits, each name short enough for a quarter of a phone; those beyond their limit are bold and marked. None if there are no
 * numbers.
 */
function drawTiles({ report, numbers: figures, passed: judged }: Reading, limits: HealthLimits): HealthData['tiles'] {
  if (!figures) return [];
  // What is down is judged by its health check alone.
  const passed = report.state === 'down' ? passedLimits(figures, limits, usualOverMs) : judged;
  const tile = (figure: Figure, name: string, value: string, limit: string) => {
    const beyond = passed.includes(figure);
    return { name: beyond ? `▲\u202F${name}` : name, value, weight: beyond ? 'Bolder' : 'Default', limit };
  };
  const tiles = [
    tile('p95', 'p95\u00A0ms', describeWhole(figures.p95Ms), `limit\u00A0${limits.p95Ms}`),
    tile('p50', 'p50\u00A0ms', describeWhole(figures.p50Ms), `limit\u00A0${limits.p50Ms}`),
    tile('errors', 'Errors\u00A0%', describeDecimal(figures.errorPercent), `limit\u00A0${limits.errorPercent}`),
    tile('traffic', 'Req/s', describeDecimal(figures.requestsPerSecond), `min\u00A0${limits.minimumRequestsPerSecond}`),
  ];
  // All of one size, so that they stand on one line: a phone has room for three large digits in each.
  const size = tiles.some(({ value }) => value.length > 3) ? 'Large' : 'ExtraLarge';
  return tiles.map((each) => ({ ...each, size }));
}

/** The most important sentence: the state, since when, and after which deployment. */
function describeReading(reading: Reading, marks: readonly DeploymentMark[], timeZone: string): string {
  const { report, passed } = reading;
  const { since, readAt, state, trouble } = report;
  const { running } = report.live;
  const lead = describeLead(reading);
  if (since === undefined) return `**${lead}**: ${trouble}.`;
  const began = `**${lead} since ${describeMoment(since, readAt, timeZone)}**`;
  if (state === 'healthy') {
    const live = running?.since === since ? `, when ${plainText(running.version, 40)} went live` : '';
    return `${began}${live}. ${capitalize(describeWithinLimits(report.loneFailure))}.`;
  }
  return [
    `${began}${state === 'unknown' ? '' : describeCause(since, marks)}: ${trouble}.`,
    describeNormalFigures(state, passed),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** `all metrics are within their limits`, and the failed request that doesn’t count. */
export function describeWithinLimits(loneFailure: boolean): string {
  const within = 'all metrics are within their limits';
  return loneFailure ? `${within}, apart from a single failed request` : within;
}

/** The notification and plain form of the card. */
function summarizeReading({ report, passed }: Reading, timeZone: string): string {
  const where = `${report.service} in ${report.environment} is ${report.state}`;
  if (report.state === 'unknown' || report.since === undefined) return where;
  const since = `${report.service} in ${report.environment} has been ${report.state} since ${describeMoment(report.since, report.readAt, timeZone)}`;
  return passed.length > 0 ? `${since}: ${report.trouble}` : since;
}

function describeLead({ report, passed }: Reading): string {
  if (report.state !== 'degraded') return statuses[report.state].word;
  if (passed[0] === 'errors') return 'Failing requests';
  return passed[0] === 'traffic' ? 'Too little traffic' : 'Slow';
}

/** Only a deployment shortly before is worth naming. */
const relatedMs = 3_600_000;

/** `, 33 min after 2.14.0 went live`; empty if nothing went live shortly before. */
function describeCause(since: number, marks: readonly DeploymentMark[]): string {
  const mark = marks.filter((each) => each.at <= since && since - each.at <= relatedMs).at(-1);
  if (!mark) return '';
  return `, ${describeDuration(since - mark.at)} after ${plainText(mark.version, 40)} went live`;
}

function describeNormalFigures(state: string, passed: readonly Figure[]): string {
  if (state !== 'degraded') return '';
  const normal = [
    passed.includes('p95') || passed.includes('p50') ? '' : 'latency',
    passed.includes('errors') ? '' : 'errors',
    passed.includes('traffic') ? '' : 'traffic',
  ].filter((word) => word !== '');
  if (normal.length === 0) return '';
  const words = enumerate(normal);
  return `${capitalize(words)} ${normal.length === 1 && normal[0] !== 'errors' ? 'is' : 'are'} normal.`;
}
