import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import type { MetricPoint } from '../../../src/connectors/contract';
import { encodePalettePng, pictureLimitBytes, rasterize } from '../../../src/core/card/picture';
import { scaleTop, spansBeyond, thinOut } from '../../../src/core/card/chart';
import { describeGraph, drawGraph } from '../../../src/features/health/graph';
import { hour, minute, now } from './world';

interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly colors: number[][];
  colorAt(x: number, y: number): number[];
}

/** Reads a four-bit indexed PNG. */
function decode(png: Buffer): Decoded {
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const chunk = (name: string): Buffer => chunks.get(name) ?? assert.fail(`no ${name}`);
  const header = chunk('IHDR');
  const width = header.readUInt32BE(0);
  assert.deepEqual([...header.subarray(8, 10)], [4, 3], 'four bits, indexed');
  const palette = chunk('PLTE');
  const colors = [...chunk('tRNS')].map((alpha, index) => [...palette.subarray(index * 3, index * 3 + 3), alpha]);
  const data = inflateSync(chunk('IDAT'));
  const rowBytes = Math.ceil(width / 2) + 1;
  return {
    width,
    height: header.readUInt32BE(4),
    colors,
    colorAt(x, y) {
      const byte = data[y * rowBytes + 1 + (x >> 1)] ?? 0;
      return colors[x % 2 === 0 ? byte >> 4 : byte & 15] ?? [];
    },
  };
}

const draw = (points: MetricPoint[]): Promise<Buffer> =>
  rasterize(
    drawGraph({
      points,
      fromMs: now - 60 * minute,
      toMs: now,
      limitMs: 300,
      marks: [{ version: '2.14.0', at: now - 30 * minute, by: 'Dana' }],
    }),
  );

describe('a picture of few colors', () => {
  it('keeps the pixels of a picture that already has few colors', () => {
    const pixels = Uint8Array.from([
      123, 128, 226, 255, 0, 0, 0, 0, 217, 89, 95, 128, 0, 0, 0, 0, 1, 2, 3, 255, 0, 0, 0, 0,
    ]);
    const picture = decode(encodePalettePng(pixels, 3, 2));
    assert.deepEqual([picture.width, picture.height], [3, 2]);
    assert.deepEqual(picture.colorAt(0, 0), [123, 128, 226, 255]);
    assert.deepEqual(picture.colorAt(2, 0), [217, 89, 95, 128]);
    assert.deepEqual(picture.colorAt(1, 1), [1, 2, 3, 255]);
    assert.deepEqual(picture.colorAt(0, 1), [0, 0, 0, 0]);
  });

  it('never has more colors than requested', () => {
    const pixels = Uint8Array.from({ length: 64 * 64 * 4 }, (_, index) => (index * 7919) % 256);
    for (const colors of [2, 5, 16])
      assert.ok(decode(encodePalettePng(pixels, 64, 64, colors)).colors.length <= colors);
  });
});

describe('the graph', () => {
  it('is drawn in its colors on a transparent background, with deployment and limit marked', async () => {
    const picture = decode(await draw(hour((index) => (index > 50 ? { p95Ms: 400 } : {}))));
    assert.deepEqual([picture.width, picture.height], [720, 230]);
    assert.equal(picture.colorAt(100, 20)[3], 0);
    assert.deepEqual(picture.colorAt(360, 60), [0x86, 0x86, 0x86, 255]);
    const shade = picture.colorAt(710, 20);
    assert.ok((shade[0] ?? 0) > 180 && (shade[3] ?? 0) > 20 && (shade[3] ?? 0) < 60, `shaded: ${shade.join()}`);
    assert.ok(picture.colors.some((color) => color.join() === [0x7b, 0x80, 0xe2, 255].join()));
  });

  for (const [name, points] of [
    ['a calm hour', hour()],
    ['a busy hour', hour((index) => ({ p95Ms: 100 + ((index * 7919) % 400), p50Ms: 40 + ((index * 104729) % 90) }))],
    [
      'an hour of 240 wild points',
      Array.from({ length: 240 }, (_, index) => ({
        at: now - (240 - index) * 15_000,
        p95Ms: 100 + ((index * 7919 * 31) % 4000),
        p50Ms: 40 + ((index * 104729) % 900),
        errorPercent: 0,
        requestsPerSecond: 8,
      })),
    ],
    ['an hour with gaps', hour((index) => (index % 3 === 0 ? { p95Ms: undefined, p50Ms: undefined } : {}))],
    ['no points', []],
  ] as const)
    it(`has at most 16 colors and 8 KB for ${name}`, async () => {
      const png = await draw([...points]);
      assert.ok(png.length <= pictureLimitBytes, `${png.length} bytes`);
      assert.ok(decode(png).colors.length <= 16);
    });

  it('contains no text', () =>
    assert.doesNotMatch(drawGraph({ points: hour(), fromMs: 0, toMs: now, limitMs: 1, marks: [] }), /<text/));

  it('keeps the ends and every peak if there are too many points', () => {
    const points = Array.from({ length: 240 }, (_, index) => ({
      ...hour()[0]!,
      at: index,
      p95Ms: index === 101 ? 900 : 100,
    }));
    const kept = thinOut(points, ({ p95Ms }) => p95Ms);
    assert.ok(kept.length <= 74);
    assert.equal(Math.max(...kept.map((point) => point.p95Ms ?? 0)), 900);
    assert.deepEqual([kept[0]?.at, kept[kept.length - 1]?.at], [0, 239]);
  });

  it('has a round scale above everything', () => {
    const tops = [120, 412, 9_800].map((highest) => scaleTop([63, highest], 300));
    assert.deepEqual(tops, [400, 500, 15_000]);
    assert.deepEqual([scaleTop([0.02, 0.07], undefined), scaleTop([], undefined)], [0.08, 1]);
  });

  it('finds the periods beyond the limit between the points', () => {
    const points = hour().map(({ at }, index) => ({ at, value: index === 10 || index >= 58 ? 400 : 200 }));
    const [first, last] = spansBeyond(points, 300);
    assert.deepEqual(first, { from: now - 50.5 * minute, to: now - 49.5 * minute });
    assert.deepEqual(last, { from: now - 2.5 * minute, to: now });
    const below = spansBeyond(points, 300, true);
    assert.deepEqual(
      below.map(({ to }) => to),
      [first?.from, last?.from],
    );
  });
});

