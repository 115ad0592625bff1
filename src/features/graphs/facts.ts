import type { Bound, MetricPoint, MetricSource, NamedQuery } from '../../connectors/contract';
import type { Catalog, HealthLimits } from '../../core/catalog';
import { cannotSee } from '../../core/catalog/refusals';
import type { ChartPoint } from '../../core/card/chart';
import { shrinkPng } from '../../core/card/picture';
import { withTimeLimit } from '../../core/concurrency';
import { ConnectorError } from '../../core/errors';
import { describeOutage } from '../../core/outage';
import type { Outage } from '../../core/outage';
import { cleanText } from '../../core/text';
import type { FeatureDependencies } from '../contract';
import { checkedTarget, limitsOf, visibleTargets } from '../health';
import type { DeploymentHistory, DeploymentMark, HealthGraphs, ServiceTarget } from '../health';

/** What can be drawn of a service, and its lines. */

export interface GraphParts {
  readonly deps: FeatureDependencies;
  readonly graphs: HealthGraphs;
  readonly history: DeploymentHistory;
}

/** Something that is measured of a service in an environment. */
export interface Metric {
  /** What people type. Outside text. */
  readonly name: string;
  /** Other words for it. */
  readonly others: readonly string[];
  readonly unit: string;
  readonly limit: number | undefined;
  /** What is below the limit is wrong, not what is above it. */
  readonly isMinimum: boolean;
  /** It's shown as its system draws it. */
  readonly prefersPicture: boolean;
  /** What measures it; undefined: it's one of the figures that health is judged by. */
  readonly source: Bound<MetricSource> | undefined;
}

/** Something that somebody can see as a graph. */
export interface Offer {
  readonly target: ServiceTarget;
  readonly metric: Metric;
}

