import { renameSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { get } from 'node:http';
import { z } from 'zod';
import type { MetricPoint } from '../contract';
import { quantileMs } from './prometheus';
import type { Bucket } from './prometheus';
import { parseJson, textOf } from './records';

/** One look at a service: whether it was well, and what it served since the look before. */
export interface Sample {
  readonly at: number;
  /** The look before; equal to `at` when there is nothing to compare with. */
  readonly from: number;
  readonly well: boolean;
  /** Since when it has been well, or unwell. */
  readonly since: number;
  readonly requests: number;
  readonly errors: number;
  readonly buckets: readonly Bucket[];
}

/** The figures of these samples together, for the time `at`. */
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

/** Evenly spaced points from `fromMs` to `toMs`; where nothing is known the values are undefined. Empty when nothing is known at all. */
export function pointsOf(
  samples: readonly Sample[],
  fromMs: number,
  toMs: number,
  sampleIntervalMs: number,
): MetricPoint[] {
  // At least two looks for a point, else a look that comes a moment late leaves a hole.
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

export interface AddressAnswer {
  readonly code: number;
  readonly text: string;
}

const maxAnswerLength = 262_144;

/** GET from a service nearby, on a connection of its own; undefined when nothing answers in time. */
export function askAddress(address: string, timeoutMs: number): Promise<AddressAnswer | undefined> {
  return new Promise((resolve) => {
    const request = get(address, { agent: false, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > maxAnswerLength) request.destroy();
      });
      response.on('end', () => resolve({ code: response.statusCode ?? 0, text }));
      response.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
  });
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
  r: z.number(),
  e: z.number(),
  b: z.array(z.tuple([z.number(), z.number(), z.number()])),
});

/** Keeps the last hour of samples over a restart: one line for each sample, rewritten when the file has grown. */
export function openSampleFile(file: string) {
  let bytes = 0;

  function read(since: number): Map<string, Sample[]> {
    const found = new Map<string, Sample[]>();
    for (const line of textOf(file).split('\n')) {
      const parsed = parseJson(line, Line);
      if (!parsed || parsed.a < since) continue;
      const { p, a, f, w, s, r, e, b } = parsed;
      const sample = { at: a, from: f, well: w === 1, since: s, requests: r, errors: e, buckets: b };
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

function lineOf(place: string, { at, from, well, since, requests, errors, buckets }: Sample): string {
  const line = { p: place, a: at, f: from, w: well ? 1 : 0, s: since, r: requests, e: errors, b: buckets };
  return `${JSON.stringify(line)}\n`;
}
