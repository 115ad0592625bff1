import { defineAction, listTopic } from '../../chat/contract';
import type { Action, Arguments, Command, Reply, Turn } from '../../chat/contract';
import { cannotSee } from '../../core/catalog/refusals';
import { may } from '../../core/catalog/rights';
import { enumerate, plainText, plural } from '../../core/text';
import { drawList } from '../contract';
import { checkedTarget, describeDecimal, describeMeasured, describeWhole, visibleTargets } from '../health';
import type { HealthReport, HealthReports, ServiceTarget } from '../health';
import { graphCard, offersCard } from './cards';
import type { Offer } from './cards';
import { matchMetrics, metricsOf } from './facts';
import type { GraphParts, Metric } from './facts';
import { GraphId, metricIn, readPeriod, usualGraphMs, wishOf } from './parse';
import type { GraphWish } from './parse';
import { z } from 'zod';

/** `graph`, and what belongs to it. */

export interface CommandParts extends GraphParts {
  readonly reports: HealthReports;
}

const where = [
  { name: 'service', kind: 'service', summary: 'the service', keyword: 'of' },
  { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in' },
] as const;
const look = { operation: 'look', topic: 'Look', right: 'view' } as const;

export function graphCommands(parts: CommandParts): Command[] {
  return [
    {
      ...look,
      name: 'graph show',
      synonyms: ['graph', 'chart', 'plot'],
      summary: 'Draw a metric of a service as a graph',
      shows: ['granted-rights'],
      arguments: [
        { name: 'metric', kind: 'phrase', summary: 'what to draw, such as p95, errors or a query of yours' },
        ...where,
        { name: 'period', kind: 'phrase', summary: 'how far back', keyword: 'last' },
      ],
      examples: ['graph p95 of shop in production last 3h', 'graph errors of shop', 'graph show'],
      run: (turn, args) => showGraph(parts, turn, args),
    },
    {
      ...look,
      name: 'graph list',
      synonyms: ['metrics', 'graphs'],
      phrasings: [
        'which|what metrics [are there] [of|for] {service} [in] [{environment}]',
        'what can [i|you|we] graph|draw|plot',
        'which|what graphs|metrics are there',
      ],
      summary: 'List what can be drawn as a graph',
      shows: ['granted-rights'],
      arguments: where,
      examples: ['metrics', 'metrics of shop in production'],
      run: async (turn, args) => listMetrics(parts, turn, args),
    },
    {
      ...look,
      name: 'graph stats',
      synonyms: ['stats', 'numbers'],
      phrasings: ['stats|statistics|numbers of|for {service} [in] [{environment}]', '{service} stats|numbers'],
      summary: 'Show every number of a service, in each environment',
      shows: ['health'],
      arguments: [{ ...where[0], required: true }, where[1]],
      examples: ['stats shop', 'stats shop in production'],
      run: (turn, args) => showStats(parts, turn, args),
    },
  ];
}

/** The buttons of graphs. */
export function graphActions(parts: CommandParts): Action[] {
  return [
    defineAction({
      verb: 'graphs.show',
      operation: 'look',
      input: z.object({ id: GraphId }),
      async run(turn, { id }) {
        const wish = wishOf(id);
        return drawWish(parts, turn, { ...wish, ...visibleTarget(parts, turn, wish.service, wish.environment) });
      },
    }),
  ];
}

function visibleTarget(
  { deps }: CommandParts,
  { person }: Turn,
  service: string,
  environment: string | undefined,
): ServiceTarget {
  const catalog = deps.catalog();
  const target = checkedTarget(catalog, service, environment);
  if (!may(catalog, person.id, 'view', target)) throw cannotSee(catalog, target);
  return target;
}

async function showGraph(parts: CommandParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { service, environment, period } = args;
  const metric = metricIn(args['metric'] ?? '');
  const overMs = readPeriod(period);
  if (service !== undefined)
    return drawWish(parts, turn, { ...visibleTarget(parts, turn, service, environment), metric, overMs });
  const offers = offersOf(parts, turn, environment).filter(
    ({ metric: each }) => metric === '' || matchMetrics([each], metric).length > 0,
  );
  const [only] = offers;
  if (only && offers.length === 1) return drawMetric(parts, turn, { ...only.target, metric, overMs }, only.metric);
  return choose(parts, turn, { metric, offers, overMs });
}

async function drawWish(parts: CommandParts, turn: Turn, wish: GraphWish): Promise<Reply> {
  const { deps } = parts;
  const all = metricsOf(deps, deps.catalog(), wish);
  const found = wish.metric === '' ? all : matchMetrics(all, wish.metric);
  const [only] = found;
  if (only && found.length === 1) return drawMetric(parts, turn, wish, only);
  const offers = (found.length > 0 ? found : all).map((metric) => ({ target: wish, metric }));
  return choose(parts, turn, { metric: found.length > 0 ? '' : wish.metric, offers, overMs: wish.overMs });
}

/** The card stays current: a deployment draws it again. */
async function drawMetric(parts: CommandParts, turn: Turn, wish: GraphWish, metric: Metric): Promise<Reply> {
  const { service, environment, overMs } = wish;
  const line = `graph "${metric.name}" of ${service} in ${environment} last ${Math.round(overMs / 60_000)} minutes`;
  return { ...(await graphCard(parts, turn, wish, metric)), about: listTopic(line, ['deployments']) };
}

/** Asks which one; `metric`: what nothing is called. */
function choose(
  { deps }: CommandParts,
  turn: Turn,
  { metric, offers, overMs }: { metric: string; offers: readonly Offer[]; overMs: number },
): Reply {
  const hint = 'Choose one, or type `graph`, its name and the service: `graph p95 of shop last 3h`.';
  const sentence =
    offers.length === 0
      ? '**Nothing measures this.** Add a `metrics` binding to the catalog.'
      : metric === '' || offers.some((each) => matchMetrics([each.metric], metric).length > 0)
        ? `**Which one?** ${hint}`
        : `**Nothing is called “${plainText(metric, 40)}” there.** ${hint}`;
  return offersCard(deps, turn, { title: 'Which graph?', sentence, offers, overMs });
}

/** What this person can draw, in the most important environment of each service unless one is named. */
function offersOf({ deps }: CommandParts, { person }: Turn, environment: string | undefined): Offer[] {
  const catalog = deps.catalog();
  const targets = visibleTargets(catalog, person.id).filter((target, index, all) =>
    environment === undefined
      ? all.findIndex(({ service }) => service === target.service) === index
      : target.environment === environment,
  );
  return targets.flatMap((target) => metricsOf(deps, catalog, target).map((metric) => ({ target, metric })));
}

function listMetrics(parts: CommandParts, turn: Turn, { service, environment }: Arguments): Reply {
  const { deps } = parts;
  const target = service === undefined ? undefined : visibleTarget(parts, turn, service, environment);
  const offers = target
    ? metricsOf(deps, deps.catalog(), target).map((metric) => ({ target, metric }))
    : offersOf(parts, turn, environment);
  const sentence =
    offers.length === 0
      ? '**Nothing is measured here.** Add a `metrics` binding to the catalog.'
      : `**${plural(offers.length, 'metric')}.** To see one, type \`graph\`, its name and the service: \`graph p95 of shop last 3h\`.`;
  return offersCard(deps, turn, { title: 'What you can graph', sentence, offers, overMs: usualGraphMs });
}

async function showStats({ deps, reports }: CommandParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { service = '', environment } = args;
  const catalog = deps.catalog();
  const named = checkedTarget(catalog, service, environment);
  const targets = visibleTargets(catalog, turn.person.id).filter(
    (each) => each.service === service && (environment === undefined || each.environment === environment),
  );
  if (targets.length === 0) throw cannotSee(catalog, named);
  const found = await Promise.all(targets.map((each) => reports.report(each.service, each.environment)));
  const silent = [...new Set(found.flatMap((report) => (report.silent ?? []).map(({ connection }) => connection)))];
  const missing = silent.map((connection) => plainText(deps.systems.titleOf(connection), 40));
  return drawList(deps, turn, {
    kind: 'Numbers',
    title: `Numbers of ${service}`,
    summary: `Numbers of ${service} in ${plural(found.length, 'environment')}`,
    sentence: [
      '**What was measured in the last minute.**',
      ...(missing.length === 0 ? [] : [`${enumerate(missing)} didn’t answer, so some numbers are missing.`]),
    ].join(' '),
    rows: found.map((report) => ({ name: report.environment, words: describeNumbers(report) })),
  });
}

function describeNumbers({ figures, named = [] }: HealthReport): string {
  const ms = (value: number): string => `${describeWhole(value)}\u00A0ms`;
  const parts = [
    ...(figures?.p95Ms === undefined ? [] : [`p95 ${ms(figures.p95Ms)}`]),
    ...(figures?.p50Ms === undefined ? [] : [`p50 ${ms(figures.p50Ms)}`]),
    ...(figures?.errorPercent === undefined ? [] : [`errors ${describeDecimal(figures.errorPercent)}%`]),
    ...(figures?.requestsPerSecond === undefined ? [] : [`${describeDecimal(figures.requestsPerSecond)}\u00A0req/s`]),
    ...(figures?.saturationPercent === undefined ? [] : [`saturation ${describeWhole(figures.saturationPercent)}%`]),
    ...named.map(({ name, unit, value }) => `${plainText(name, 40)} ${describeMeasured(value, unit)}`),
  ];
  return parts.length === 0 ? 'no numbers' : parts.join(', ');
}
