import type { CardContent, Question } from '../../chat/contract';
import type { MetricPoint, Restarter, Running } from '../../connectors/contract';
import { bandState } from '../../core/card';
import { dataUri, rasterize } from '../../core/card/picture';
import type { Catalog, HealthLimits } from '../../core/catalog';
import { describeNeededApprovals } from '../../core/catalog/needed-approvals';
import type { NeededApprovals } from '../../core/catalog/needed-approvals';
import { may } from '../../core/catalog/rights';
import { capitalize, cleanText, enumerate, plainText } from '../../core/text';
import { describeMoment, footerTime } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory, DeploymentMark, HealthReport } from './contract';
import { hourMs, valueWithin } from './facts';
import type { HealthReader, Reading } from './facts';
import { describeGraph, drawGraph } from './graph';
import { limitsOf, targetId } from './parse';
import type { ServiceTarget } from './parse';
import { passedLimits, usualOverMs } from './record';
import type { Figure } from './record';
import { describeRestart } from './restarts/text';
import {
  describePods,
  describeDecimal,
  describeMeasured,
  describeReading,
  describeRunning,
  describeTilesTime,
  describeWhole,
  isEmpty,
  summarizeReading,
} from './text';

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
  const workload = deps.systems.workload(service, environment);
  const [reading, points, found = [], rollbackTo, pods] = await Promise.all([
    reader.read(service, environment),
    reader.lastHour(service, environment, now),
    valueWithin(sideLimitMs, () => history.marks(service, environment, now - 30 * 24 * hourMs)),
    valueWithin(sideLimitMs, () => history.rollbackTarget(service, environment)),
    valueWithin(sideLimitMs, async () => workload?.status()),
  ]);
  const { report } = reading;
  const limits = limitsOf(catalog, service);
  const marks = [...found].sort((one, other) => one.at - other.at);
  return {
    card: 'health/health',
    data: {
      id: targetId(target),
      kind: 'Health',
      state: isEmpty(report) ? { ...bandState('draft'), word: 'Nothing deployed' } : bandState(report.state),
      title: `${service} in ${environment}`,
      summary: summarizeReading(reading, timeZone),
      sentence: describeReading(reading, marks, { timeZone, limits }),
      tilesTitle: describeTilesTime(reading, timeZone),
      tiles: drawTiles(reading, limits),
      graph: await drawLatency(reading, points, marks, limits.p95Ms, timeZone),
      facts: [
        { title: 'Release', value: describeRunning(report, marks, timeZone) },
        { title: 'Pods', value: workload ? describePods(pods) : '' },
        ...measuredFacts(reading, limits),
        ...silentFacts(deps, report),
      ].filter(({ value }) => value !== ''),
      buttons: drawButtons(catalog, target, report, {
        rollbackTo,
        canRestart: deps.systems.restarter(service, environment) !== undefined,
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
  limitMs: number | undefined,
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

/** What has no tile: saturation, and the queries that have a limit. */
function measuredFacts(
  { report: { named = [] }, numbers, passed }: Reading,
  { saturationPercent: limit }: HealthLimits,
) {
  const row = (
    title: string,
    value: number | undefined,
    unit: string,
    most: number | undefined,
    isBeyond: boolean,
  ) => ({
    title: cleanText(title, 40),
    value: [
      `${isBeyond ? '▲\u202F' : ''}${describeMeasured(value, unit)}`,
      ...(most === undefined ? [] : [`(limit ${describeMeasured(most, unit)})`]),
    ].join(' '),
  });
  const saturation = numbers?.saturationPercent;
  return [
    ...(saturation === undefined && limit === undefined
      ? []
      : [row('Saturation', saturation, '%', limit, passed.includes('saturation'))]),
    ...named.map(({ name, unit, value, limit: most }) =>
      row(capitalize(name), value, unit, most, value !== undefined && value > most),
    ),
  ];
}

/** What doesn't answer, and since when. */
function silentFacts({ catalog, systems }: FeatureDependencies, { silent = [], readAt }: HealthReport) {
  const { timeZone } = catalog();
  const named = silent.map(
    ({ connection, since }) =>
      `${cleanText(systems.titleOf(connection), 40)} hasn’t responded since ${describeMoment(since, readAt, timeZone)}`,
  );
  return [{ title: 'Missing data', value: named.length === 0 ? '' : enumerate(named) }];
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
  report: HealthReport,
  { rollbackTo, canRestart, viewer }: ButtonFacts,
): Button[] {
  const { state, live } = report;
  const holds = (right: 'deploy' | 'operate'): boolean => viewer !== undefined && may(catalog, viewer, right, target);
  const id = targetId(target);
  const rollback = rollbackTo !== undefined && holds('deploy') ? rollbackButton(target, rollbackTo) : undefined;
  const isRemedy = state === 'degraded' || state === 'down';
  const refresh = { title: 'Refresh', verb: 'health.refresh', id, asks: false };
  const restart = { title: 'Restart…', verb: 'health.restart', id, asks: true };
  const mayRestart = live.found === 'release' && canRestart && holds('operate');
  if (isEmpty(report)) return [refresh, showFleet(id)];
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
      { ...showLog(id), detail: 'The log of the latest deployment', asks: undefined },
      { ...showFleet(id), detail: 'The health of everything you can view', asks: undefined },
      ...(release === undefined
        ? []
        : [{ ...rollbackButton(target, release), detail: 'Asks for a reason first', asks: true } as const]),
    ],
  };
}

/** What a restart would do and needs, before it's requested. */
export function askRestart(
  target: ServiceTarget,
  { version, effect }: Pick<Running, 'version'> & Pick<Restarter, 'effect'>,
  needed: NeededApprovals,
): Question {
  return {
    title: `Restart ${target.service} in ${target.environment}?`,
    sentence:
      `${describeRestart(target, plainText(version, 40), { effect })} ${describeNeededApprovals(needed, 'restart')}`.trimEnd(),
    fields: [{ name: 'why', label: 'Reason', error: 'Enter a reason.' }],
    go: needed.before || needed.rule ? 'Request restart' : `Restart ${target.service}`,
    revision: version,
  };
}

/**
 * The four metrics with their limits, each name short enough for a quarter of a phone; those beyond their limit are bold and marked. None if there are no
 * numbers.
 */
function drawTiles({ report, numbers: figures, passed: judged }: Reading, limits: HealthLimits): HealthData['tiles'] {
  if (!figures) return [];
  // What is down is judged by its health check alone.
  const passed = report.state === 'down' ? passedLimits(figures, limits, usualOverMs) : judged;
  const tile = (
    figure: Figure,
    name: string,
    value: string,
    [word, most]: readonly [string, number | string | undefined],
  ) => {
    const beyond = passed.includes(figure);
    const limit = most === undefined ? 'no\u00A0limit' : `${word}\u00A0${most}`;
    return { name: beyond ? `▲\u202F${name}` : name, value, weight: beyond ? 'Bolder' : 'Default', limit };
  };
  const errors = figures.errorPercent;
  const { errorPercent: errorLimit } = limits;
  const tiles = [
    tile('p95', 'p95\u00A0ms', describeWhole(figures.p95Ms), ['limit', limits.p95Ms]),
    tile('p50', 'p50\u00A0ms', describeWhole(figures.p50Ms), ['limit', limits.p50Ms]),
    tile('errors', 'Errors', errors === undefined ? '–' : `${describeDecimal(errors)}%`, [
      'limit',
      errorLimit === undefined ? undefined : `${errorLimit}%`,
    ]),
    tile('traffic', 'Req/s', describeDecimal(figures.requestsPerSecond), ['min', limits.minimumRequestsPerSecond]),
  ];
  // All of one size, so that they stand on one line: a phone has room for three large digits in each.
  const size = tiles.some(({ value }) => value.length > 3) ? 'Large' : 'ExtraLarge';
  return tiles.map((each) => ({ ...each, size }));
}
