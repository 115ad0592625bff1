import { z } from 'zod';
import { defineAction, listTopic } from '../../chat/contract';
import type { Action, Arguments, Command, Reply, Turn } from '../../chat/contract';
import { cannotSee } from '../../core/catalog/refusals';
import { describeReach } from '../../core/catalog/rights';
import { enumerate, plainText, plural } from '../../core/text';
import { drawList, timeZoneOf } from '../contract';
import { checkedTarget, describeDecimal, describeMeasured, describeWhole, visibleTargets } from '../health';
import type { HealthReport, HealthReports, ServiceTarget } from '../health';
import { askMore, graphCard, offersCard } from './cards';
import { findMetrics, matchMetrics, metricsOf, visibleTarget } from './facts';
import type { GraphParts, Metric, Offer } from './facts';
import { favoriteCommands, keepAction } from './favorites/commands';
import type { Favorites } from './favorites/store';
import { GraphId, metricIn, readRange, splitTarget, usualGraphMs, wishOf, withStrayPeriod } from './parse';
import type { GraphWish } from './parse';
import { pickerCard } from './picker/cards';
import type { Chosen } from './picker/cards';
import { phrasings } from './text';

/** `graph`, and what belongs to it. */

export interface CommandParts extends GraphParts {
  readonly reports: HealthReports;
  readonly favorites: Favorites;
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
      phrasings,
      summary: 'Draw a metric of a service as a graph',
      shows: ['granted-rights'],
      arguments: [
        { name: 'metric', kind: 'phrase', summary: 'what to draw, such as p95, errors, or a query of yours' },
        ...where,
        { name: 'period', kind: 'phrase', summary: 'how far back', keyword: 'last' },
        { name: 'since', kind: 'moment', summary: 'from when on', keyword: 'since' },
      ],
      examples: ['graph p95 of shop in production last 3h', 'graph errors of shop since yesterday', 'graph show'],
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
      run: (turn, args) => listMetrics(parts, turn, args),
    },
    {
      ...look,
      name: 'graph stats',
      synonyms: ['stats', 'numbers'],
      phrasings: ['stats|statistics|numbers of|for {service} [in] [{environment}]', '{service} stats|numbers'],
      summary: 'Show all numbers of a service in each environment',
      shows: ['health'],
      arguments: [{ ...where[0], required: true }, where[1]],
      examples: ['stats shop', 'stats shop in production'],
      run: (turn, args) => showStats(parts, turn, args),
    },
    ...favoriteCommands(parts),
  ];
}

/** The buttons of graphs. */
export function graphActions(parts: CommandParts): Action[] {
  return [
    defineAction({
      verb: 'graphs.show',
      operation: 'look',
      input: z.object({ id: GraphId }),
      run: async (turn, { id }) => drawSeen(parts, turn, wishOf(id)),
    }),
    defineAction({
      verb: 'graphs.more',
      operation: 'look',
      input: z.object({ id: GraphId }),
      asks: async (turn, id) => askMore(seenWish(parts, turn, wishOf(id))),
      run: async (turn, { id }) => drawSeen(parts, turn, wishOf(id)),
    }),
    keepAction(parts),
  ];
}

/** The wish, if this person can see its service there. */
function seenWish({ deps }: CommandParts, { person }: Turn, wish: GraphWish): GraphWish {
  return { ...wish, ...visibleTarget(deps.catalog(), person.id, wish.service, wish.environment) };
}

const drawSeen = (parts: CommandParts, turn: Turn, wish: GraphWish): Promise<Reply> =>
  drawWish(parts, turn, seenWish(parts, turn, wish));

async function showGraph(parts: CommandParts, turn: Turn, typed: Arguments): Promise<Reply> {
  const { deps, favorites } = parts;
  const asked = { now: deps.clock.now(), timeZone: await timeZoneOf(deps, turn.person.id) };
  const targets = visibleTargets(deps.catalog(), turn.person.id);
  const { metric: words = '', service, environment, since } = typed;
  const args = withStrayPeriod({ metric: words, service, environment, since, period: typed['period'] }, targets, asked);
  const { period } = args;
  const metric = metricIn(args.metric);
  const overMs = readRange({ period, since }, asked);
  const isTimed = (period ?? since) !== undefined;
  const within = (wish: GraphWish): GraphWish => (isTimed ? { ...wish, overMs } : wish);
  const name = [typed['metric'], service, environment].filter((each) => each !== undefined).join(' ');
  if (service !== undefined) {
    const target = visibleTarget(deps.catalog(), turn.person.id, service, environment);
    const matching = matchMetrics(metricsOf(deps, deps.catalog(), target), metric).length;
    const kept = matching === 1 ? undefined : await favorites.find(turn, name);
    if (kept) return drawSeen(parts, turn, within(kept));
    const split = matching === 0 ? splitTarget({ metric, service, environment }, targets) : undefined;
    return split ? showGraph(parts, turn, { ...args, ...split }) : drawWish(parts, turn, { ...target, metric, overMs });
  }
  const kept = await favorites.find(turn, name);
  if (kept) return drawSeen(parts, turn, within(kept));
  const all = offersOf(parts, turn, environment);
  const offers = all.filter(({ metric: each }) => metric === '' || matchMetrics([each], metric).length > 0);
  const split = offers.length === 0 ? splitTarget({ metric, service, environment }, targets) : undefined;
  if (split) return showGraph(parts, turn, { ...args, ...split });
  const [only, another] = onePerService(offers);
  if (only && !another) return drawMetric(parts, turn, { ...only.target, metric, overMs }, only.metric);
  return choose(parts, turn, { offers: offers.length > 0 ? offers : all, typed: metric }, { environment, overMs });
}

