import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figuresOf, openSampleFile, pointsOf } from '../../../src/connectors/machine/samples';
import type { Sample } from '../../../src/connectors/machine/samples';

const hourMs = 3_600_000;

function sample(at: number, requests: number, errors = 0): Sample {
  return { at, from: at - 5000, well: true, since: 1, requests, errors, buckets: [[0.1, 0.2, requests]] };
}

describe('the metrics of samples', () => {
  it('cover all their requests together', () => {
    assert.deepEqual(figuresOf([sample(5000, 90, 1), sample(10_000, 10, 1)], 10_000), {
      at: 10_000,
      p50Ms: 150,
      p95Ms: 195,
      errorPercent: 2,
      requestsPerSecond: 10,
    });
  });

  it('say nothing about time that nobody measured', () => {
    assert.equal(figuresOf([{ ...sample(5000, 0), from: 5000 }], 5000), undefined);
    assert.equal(figuresOf([], 5000), undefined);
  });

  it('without traffic have a rate of zero and no latencies', () => {
    const figures = figuresOf([{ ...sample(5000, 0), buckets: [] }], 5000);
    assert.deepEqual(figures, {
      at: 5000,
      p50Ms: undefined,
      p95Ms: undefined,
      errorPercent: undefined,
      requestsPerSecond: 0,
    });
  });
});

describe('the points of a graph', () => {
  const samples = Array.from({ length: 720 }, (_, index) => sample(hourMs + (index + 1) * 5000, 10));

  it('are evenly spaced, oldest first, and few enough', () => {
    const points = pointsOf(samples, hourMs, 2 * hourMs, 5000);
    assert.equal(points.length, 120);
    const spacings = new Set(points.slice(1).map((point, index) => point.at - (points[index]?.at ?? 0)));
    assert.deepEqual([...spacings], [30_000]);
    assert.ok(points.every((point) => point.requestsPerSecond === 2));
  });

  it('are empty where nothing was measured', () => {
    const points = pointsOf(samples.slice(0, 6), hourMs, 2 * hourMs, 5000);
    assert.equal(points[0]?.p50Ms, 150);
    assert.equal(points[60]?.p50Ms, undefined);
    assert.deepEqual(pointsOf([], hourMs, 2 * hourMs, 5000), []);
  });
});

describe('the file of samples', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-samples-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('returns what was stored, without old or torn lines', async () => {
    const path = join(folder, 'metrics.ndjson');
    const file = openSampleFile(path);
    await file.append([
      ['shop.production', sample(5000, 1)],
      ['shop.production', sample(10_000, 2)],
      ['shop.staging', sample(10_000, 3)],
    ]);
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"p":"shop.production","a":1`);
    const kept = openSampleFile(path).read(6000);
    assert.deepEqual(kept.get('shop.production'), [sample(10_000, 2)]);
    assert.deepEqual(kept.get('shop.staging'), [sample(10_000, 3)]);
  });

  it('stays small: it is rewritten with the last hour when it has grown', async () => {
    const path = join(folder, 'grown.ndjson');
    writeFileSync(path, `${'x'.repeat(4_100_000)}\n`);
    const file = openSampleFile(path);
    file.read(0);
    await file.append([['shop.production', sample(5000, 1)]]);
    assert.ok(readFileSync(path).length < 1000);
    assert.equal(openSampleFile(path).read(0).get('shop.production')?.length, 1);
  });
});
