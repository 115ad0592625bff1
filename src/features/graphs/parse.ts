import { z } from 'zod';
import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import { lineOf } from '../../core/time/typed/line';
import { readSpan } from '../../core/time/typed/moment';
import type { ServiceTarget } from '../health';

/** What somebody wants to see as a graph. */

export interface GraphWish extends ServiceTarget {
  /** As typed, or the name of one that was chosen. */
  readonly metric: string;
  readonly overMs: number;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
export const usualGraphMs = hourMs;
const shortestMs = 5 * minuteMs;
const longestMs = 30 * 24 * hourMs;

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

/** `3h`, `2 days`, `hour`: how far back a graph goes, from 5 minutes to 30 days. */
export function readPeriod(typed: string | undefined): number {
  if (typed === undefined) return usualGraphMs;
  const said = typed.trim().replace(/^(?:over |for )?(?:the )?(?:(?:last|past) )?/i, '');
  const words = /^\d/.test(said) ? said : `1 ${said}`;
  const line = lineOf(words);
  const span = readSpan(line, 0);
  if (!span || span.next < line.words.length || span.value.months > 0 || span.value.ms <= 0)
    throw new UserError(
      `“${plainText(typed, 40)}” isn’t a time range. Say how far back the graph should go, for example \`last 3h\`.`,
    );
  return within(span.value.ms);
}
