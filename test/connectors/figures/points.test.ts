import assert from 'node:assert/strict';
import { historyOf, seriesOf } from '../../../src/connectors/figures/points';
import type { MeasuredLine } from '../../../src/connectors/figures/points';
import { boundFigures } from '../../../src/connectors/figures/points';
import { metricsSchema, namedQueries } from '../../../src/connectors/figures/schema';
import { readTemplates, text } from '../../../src/core/catalog/templates';

const schema = metricsSchema(text);
const read = (binding: unknown) => schema.parse(readTemplates(binding).value);
const problemsOf = (binding: unknown) =>
  (schema.safeParse(readTemplates(binding).value).error?.issues ?? []).map(({ path, message }) => [
    path.join('.'),
    message,
  ]);

const line = (stepMs: number, values: readonly (number | undefined)[], from = 0): MeasuredLine => ({
  name: 'x',
  points: values.map((value, index) => ({ at: from + index * stepMs, value })),
});

describe('the figures of a binding', () => {
  for (const [written, factor] of [
    [{ p95: 'a' }, 1],
    [{ p95: { query: 'a' } }, 1],
    [{ p50: { query: 'a', unit: 's' } }, 1_000],
    [{ errors: { query: 'a', unit: 'ratio' } }, 100],
    [{ errors: { query: 'a', unit: '%' } }, 1],
    [{ rate: { query: 'a', unit: '/min' } }, 1 / 60],
    [{ saturation: { query: 'a', unit: 'ratio' } }, 100],
  ] as const)
    it(`multiplies ${JSON.stringify(written)} with ${factor}`, () => {
      const [found, ...others] = boundFigures(read(written));
      assert.deepEqual([found?.figure, found?.factor, others], [Object.keys(written)[0], factor, []]);
    });

  it('names its mistakes', () => {
    assert.deepEqual(problemsOf({ p95: { query: 'a', unit: 'h' } }), [['p95.unit', 'must be ms or s']]);
    assert.deepEqual(problemsOf({ errors: { query: 'a', unit: 'ms' } }), [['errors.unit', 'must be % or ratio']]);
    assert.deepEqual(
      problemsOf({ queries: { 'a{b}': { query: 'a' } } }).map(([path]) => path),
      ['queries.a{b}'],
    );
    assert.deepEqual(
      problemsOf({ p99: 'a' }).map(([, message]) => message),
      ['Unrecognized key: "p99"'],
    );
  });

  it('lists the named queries with units and limits', () =>
    assert.deepEqual(
      namedQueries(
        read({ queries: { queue: { query: 'a', unit: 'of {service}', limit: 3 }, other: { query: 'b' } } }),
        {
          ...{ service: 'shop', environment: 'production' },
        },
      ),
      [
        { name: 'queue', unit: 'of shop', limit: 3 },
        { name: 'other', unit: '' },
      ],
    ));
});

describe('lines of numbers', () => {
  it('stand side by side at the moments of the coarsest one, without gaps at both ends', () => {
    const points = historyOf(
      new Map([
        ['p95', line(10, [undefined, 10, 20, 30, 40, undefined])],
        ['rate', line(20, [undefined, 2, 4])],
        ['errors', line(10, [undefined])],
      ] as const),
    );
    assert.deepEqual(
      points.map(({ at, p95Ms, requestsPerSecond, errorPercent }) => [at, p95Ms, requestsPerSecond, errorPercent]),
      [
        [0, 10, undefined, undefined],
        [20, 25, 2, undefined],
        [40, 40, 4, undefined],
      ],
    );
    assert.deepEqual(historyOf(new Map()), []);
  });

  it('are at most 240 points, the last ones', () => {
    const points = historyOf(new Map([['p95', line(10, Array<number>(300).fill(1))]] as const));
    assert.deepEqual([points.length, points[0]?.at, points.at(-1)?.at], [240, 600, 2_990]);
  });

  it('keep the ten with the highest peaks, and a name only where there are several', () => {
    assert.equal(seriesOf([line(1, [1])])[0]?.name, '');
    const many = Array.from({ length: 12 }, (_, index) => ({ ...line(1, [index]), name: `a\u202E${index}` }));
    assert.deepEqual(
      seriesOf(many).map(({ name }) => name),
      ['a11', 'a10', 'a9', 'a8', 'a7', 'a6', 'a5', 'a4', 'a3', 'a2'],
    );
  });
});
