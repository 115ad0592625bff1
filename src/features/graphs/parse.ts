import { z } from 'zod';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import { lineOf } from '../../core/time/typed/line';
import { readMoment, readSpan } from '../../core/time/typed/moment';
import type { AskedWhen } from '../../core/time/typed/moment';
import type { ServiceTarget } from '../health';

/** What somebody wants to see as a graph. */

export interface GraphWish extends ServiceTarget {
  /** As typed, or the name of one that was chosen. */
  readonly metric: string;
  readonly overMs: number;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The periods that cards offer. */
export const usualPeriodsMs = [hourMs, 3 * hourMs, dayMs, 7 * dayMs] as const;
export const usualGraphMs = hourMs;
const shortestMs = 5 * minuteMs;
const longestMs = 30 * dayMs;

/** What a click sends: `shop/production/60/p95`, with minutes. */
export const GraphId = z.string().regex(/^[^/]{1,40}\/[^/]{1,40}\/\d{1,5}\/[^/].{0,99}$/u);

/** The id of a graph, as buttons name it. */
export function graphId({ service, environment, overMs, metric }: GraphWish): string {
  return `${service}/${environment}/${Math.round(overMs / minuteMs)}/${metric}`;
}

/** What an id says; its service and environment aren't checked yet. */
export function wishOf(id: string): GraphWish {
  const [service = '', environment = '', minutes = '', ...metric] = id.split('/');
  return { service, environment, overMs: within(Number(minutes) * minuteMs), metric: metric.join('/') };
}

const within = (overMs: number): number => Math.min(longestMs, Math.max(shortestMs, overMs));

/** `p95` of `the p95 of`: without the words around it. */
export function metricIn(typed: string): string {
  const words = typed.trim().split(/\s+/);
  const isLink = (word: string | undefined): boolean => /^(?:the|a|of|for|in|on|from|over)$/i.test(word ?? '');
  while (words.length > 0 && isLink(words[0])) words.shift();
  while (words.length > 0 && isLink(words.at(-1))) words.pop();
  return words.join(' ');
}

/** What a line names: the metric, and where. */
interface NamedGraph {
  readonly metric: string;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}

/** `shop p95`, `p95 production shop`: finds the names of one of these targets anywhere among the words of the metric. Undefined if there are none. */
export function splitTarget(
  { metric, ...said }: NamedGraph,
  targets: readonly ServiceTarget[],
): NamedGraph | undefined {
  const words = metric.split(/\s+/);
  const isNamed = (name: string): boolean => words.some((word) => word.toLowerCase() === name.toLowerCase());
  const service = said.service ?? targets.find((each) => isNamed(each.service))?.service;
  const environment =
    said.environment ?? targets.find((each) => each.service === service && isNamed(each.environment))?.environment;
  const found = [said.service ? '' : service, said.environment ? '' : environment].flatMap((name) => name || []);
  if (service === undefined || found.length === 0) return undefined;
  const rest = words.filter((word) => !found.some((name) => name.toLowerCase() === word.toLowerCase()));
  return { metric: metricIn(rest.join(' ')), service, environment };
}

/** `shop in production p95`: what stands where a period could be, but is none, belongs to the metric if that names a service. */
export function withStrayPeriod<A extends NamedGraph & TypedRange>(
  args: A,
  targets: readonly ServiceTarget[],
  asked: AskedWhen,
): A {
  const { metric, service, period } = args;
  if (service !== undefined || period === undefined || rangeOf({ period }, asked) !== undefined) return args;
  return splitTarget({ metric }, targets) ? { ...args, metric: `${metric} ${period}`, period: undefined } : args;
}

/** Where a graph begins, as typed: how far back, or the moment. */
export interface TypedRange {
  /** `3h`, `2 days`, `hour`, `today`. */
  readonly period?: string | undefined;
  /** `yesterday`, `Monday 9:00`. */
  readonly since?: string | undefined;
}

/** How far back a graph goes, from 5 minutes to 30 days; an hour if nobody said. Throws `UserError` for what isn't a time in the past. */
export function readRange(range: TypedRange, asked: AskedWhen): number {
  const typed = range.since ?? range.period;
  if (typed === undefined) return usualGraphMs;
  const overMs = rangeOf(range, asked);
  if (overMs === undefined)
    throw new UserError(
      `“${plainText(typed, 40)}” isn’t a time range. Say how far back the graph should go, for example \`last 3h\` or \`since yesterday\`.`,
    );
  return within(overMs);
}

function rangeOf({ period = '', since }: TypedRange, asked: AskedWhen): number | undefined {
  const overMs = (since === undefined ? spanOf(period) : undefined) ?? sinceThen(since ?? period, asked);
  return overMs === undefined || overMs <= 0 ? undefined : overMs;
}

function spanOf(typed: string): number | undefined {
  const said = typed.trim().replace(/^(?:over |for )?(?:the )?(?:(?:last|past) )?/i, '');
  const line = lineOf(/^\d/.test(said) ? said : `1 ${said}`);
  const span = readSpan(line, 0);
  return !span || span.next < line.words.length || span.value.months > 0 ? undefined : span.value.ms;
}

function sinceThen(typed: string, asked: AskedWhen): number | undefined {
  const read = readMoment(typed, 'since', asked);
  return 'at' in read ? asked.now - read.at : undefined;
}
