import assert from 'node:assert/strict';
import { Resvg } from '@resvg/resvg-js';
import type { CardContent } from '../../../src/chat/contract';
import type { Bound, MetricSource, Series } from '../../../src/connectors/contract';
import { matchMetrics } from '../../../src/features/graphs/facts';
import type { Metric } from '../../../src/features/graphs/facts';
import type { TypedRange } from '../../../src/features/graphs/parse';
import { GraphId, graphId, metricIn, readRange, wishOf } from '../../../src/features/graphs/parse';
import { describeCourse, describeLatest, describePeriod } from '../../../src/features/graphs/text';
import { connectServices, stock } from '../../samples/releases';
import { people, turnOf } from '../fakes';
import { createTalkWorld, privately, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.parse('2026-11-20T13:00:00Z');
const metric: Metric = {
  ...{ name: 'queue', others: [], unit: 'jobs', limit: 100, isMinimum: false, source: undefined },
  prefersPicture: false,
};
const plain = (words: string): string => words.replaceAll('\u00A0', ' ');

describe('what somebody wants to see as a graph', () => {
  const asked = { now, timeZone: 'Europe/Berlin' };
  const periods: [TypedRange, number][] = [
    [{}, hour],
    [{ period: '3h' }, 3 * hour],
    [{ period: '30 minutes' }, 30 * minute],
    [{ period: '2 days' }, 48 * hour],
    [{ period: 'hour' }, hour],
    [{ period: 'over the last 3 hours' }, 3 * hour],
    [{ period: '1 minute' }, 5 * minute],
    [{ period: '90 days' }, 720 * hour],
    [{ period: 'today' }, 14 * hour],
    [{ since: 'yesterday' }, 38 * hour],
    [{ since: 'Wednesday 9:00' }, 53 * hour],
    [{ since: '3 hours ago' }, 3 * hour],
    [{ since: '13:30', period: '2 days' }, 30 * minute],
  ];
  for (const [typed, expected] of periods)
    it(`goes back as far as ${JSON.stringify(typed)} says, within its bounds`, () =>
      assert.equal(readRange(typed, asked), expected));

  it('is refused for what isn’t a period', () => {
    for (const period of ['', 'banana', '3h of shop'])
      assert.throws(() => readRange({ period }, asked), /isn’t a time range. Say how far back/, period);
    for (const since of ['banana', 'tomorrow'])
      assert.throws(() => readRange({ since }, asked), /isn’t a time range. Say how far back/, since);
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
    ...{ silent: undefined, picture: undefined },
  });
  const drawn = { toMs: now, timeZone: 'UTC' };

  it('says the latest value with its time and its limit', () => {
    const said = (values: readonly (number | undefined)[], change: Partial<Metric> = {}): string =>
      plain(describeLatest({ ...drawn, metric: { ...metric, ...change }, course: course(values) }));
    assert.equal(said([1, 120]), '**120 jobs at 13:00**, over its limit of 100 jobs.');
    assert.equal(said([1, 20, undefined]), '**20 jobs at 12:59**, within its limit of 100 jobs.');
    assert.equal(said([1, 20], { isMinimum: true }), '**20 jobs at 13:00**, below its minimum of 100 jobs.');
    assert.equal(said([1, 20], { limit: undefined, unit: 'bytes' }), '**20 B at 13:00.**');
  });

  it('says why there is nothing', () => {
    const nothing = { lines: [], marks: [], silent: undefined, picture: undefined };
    assert.equal(describeLatest({ ...drawn, metric, course: nothing }), '**There is no data for this time range.**');
    assert.match(
      describeLatest({ ...drawn, metric, course: { ...nothing, silent: 'Graphite' } }),
      /^\*\*Graphite didn’t respond/,
    );
    const outage = { is: 'is rate-limiting requests', again: 'in 2 min' };
    assert.equal(
      describeLatest({ ...drawn, metric, course: { ...nothing, silent: 'Graphite', outage } }),
      '**Graphite is rate-limiting requests.** Try again in 2 min.',
    );
  });

  it('says what the picture shows', () => {
    const marks = [{ version: '2.14.0', at: now - 3 * minute, by: 'Dana' }];
    assert.equal(
      plain(describeCourse({ ...drawn, metric, course: { ...course([50, 150, 50, 20]), marks } })),
      'The value ranged from 20 to 150 jobs, peaking at 12:58. It was over its limit from 12:57 to 12:58. 2.14.0 went live at 12:57.',
    );
    const spans: [number[], string][] = [
      [[50, 150, 150], 'It has been over its limit since 12:58.'],
      [[150, 50, 150, 150], 'It has been over its limit since 12:58.'],
      [[150, 110], 'It has been over its limit the whole time.'],
      [[150, 50, 50], 'It was over its limit until 12:58.'],
      [[50, 150, 50, 150, 50], 'It was over its limit 2 times, most recently from 12:58 to 12:59.'],
    ];
    for (const [values, words] of spans)
      assert.equal(plain(describeCourse({ ...drawn, metric, course: course(values) })).split(/(?<=\.) /)[1], words);
    assert.equal(
      plain(describeCourse({ ...drawn, metric, course: course([7, 7]) })),
      'The value stayed at 7 jobs the whole time.',
    );
  });

  it('names its period', () =>
    assert.deepEqual(
      [hour, 3 * hour, 24 * hour, 48 * hour, 90 * minute, 38 * hour, 38 * hour + 12 * minute].map((each) =>
        plain(describePeriod(each)),
      ),
      ['last hour', 'last 3 h', 'last 24 h', 'last 2 days', 'last 90 min', 'last 38 h', 'last 38 h 12 min'],
    ));
});

/** The values of each choice in a form. */
function choicesIn(words: string): Record<string, string[]> {
  const { inputs } = JSON.parse(words) as CardContent<'chat/choose'>['data'];
  return Object.fromEntries(
    inputs.map(({ name, choices }) => [name.replace('chosen-', ''), choices.map(({ value }) => value)]),
  );
}

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
    for (const line of [
      'graph shop p95',
      'graph p95 shop',
      'graph shop p95 production',
      'graph shop in production p95',
      'graph production latency of shop',
    ])
      assert.match(await say(line), /"title":"p95 of shop in production"[^]*"drawn":true/, line);
    assert.match(await say('graph shop queue length staging last 3h'), /"title":"Queue length of shop in staging"/);
    const drawn = await say('graph queue length of shop in staging last 3h');
    assert.match(drawn, /"state":\{"glyph":"▲","word":"Over limit"[^]*"title":"Queue length of shop in staging"/);
    assert.deepEqual(asked.at(-1), ['queue length', 3 * hour]);
    const [, picture = ''] = /base64,([^"]+)/.exec(drawn) ?? [];
    assert.ok(Buffer.from(picture, 'base64').length < 8 * 1024);
  });

  it('ask with a form when several could be meant, or none, and draw what is chosen', async () => {
    const choice = await say('graph queue of shop');
    assert.match(choice, /Which graph\?/);
    assert.deepEqual(choicesIn(choice), {
      ...{ service: ['shop'], metric: ['queue length', 'queue age'], environment: ['production', 'staging'] },
      period: ['60min', '180min', '1440min', '10080min'],
    });
    assert.match(await say('graph weather of shop last 5h'), /There’s no metric called “weather”[^]*"value":"300min"/);
    assert.match(await say('graph'), /Which graph\?[^]*"value":"p95"[^]*"value":"queue age"/);
    const chosen = { metric: 'queue length', service: 'shop', environment: 'staging', period: '180min' };
    const fields = Object.entries(chosen).map(([name, value]) => [`chosen-${name}`, value]);
    const drawn = await talk.router.handleAction(turnOf(people.dana, privately(people.dana)), 'chat.choose', {
      ...{ id: 'graph show', by: people.dana.id },
      ...Object.fromEntries(fields),
    });
    assert.match(wordsOf(drawn), /"title":"Queue length of shop in staging"/);
    assert.deepEqual(asked.at(-1), ['queue length', 3 * hour]);
  });

  it('offer in the form only what its reader can see', async () => {
    const { world } = talk;
    const { systems } = world.deps;
    world.changeCatalog((text) =>
      text
        .replace('- { everyone: true, role: viewer }', '- { person: nico, role: viewer, environments: [staging] }')
        .replace(
          '\nenvironments:',
          '\n  payments:\n    description: Payments\n    environments: [production]\nenvironments:',
        ),
    );
    const { metrics } = systems;
    Object.assign(systems, {
      metrics: (service: string, environment: string) =>
        service === 'payments'
          ? [{ ...source, queries: [{ name: 'refunds', unit: '' }] }]
          : metrics(service, environment),
    });
    const nico = choicesIn(await talk.say(people.nico, 'graph', privately(people.nico)));
    assert.deepEqual([nico['service'], nico['environment']], [['shop'], ['staging']]);
    assert.ok(!nico['metric']?.includes('refunds'));
    const ada = await talk.say(people.ada, 'graph', privately(people.ada));
    assert.deepEqual(choicesIn(ada)['service'], ['shop', 'payments']);
    assert.match(ada, /"title":"refunds \(payments\)","value":"refunds"/);
    assert.match(await talk.say(people.nico, 'graph p95 of shop', privately(people.nico)), /p95 of shop in staging/);
    world.changeCatalog((text) => `${text}\n`);
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
    assert.match(await click('shop/production/60/gone'), /There’s no metric called “gone”/);
  });
});

