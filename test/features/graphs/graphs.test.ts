import assert from 'node:assert/strict';
import type { Bound, MetricSource, Series } from '../../../src/connectors/contract';
import { matchMetrics } from '../../../src/features/graphs/facts';
import type { Metric } from '../../../src/features/graphs/facts';
import { GraphId, graphId, metricIn, readPeriod, wishOf } from '../../../src/features/graphs/parse';
import { describeCourse, describeLatest, describePeriod } from '../../../src/features/graphs/text';
import { connectServices, stock } from '../../samples/releases';
import { people } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.parse('2026-11-20T13:00:00Z');
const metric: Metric = {
  ...{ name: 'queue', others: [], unit: 'jobs', limit: 100, isMinimum: false, source: undefined },
};
const plain = (words: string): string => words.replaceAll('\u00A0', ' ');

describe('what somebody wants to see as a graph', () => {
  const periods: [string | undefined, number][] = [
    [undefined, hour],
    ['3h', 3 * hour],
    ['30 minutes', 30 * minute],
    ['2 days', 48 * hour],
    ['hour', hour],
    ['over the last 3 hours', 3 * hour],
    ['1 minute', 5 * minute],
    ['90 days', 720 * hour],
  ];
  for (const [typed, expected] of periods)
    it(`goes back as far as “${typed ?? ''}” says, within its bounds`, () => assert.equal(readPeriod(typed), expected));

  it('is refused for what isn’t a period', () => {
    for (const typed of ['', 'banana', '3h of shop', '2 months'])
      assert.throws(() => readPeriod(typed), /isn’t a time range. Say how far back/);
  });

  it('is the metric without the words around it', () => {
    assert.equal(metricIn('the queue length of'), 'queue length');
    assert.equal(metricIn('of'), '');
  });

  it('has an id that says all of it, whatever the metric is called', () => {
    const wish = { service: 'shop', environment: 'production', overMs: 3 * hour, metric: 'a/b "c" of d' };
    assert.ok(GraphId.safeParse(graphId(wish)).success);
    assert.deepEqual(wishOf(graphId(wish)), wish);
    for (const id of ['', 'shop/production/60', 'shop/production/x/p95', 'shop/production/60/'])
      assert.ok(!GraphId.safeParse(id).success, id);
  });

  it('is found by its name, another word for it, or a part', () => {
    const all = [
      { ...metric, name: 'p95', others: ['latency'] },
      { ...metric, name: 'queue length' },
      { ...metric, name: 'queue_age' },
    ];
    const found = (typed: string): string[] => matchMetrics(all, typed).map(({ name }) => name);
    assert.deepEqual(found('P95'), ['p95']);
    assert.deepEqual(found('latency'), ['p95']);
    assert.deepEqual(found('queue age'), ['queue_age']);
    assert.deepEqual(found('queue'), ['queue length', 'queue_age']);
    assert.deepEqual(found('weather'), []);
  });
});