async function drawWish(parts: CommandParts, turn: Turn, wish: GraphWish): Promise<Reply> {
  const { deps } = parts;
  const matching = (all: readonly Metric[]) => (wish.metric === '' ? all : matchMetrics(all, wish.metric));
  const bound = matching(metricsOf(deps, deps.catalog(), wish));
  // Tools are asked only for what the catalog doesn't name.
  const all = bound.length === 1 ? bound : await findMetrics(deps, deps.catalog(), wish);
  const found = matching(all);
  const [only] = found;
  if (only && found.length === 1) return drawMetric(parts, turn, wish, only);
  const shown = found.length > 0 ? found : all;
  const elsewhere = offersOf(parts, turn, undefined).filter(
    ({ target: { service, environment }, metric: { name } }) =>
      service === wish.service && environment !== wish.environment && shown.some((metric) => metric.name === name),
  );
  const offers = [...shown.map((metric) => ({ target: wish, metric })), ...elsewhere];
  return choose(parts, turn, { offers, typed: wish.metric }, wish);
}

/** The card stays current: a deployment draws it again. */
async function drawMetric(parts: CommandParts, turn: Turn, wish: GraphWish, metric: Metric): Promise<Reply> {
  const { service, environment, overMs } = wish;
  const line = `graph "${metric.name}" of ${service} in ${environment} last ${Math.round(overMs / 60_000)} minutes`;
  return { ...(await graphCard(parts, turn, wish, metric)), about: listTopic(line, ['deployments']) };
}

/** Asks which one; `typed`: what the metric was called. */
function choose(
  { deps }: CommandParts,
  turn: Turn,
  { offers, typed }: { readonly offers: readonly Offer[]; readonly typed: string },
  known: Partial<ServiceTarget> & { readonly overMs: number },
): Reply {
  const { overMs, service, environment } = known;
  if (offers.length === 0) {
    const sentence =
      '**There are no metrics that you can view.** Metrics come from the `metrics` bindings in the catalog.';
    return offersCard(deps, turn, { title: 'Which graph?', sentence, offers, overMs });
  }
  const isKnown = typed === '' || offers.some((each) => matchMetrics([each.metric], typed).length > 0);
  const names = new Set(offers.map(({ metric }) => metric.name));
  const chosen: Chosen = {
    ...{ service, environment, overMs },
    metric: typed !== '' && names.size === 1 ? [...names][0] : undefined,
  };
  const sentence = isKnown
    ? '**Nothing has been drawn yet.** Choose what to graph.'
    : `**There’s no metric called “${plainText(typed, 40)}”.** Choose another one.`;
  return pickerCard(deps, turn, { sentence, offers, chosen });
}

/** What this person can draw. */
function offersOf({ deps }: CommandParts, { person }: Turn, environment: string | undefined): Offer[] {
  const catalog = deps.catalog();
  const targets = visibleTargets(catalog, person.id).filter(
    (target) => environment === undefined || target.environment === environment,
  );
  return targets.flatMap((target) => metricsOf(deps, catalog, target).map((metric) => ({ target, metric })));
}

/** Only in the most important environment of each service. */
function onePerService(offers: readonly Offer[]): Offer[] {
  const first = new Map<string, string>();
  for (const { target } of offers) if (!first.has(target.service)) first.set(target.service, target.environment);
  return offers.filter(({ target }) => first.get(target.service) === target.environment);
}

async function listMetrics(parts: CommandParts, turn: Turn, { service, environment }: Arguments): Promise<Reply> {
  const { deps } = parts;
  const catalog = deps.catalog();
  const target = service === undefined ? undefined : visibleTarget(catalog, turn.person.id, service, environment);
  const offers = target
    ? (await findMetrics(deps, catalog, target)).map((metric) => ({ target, metric }))
    : onePerService(offersOf(parts, turn, environment));
  const sentence =
    offers.length === 0
      ? `**There are no metrics ${target ? `for ${plainText(describeReach(target), 120)}` : 'that you can view'}.** Metrics come from the \`metrics\` bindings in the catalog.`
      : `**${plural(offers.length, 'metric')}.** To see one, type \`graph\` with its name and service, such as \`graph p95 of shop\`.`;
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
    title: `Numbers for ${service}`,
    summary: `Numbers for ${service} in ${plural(found.length, 'environment')}`,
    sentence: [
      '**These numbers are from the last minute.**',
      ...(missing.length === 0 ? [] : [`${enumerate(missing)} didn’t respond, so some numbers are missing.`]),
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