export interface GraphLine {
  /** Empty if it's the only one. Outside text. */
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

export interface Course {
  readonly lines: readonly GraphLine[];
  readonly marks: readonly DeploymentMark[];
  /** What people call the connection that didn't answer. */
  readonly silent: string | undefined;
  /** What it said about when it answers again. */
  readonly outage?: Outage | undefined;
  /** As its system draws it, as PNG, and what people call that system. */
  readonly picture: { readonly png: Buffer; readonly by: string } | undefined;
}

const answerLimitMs = 3_000;
/** Drawing takes longer than reading. */
const pictureLimitMs = 8_000;
const pictureSize = { width: 600, height: 280 };

interface Figure {
  readonly name: string;
  readonly field: Exclude<keyof MetricPoint, 'at'>;
  readonly unit: string;
  readonly limit: keyof HealthLimits;
  readonly others: readonly string[];
}

/** What health is judged by, and the words that people use for it. */
export const figures: readonly Figure[] = [
  {
    ...{ name: 'p95', field: 'p95Ms', unit: 'ms', limit: 'p95Ms' },
    others: ['latency', 'response time', 'response times', 'slowness'],
  },
  {
    ...{ name: 'p50', field: 'p50Ms', unit: 'ms', limit: 'p50Ms' },
    others: ['median', 'median latency', 'median response time'],
  },
  {
    ...{ name: 'errors', field: 'errorPercent', unit: '%', limit: 'errorPercent' },
    others: ['error rate', 'error rates', 'failure rate', 'failures'],
  },
  {
    name: 'traffic',
    field: 'requestsPerSecond',
    unit: 'req/s',
    limit: 'minimumRequestsPerSecond',
    others: ['throughput', 'request rate', 'requests', 'rate'],
  },
  {
    name: 'saturation',
    field: 'saturationPercent',
    unit: '%',
    limit: 'saturationPercent',
    others: ['load', 'usage'],
  },
];

/** Without an environment, the most important one that this person can see. Refuses what they can't see. */
export function visibleTarget(
  catalog: Catalog,
  personId: string,
  service: string,
  environment: string | undefined,
): ServiceTarget {
  const seen = visibleTargets(catalog, personId).find(
    (each) => each.service === service && (environment === undefined || each.environment === environment),
  );
  if (seen) return seen;
  throw cannotSee(catalog, checkedTarget(catalog, service, environment));
}

/** Everything that can be drawn there, the figures first. None if nothing measures the service. */
export function metricsOf({ systems }: FeatureDependencies, catalog: Catalog, target: ServiceTarget): Metric[] {
  const sources = systems.metrics(target.service, target.environment);
  if (sources.length === 0) return [];
  const limits = limitsOf(catalog, target.service);
  return [
    ...figures.map(({ name, others, unit, limit }) => ({
      ...{ name, others, unit, limit: limits[limit], isMinimum: name === 'traffic' },
      ...{ prefersPicture: false, source: undefined },
    })),
    ...sources.flatMap((source) => drawable(source, source.queries ?? [])),
  ];
}

/** Those, and what the tools have graphs of that the catalog doesn't name. Never rejects: a tool that doesn't answer has none. */
export async function findMetrics(
  deps: FeatureDependencies,
  catalog: Catalog,
  target: ServiceTarget,
): Promise<Metric[]> {
  const found = await Promise.all(
    deps.systems.metrics(target.service, target.environment).map(async (source) => {
      const queries = await withTimeLimit(source.findQueries?.() ?? Promise.resolve([]), answerLimitMs).catch(
        (error: unknown): undefined =>
          void deps.logger.warn({ error, connection: source.connection }, 'The graphs of a tool could not be found'),
      );
      return drawable(source, queries ?? []);
    }),
  );
  return [...metricsOf(deps, catalog, target), ...found.flat()];
}

function drawable(source: Bound<MetricSource>, queries: readonly NamedQuery[]): Metric[] {
  if (source.series === undefined && source.picture === undefined) return [];
  return queries.map(({ name, unit, limit, prefersPicture = false }) => ({
    ...{ name, others: [], unit, limit, isMinimum: false, prefersPicture, source },
  }));
}

/** What these words can mean: exactly one if they name it, else everything that begins with them or contains them. */
export function matchMetrics(all: readonly Metric[], typed: string): readonly Metric[] {
  const words = plainName(typed);
  const exact = all.filter(({ name }) => plainName(name) === words);
  if (exact.length > 0) return exact;
  const known = all.filter(({ others }) => others.includes(words));
  if (known.length > 0) return known;
  return all.filter(({ name }) => plainName(name).includes(words));
}

const plainName = (name: string): string =>
  cleanText(name, 100)
    .toLowerCase()
    .replaceAll(/[\s._-]+/g, ' ')
    .trim();

/** The lines between two moments, with the deployments there. Never rejects: what doesn't answer is named. */
export async function readCourse(
  { deps, graphs, history }: GraphParts,
  { service, environment }: ServiceTarget,
  { name, prefersPicture, source }: Metric,
  between: { readonly fromMs: number; readonly toMs: number },
): Promise<Course> {
  const { fromMs, toMs } = between;
  let outage: Outage | undefined;
  const orNothing = (error: unknown): undefined => {
    deps.logger.warn({ error, service, environment, metric: name }, 'A part of a graph is missing');
    if (error instanceof ConnectorError && error.retryAfterMs !== undefined) outage = describeOutage(error);
  };
  const marked = withTimeLimit(history.marks(service, environment, fromMs), answerLimitMs).catch(orNothing);
  const draw = async (): Promise<Buffer | undefined> => {
    const png = await withTimeLimit(
      source?.picture?.(name, fromMs, toMs, pictureSize) ?? Promise.resolve(undefined),
      pictureLimitMs,
    );
    return png && shrinkPng(png);
  };
  const preferred = prefersPicture ? draw().catch(orNothing) : undefined;
  const read = async (): Promise<readonly GraphLine[] | undefined> => {
    if (source) return source.series?.(name, fromMs, toMs);
    const field = figures.find((each) => each.name === name)?.field ?? 'p95Ms';
    const points = await graphs.history(service, environment, between);
    return [{ name: '', points: points.map((point) => ({ at: point.at, value: point[field] })) }];
  };
  const lines = await withTimeLimit(read(), answerLimitMs).catch(orNothing);
  const png = (await preferred) ?? (lines === undefined && !prefersPicture ? await draw().catch(orNothing) : undefined);
  const by = source && deps.systems.titleOf(source.connection);
  const isWithin = ({ at }: { readonly at: number }): boolean => at >= fromMs && at <= toMs;
  return {
    lines: (lines ?? [])
      .map((line) => ({ ...line, points: line.points.filter(isWithin) }))
      .filter(({ points }) => points.some(({ value }) => value !== undefined)),
    marks: ((await marked) ?? []).filter(isWithin).sort((one, other) => one.at - other.at),
    silent: lines === undefined && !png ? by : undefined,
    outage,
    picture: png && by !== undefined ? { png, by } : undefined,
  };
}
