import { renameSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
import type { MetricPoint } from '../contract';
import { parseJson, textOf } from './records';

/** Reads what the connector needs from a Prometheus text page, and computes what happened between two pages. Pure. */

export interface Counters {
  /** When the process started counting, in seconds since 1970. */
  readonly startedAt: number;
  readonly requests: number;
  readonly errors: number;
  /** Requests up to and including each bound in seconds, ascending; the last bound is Infinity. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
}

/** How many requests took between two bounds, in seconds. */
type Bucket = readonly [from: number, to: number, count: number];

interface Delta {
  readonly requests: number;
  readonly errors: number;
  /** Ascending, without empty buckets. The open end counts as its lower bound. */
  readonly buckets: readonly Bucket[];
}

const lineForm = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;

/** Undefined if the page lacks the request counters. */
export function readCounters(page: string): Counters | undefined {
  let startedAt = 0;
  let requests: number | undefined;
  let errors = 0;
  const byBound = new Map<number, number>();
  for (const line of page.split('\n')) {
    const [, name, labels = '', text = ''] = lineForm.exec(line) ?? [];
    const value = Number(text);
    if (name === undefined || !Number.isFinite(value)) continue;
    if (name === 'process_start_time_seconds') startedAt = value;
    if (name === 'http_request_duration_seconds_count') requests = (requests ?? 0) + value;
    if (name === 'http_requests_total' && /\bcode="5\d\d"/.test(labels)) errors += value;
    if (name === 'http_request_duration_seconds_bucket') {
      const bound = boundOf(labels);
      if (bound !== undefined) byBound.set(bound, (byBound.get(bound) ?? 0) + value);
    }
  }
  if (requests === undefined) return undefined;
  const buckets = [...byBound].map(([upTo, count]) => ({ upTo, count })).sort((a, b) => a.upTo - b.upTo);
  return { startedAt, requests, errors, buckets };
}

function boundOf(labels: string): number | undefined {
  const [, bound = ''] = /\ble="([^"]+)"/.exec(labels) ?? [];
  const value = bound === '+Inf' ? Infinity : Number(bound);
  return bound === '' || Number.isNaN(value) ? undefined : value;
}

/** What happened since the previous page; a process that started counting again began at zero. */
export function deltaBetween(before: Counters, after: Counters): Delta {
  const anew = after.startedAt !== before.startedAt || after.requests < before.requests;
  const earlier = new Map(anew ? [] : before.buckets.map(({ upTo, count }) => [upTo, count]));
  const buckets: Bucket[] = [];
  let from = 0;
  let counted = 0;
  for (const { upTo, count } of after.buckets) {
    const cumulative = count - (earlier.get(upTo) ?? 0);
    if (cumulative > counted) buckets.push([from, upTo === Infinity ? from : upTo, cumulative - counted]);
    counted = Math.max(counted, cumulative);
    from = upTo;
  }
  return {
    requests: after.requests - (anew ? 0 : before.requests),
    errors: Math.max(0, after.errors - (anew ? 0 : before.errors)),
    buckets,
  };
}

/** The time in milliseconds that this share of the requests stayed under, evenly distributed inside a bucket; undefined without requests. */
export function quantileMs(buckets: readonly Bucket[], share: number): number | undefined {
  const sorted = merged(buckets);
  const wanted = share * sorted.reduce((sum, bucket) => sum + bucket[2], 0);
  let counted = 0;
  for (const [from, to, count] of sorted) {
    if (counted + count >= wanted) return Math.round((from + (to - from) * ((wanted - counted) / count)) * 1000);
    counted += count;
  }
  return undefined;
}

/** The same buckets of several checks added together; ascending, without empty ones. */
function merged(buckets: readonly Bucket[]): Bucket[] {
  const counts = new Map<string, Bucket>();
  for (const [from, to, count] of buckets) {
    const known = counts.get(`${from} ${to}`)?.[2] ?? 0;
    if (count > 0) counts.set(`${from} ${to}`, [from, to, known + count]);
  }
  return [...counts.values()].sort((one, other) => one[1] - other[1] || one[0] - other[0]);
}

/** One check of a service: whether it was healthy, and what it served since the previous check. */
export interface Sample {
  readonly at: number;
  /** The previous check; equal to `at` if there is nothing to compare with. */
  readonly from: number;
  readonly well: boolean;
  /** Since when it has been healthy, or not. */
  readonly since: number;
  /** The last check at which it wasn't healthy. */
  readonly unwellAt?: number;
  readonly requests: number;
  readonly errors: number;
  readonly buckets: readonly Bucket[];
}

