import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Sample } from './samples';

/** Keeps the last hour of samples over a restart: one line for each sample, rewritten when the file has grown. */
interface SampleFile {
  read(since: number): Map<string, Sample[]>;
  append(samples: readonly (readonly [place: string, sample: Sample])[]): Promise<void>;
}

const maxBytes = 4_000_000;

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

export function openSampleFile(file: string): SampleFile {
  let bytes = 0;

  function read(since: number): Map<string, Sample[]> {
    const found = new Map<string, Sample[]>();
    for (const line of textOf(file).split('\n')) {
      const parsed = parse(line);
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
    read(since) {
      const found = read(since);
      bytes = textOf(file).length;
      return found;
    },
    async append(samples) {
      const text = samples.map(([place, sample]) => lineOf(place, sample)).join('');
      bytes += text.length;
      await appendFile(file, text);
      const newest = Math.max(...samples.map(([, sample]) => sample.at));
      if (bytes > maxBytes) rewrite(read(newest - retentionMs));
    },
  };
}

/** A little more than the hour that graphs show. */
export const retentionMs = 70 * 60_000;

function lineOf(place: string, { at, from, well, since, requests, errors, buckets }: Sample): string {
  const line = { p: place, a: at, f: from, w: well ? 1 : 0, s: since, r: requests, e: errors, b: buckets };
  return `${JSON.stringify(line)}\n`;
}

function parse(line: string): z.infer<typeof Line> | undefined {
  try {
    return line === '' ? undefined : Line.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