describe('a graph in words', () => {
  const course = (values: readonly (number | undefined)[], name = '') => ({
    lines: [
      { name, points: values.map((value, index) => ({ at: now - (values.length - 1 - index) * minute, value })) },
    ],
    marks: [],
    silent: undefined,
  });
  const drawn = { toMs: now, timeZone: 'UTC' };

  it('says the latest value with its time and its limit', () => {
    const said = (values: readonly (number | undefined)[], change: Partial<Metric> = {}): string =>
      plain(describeLatest({ ...drawn, metric: { ...metric, ...change }, course: course(values) }));
    assert.equal(said([1, 120]), '**120 jobs at 13:00**, over its limit of 100 jobs.');
    assert.equal(said([1, 20, undefined]), '**20 jobs at 12:59**, within its limit of 100 jobs.');
    assert.equal(said([1, 20], { isMinimum: true }), '**20 jobs at 13:00**, below its minimum of 100 jobs.');
    assert.equal(said([1, 20], { limit: undefined, unit: 'bytes' }), '**20 B at 13:00**.');
  });

  it('says why there is nothing', () => {
    const nothing = { lines: [], marks: [], silent: undefined };
    assert.equal(describeLatest({ ...drawn, metric, course: nothing }), '**There is no data for this time range.**');
    assert.match(
      describeLatest({ ...drawn, metric, course: { ...nothing, silent: 'Graphite' } }),
      /^\*\*Graphite didn’t answer/,
    );
  });

  it('says what the picture shows', () => {
    const marks = [{ version: '2.14.0', at: now - 3 * minute, by: 'Dana' }];
    assert.equal(
      plain(describeCourse({ ...drawn, metric, course: { ...course([50, 150, 50, 20]), marks } })),
      'It was between 20 jobs and 150 jobs, highest at 12:58. It was over its limit from 12:57 to 12:58. 2.14.0 went live at 12:57.',
    );
    assert.equal(plain(describeCourse({ ...drawn, metric, course: course([7, 7]) })), 'It was 7 jobs the whole time.');
  });

  it('names its period', () =>
    assert.deepEqual(
      [hour, 3 * hour, 24 * hour, 48 * hour, 90 * minute].map((each) => plain(describePeriod(each))),
      ['last hour', 'last 3 h', 'last 24 h', 'last 2 days', 'last 90 min'],
    ));
});

describe('the commands about graphs', () => {
  const line = (from: number, to: number): Series => ({
    name: '',
    points: [from, (from + to) / 2, to].map((at, index) => ({ at, value: 100 + index })),
  });
  const asked: [string, number][] = [];
  const source: Bound<MetricSource> = {
    connection: 'graphite',
    figures: async () => undefined,
    history: async () => [],
    queries: [
      { name: 'queue length', unit: 'jobs', limit: 100 },
      { name: 'queue age', unit: 's' },
    ],
    async series(name, from, to) {
      asked.push([name, to - from]);
      return [line(from, to)];
    },
  };
  let talk: TalkWorld;
  before(() => {
    talk = createTalkWorld();
    stock(talk.world);
    connectServices(talk.world);
    const { systems } = talk.world.deps;
    const { metrics } = systems;
    Object.assign(systems, { metrics: (...target: [string, string]) => [...metrics(...target), source] });
  });
  after(() => talk.close());
  const say = (words: string): Promise<string> => talk.say(people.dana, words, privately(people.dana));

  it('draw a figure and a named query over the period, in the most important environment', async () => {
    assert.match(await say('graph p95 of shop'), /"title":"p95 of shop in production"[^]*"drawn":true/);
    const drawn = await say('graph queue length of shop in staging last 3h');
    assert.match(drawn, /"state":\{"glyph":"▲","word":"Over limit"[^]*"title":"Queue length of shop in staging"/);
    assert.deepEqual(asked.at(-1), ['queue length', 3 * hour]);
    const [, picture = ''] = /base64,([^"]+)/.exec(drawn) ?? [];
    assert.ok(Buffer.from(picture, 'base64').length < 8 * 1024);
  });

  it('offer a choice when several could be meant, or none', async () => {
    const choice = await say('graph queue of shop');
    assert.match(choice, /Which one\?/);
    assert.match(choice, /"id":"shop\/production\/60\/queue length"[^]*"id":"shop\/production\/60\/queue age"/);
    assert.match(await say('graph weather of shop'), /Nothing is called “weather” there/);
    assert.match(await say('graph'), /Which one\?[^]*p95 of shop in production/);
  });

  it('list what can be drawn, and every number', async () => {
    assert.match(await say('metrics of shop'), /7\smetrics[^]*queue age of shop in production/);
    assert.match(
      plain(await say('stats shop in production')),
      /p95 124 ms, p50 63 ms, errors 0\.4%, 86 req\/s, queue length 102 jobs/,
    );
  });

  it('draw again with a click, unless the metric is gone', async () => {
    const click = (id: string): Promise<string> => talk.click(people.dana, 'graphs.show', id, privately(people.dana));
    assert.match(await click('shop/production/1440/p95'), /Graph, last 24/);
    assert.match(await click('shop/production/60/gone'), /Nothing is called “gone” there/);
  });
});