/** The combined metrics of these samples, for the time `at`. */
export function figuresOf(samples: readonly Sample[], at: number): MetricPoint | undefined {
  const served = samples.filter((sample) => sample.at > sample.from);
  if (served.length === 0) return undefined;
  const requests = served.reduce((sum, sample) => sum + sample.requests, 0);
  const errors = served.reduce((sum, sample) => sum + sample.errors, 0);
  const seconds = served.reduce((sum, sample) => sum + (sample.at - sample.from), 0) / 1000;
  const buckets = served.flatMap((sample) => sample.buckets);
  return {
    at,
    p50Ms: quantileMs(buckets, 0.5),
    p95Ms: quantileMs(buckets, 0.95),
    errorPercent: requests === 0 ? undefined : Math.round((errors / requests) * 1000) / 10,
    requestsPerSecond: Math.round((requests / seconds) * 100) / 100,
  };
}

const maxPoints = 120;

/** Evenly spaced points from `fromMs` to `toMs`; values that aren't known are undefined. Empty if nothing is known. */
export function pointsOf(
  samples: readonly Sample[],
  fromMs: number,
  toMs: number,
  sampleIntervalMs: number,
): MetricPoint[] {
  // At least two checks for each point; otherwise, a slightly late check leaves a gap.
  const spacing = Math.max(2, Math.ceil((toMs - fromMs) / maxPoints / sampleIntervalMs)) * sampleIntervalMs;
  const first = Math.floor(fromMs / spacing);
  const slots = new Map<number, Sample[]>();
  for (const sample of samples) {
    const slot = Math.floor((sample.from + sample.at) / 2 / spacing);
    if (sample.at <= fromMs || sample.from >= toMs) continue;
    slots.set(slot, [...(slots.get(slot) ?? []), sample]);
  }
  if (slots.size === 0) return [];
  const points: MetricPoint[] = [];
  for (let slot = first; slot * spacing < toMs; slot++) {
    const at = slot * spacing + spacing / 2;
    const nothing = { at, p50Ms: undefined, p95Ms: undefined, errorPercent: undefined, requestsPerSecond: undefined };
    points.push(figuresOf(slots.get(slot) ?? [], at) ?? nothing);
  }
  return points;
}

/** A little more than the hour that graphs show. */
export const retentionMs = 70 * 60_000;
const maxFileBytes = 4_000_000;

const Line = z.object({
  p: z.string(),
  a: z.number(),
  f: z.number(),
  w: z.union([z.literal(0), z.literal(1)]),
  s: z.number(),
  u: z.number().optional(),
  r: z.number(),
  e: z.number(),
  b: z.array(z.tuple([z.number(), z.number(), z.number()])),
});

/** Keeps the last hour of samples across restarts: one line for each sample, rewritten when the file has grown. */
export function openSampleFile(file: string) {
  let bytes = 0;

  function read(since: number): Map<string, Sample[]> {
    const found = new Map<string, Sample[]>();
    for (const line of textOf(file).split('\n')) {
      const parsed = parseJson(line, Line);
      if (!parsed || parsed.a < since) continue;
      const { p, a, f, w, s, u, r, e, b } = parsed;
      const unwell = u !== undefined && { unwellAt: u };
      const sample = { at: a, from: f, well: w === 1, since: s, ...unwell, requests: r, errors: e, buckets: b };
      found.set(p, [...(found.get(p) ?? []), sample]);
    }
    return found;
  }

  function rewrite(samples: Map<string, Sample[]>): void {
    const text = [...samples].flatMap(([place, each]) => each.map((sample) => lineOf(place, sample))).join('');
    writeFileSync(`${file}.draft`, text);
    renameSync(`${file}.draft`, file);
    bytes = Buffer.byteLength(text);
  }

  return {
    read(since: number): Map<string, Sample[]> {
      const found = read(since);
      bytes = textOf(file).length;
      return found;
    },
    async append(samples: readonly (readonly [place: string, sample: Sample])[]): Promise<void> {
      const text = samples.map(([place, sample]) => lineOf(place, sample)).join('');
      bytes += text.length;
      await appendFile(file, text);
      const newest = Math.max(...samples.map(([, sample]) => sample.at));
      if (bytes > maxFileBytes) rewrite(read(newest - retentionMs));
    },
  };
}

function lineOf(place: string, { at, from, well, since, unwellAt, requests, errors, buckets }: Sample): string {
  const line = { p: place, a: at, f: from, w: well ? 1 : 0, s: since, u: unwellAt, r: requests, e: errors, b: buckets };
  return `${JSON.stringify(line)}\n`;
}