type ChartData = CardContent<'graphs/graph'>['data'];

describe('a picture that the tool draws itself', () => {
  const png = Buffer.from(
    new Resvg('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"/>').render().asPng(),
  );
  const line = (from: number, to: number): Series => ({
    name: '',
    points: [from, to].map((at, index) => ({ at, value: 40 + index })),
  });
  const series = async (_: string, from: number, to: number): Promise<Series[]> => [line(from, to)];
  const fails = (): Promise<never> => Promise.reject(new Error('no renderer'));
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
    stock(talk.world);
    connectServices(talk.world);
  });
  afterEach(() => talk.close());

  /** The graph of a query that this source has. */
  async function graphOf(source: Partial<MetricSource>, prefersPicture = false): Promise<ChartData> {
    const { systems } = talk.world.deps;
    const bound: Bound<MetricSource> = {
      ...{ connection: 'grafana', figures: async () => undefined, history: async () => [], ...source },
      queries: [{ name: 'panel', unit: 'jobs', ...(prefersPicture && { prefersPicture }) }],
    };
    Object.assign(systems, { metrics: () => [bound], titleOf: () => 'Grafana' });
    const words = await talk.say(people.dana, 'graph panel of shop', privately(people.dana));
    return JSON.parse(words) as ChartData;
  }

  it('is shown if the binding says so, and the numbers are said all the same', async () => {
    const { chart, sentence, words } = await graphOf({ series, picture: async () => png }, true);
    assert.match(chart.image, /^data:image\/png;base64,/);
    assert.match(plain(chart.drawnBy), /^Drawn by Grafana, 12:00 to 13:00/);
    assert.deepEqual([chart.top, chart.from, chart.lines, chart.limitWords], ['', '', [], '']);
    assert.match(plain(sentence), /41 jobs at 13:00/);
    assert.match(plain(words), /from 40 to 41 jobs/);
    assert.match(plain(chart.altText), /^Graph “panel”, drawn by Grafana[^]*from 40 to 41 jobs/);
  });

  it('is shown if Gavel can’t read the numbers', async () => {
    for (const source of [{ picture: async () => png }, { series: fails, picture: async () => png }]) {
      const { chart, sentence } = await graphOf(source);
      assert.match(chart.drawnBy, /Drawn by Grafana/);
      assert.equal(sentence, '**Grafana drew this graph.** Gavel can’t read the numbers in it.');
    }
  });

  it('isn’t asked for otherwise', async () => {
    const { chart } = await graphOf({ series, picture: () => assert.fail('nobody wants it') });
    assert.equal(chart.drawnBy, '');
    assert.ok(chart.drawn);
  });

  for (const [what, picture] of [
    ['fails', fails],
    ['isn’t there', async () => undefined],
    ['is something else', async () => Buffer.from('<html>sign in</html>')],
  ] as const)
    it(`gives way to the data if it ${what}`, async () => {
      const { chart, sentence } = await graphOf({ series, picture }, true);
      assert.ok(chart.drawn);
      assert.deepEqual([chart.drawnBy, chart.lines.length], ['', 1]);
      assert.match(plain(sentence), /41 jobs/);
    });

  it('can be found by its title in the tool, if the catalog doesn’t name it', async () => {
    let asked = 0;
    const findQueries = async () => {
      asked += 1;
      return [{ name: 'Requests per pod', unit: '' }];
    };
    await graphOf({ series, findQueries });
    assert.equal(asked, 0, 'what the catalog names needs no search');
    const say = (line: string): Promise<string> => talk.say(people.dana, line, privately(people.dana));
    assert.match(await say('graph requests per pod of shop'), /"title":"Requests per pod of shop in production"/);
    assert.match(await say('metrics of shop'), /Requests per pod of shop in production/);
    await graphOf({ series, findQueries: fails });
    assert.match(await say('graph requests per pod of shop'), /There’s no metric called “requests per pod”/);
  });

  it('names the tool if neither can be had', async () =>
    assert.match((await graphOf({ series: fails, picture: fails }, true)).sentence, /\*\*Grafana didn’t respond/));
});