describe('the text around the graph', () => {
  const base = {
    isBeyond: false,
    service: 'shop',
    fromMs: now - 60 * minute,
    toMs: now,
    limitMs: 300,
    timeZone: 'Europe/Berlin',
  };
  const mark = { version: '2.14.0', at: now - 42 * minute, by: 'Dana' };

  it('mentions before and after the deployment, the trouble, the highest and the last value', () => {
    const points = hour((index) =>
      index >= 55 ? { p95Ms: 380 + index } : index > 18 ? { p95Ms: 124 } : { p95Ms: 118 },
    );
    const words = describeGraph({ ...base, isBeyond: true, points, marks: [mark] });
    assert.equal(
      words.words.replaceAll('\u00A0', ' '),
      'p95 was 118 ms just before 2.14.0 and 124 ms just after it. It has been over its limit since 14:47. The latest value is 440 ms at 14:52, the highest so far. p50 was 60 ms.',
    );
    assert.equal(words.markLegend, '2.14.0\u00A0at\u00A014:10');
    assert.deepEqual([words.from, words.middle, words.to], ['13:52', '14:22', '14:52']);
    assert.match(
      words.altText,
      /^Line graph of shop latency from 13:52 to 14:52.*440\sms at 14:52, the highest so far\.$/,
    );
  });

  it('never says that something is over its limit if the card says that it is healthy: the last value has its time', () => {
    const points = hour((index) => (index > 57 ? { p95Ms: 1079 } : {})).slice(0, -1);
    const { words, altText } = describeGraph({ ...base, points, marks: [] });
    assert.match(
      words,
      /It was over its limit from 14:49 until the latest measurement\. The latest value is 1079\sms at 14:51/,
    );
    for (const text of [words, altText]) assert.doesNotMatch(text, /\bnow\b|over its limit since/);
  });

  it('works without a deployment and counts repeated trouble', () => {
    const points = hour((index) => (index === 10 || index === 20 ? { p95Ms: 400 } : {}));
    const { words, markLegend } = describeGraph({ ...base, points, marks: [] });
    assert.match(words, /120\sms at 13:52\. It was 2 times over its limit, most recently from 14:11 to 14:12/);
    assert.equal(markLegend, '');
  });

  it('doesn’t name the start of trouble that began before the graph', () => {
    const ended = hour((index) => (index < 10 ? { p95Ms: 400 } : {}));
    assert.match(describeGraph({ ...base, points: ended, marks: [] }).words, /It was over its limit until 14:01\. /);
    const lasting = hour(() => ({ p95Ms: 400 }));
    assert.match(
      describeGraph({ ...base, points: lasting, isBeyond: true, marks: [] }).words,
      /It has been over its limit the whole time\. /,
    );
  });

  it('says so if there are no numbers', () =>
    assert.equal(
      describeGraph({ ...base, points: [], marks: [mark] }).words,
      'There is no latency data for the last hour.',
    ));
});
