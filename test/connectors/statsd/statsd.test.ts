import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { statsdConnector } from '../../../src/connectors/statsd';
import { packetOf } from '../../../src/connectors/statsd/annotations';
import { boundPart, measurementLines, measurementsPrefix } from '../../../src/connectors/statsd/measurements';
import { readInspected } from '../../../src/connectors/statsd/inspected';
import { metricsBinding, readPart } from '../../../src/connectors/statsd/metrics';
import { readTemplates } from '../../../src/core/catalog/templates';
import { bind, openConnection } from '../open-connection';

const shop = { service: 'shop', environment: 'production' };

describe('what the admin port of statsd prints', () => {
  for (const value of [
    {},
    { one: 1 },
    { 'a.b': 0, c: -1.5, 'd;e=f': 1e21, g: 4e-7 },
    { "it's": 1, 'say "hi"': 2, 'both \' and "': 3 },
    { a: [], b: [1, 2.5, -3] },
    { many: Array.from({ length: 90 }, (_, index) => index * 1.5) },
    Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`metric.${index}`, index])),
  ])
    it(`is read as it was: ${inspect(value, { breakLength: Infinity }).slice(0, 60)}`, () => {
      const found = readInspected(inspect(value)) ?? assert.fail('it is read');
      const plain = [...found].map(([key, each]) => [key, typeof each === 'number' ? each : each.values]);
      assert.deepEqual(Object.fromEntries(plain), value);
    });

  it('says when values are left out', () => {
    const found = readInspected(inspect({ a: Array<number>(150).fill(7), b: [1] }));
    const cut = found?.get('a');
    assert.ok(typeof cut === 'object' && cut.isCut && cut.values.length === 100);
    assert.equal(readPart(cut, 'p95'), undefined);
  });

  for (const text of ['', 'ERROR', '[ 1 ]', '{ a: 1', '{ a: b }', '{ a: [ x ] }', '{ a: { b: 1 } }', '{ a: 1 } more'])
    it(`isn’t anything else: ${text}`, () => assert.equal(readInspected(text), undefined));
});

describe('the values of statsd', () => {
  const timer = { values: [5, 1, 3, 2, 4], isCut: false };
  for (const [part, expected] of [
    ['median', 3],
    ['p95', 5],
    ['mean', 3],
    ['max', 5],
  ] as const)
    it(`${part} of five is ${expected}`, () => assert.equal(readPart(timer, part), expected));

  it('are none where nothing was measured', () => {
    assert.equal(readPart(undefined, ''), undefined);
    assert.equal(readPart({ values: [], isCut: false }, 'p95'), undefined);
  });

  for (const [binding, isGood] of [
    [{ p95: 'timers.{service}.response#p95' }, true],
    [{ saturation: 'gauges.{service}.used' }, true],
    [{ queries: { requests: { query: 'counters.{service}.requests' } } }, true],
    [{ p95: 'timers.{service}.response' }, false],
    [{ p95: 'gauges.{service}#p95' }, false],
    [{ p95: 'sets.{service}' }, false],
    [{ rate: 'counters.{service}.requests' }, false],
  ] as const)
    it(`${isGood ? 'can' : 'can’t'} be bound as ${JSON.stringify(binding)}`, () =>
      assert.equal(metricsBinding.safeParse(readTemplates(binding).value).success, isGood));

  it('are sent as counters and timers', () =>
    assert.deepEqual(
      packetOf(
        {
          ...{ key: 'k', at: 1, title: '', text: '', tags: [] },
          measurements: [
            { name: 'deploy.duration', value: 1_234.5, unit: 'ms' },
            { name: 'deploy.rolled|back', value: 1, unit: 'count' },
          ],
        },
        'gavel.shop',
      ),
      ['gavel.shop.deploy.duration:1235|ms', 'gavel.shop.deploy.rolled_back:1|c'],
    ));
});

describe('the numbers of pipelines and source control in statsd', () => {
  for (const [path, value, unit, line] of [
    [
      ['pipelines', 'jenkins', 'nightly', 'duration'],
      1_234.6,
      'ms',
      'gavel.pipelines.jenkins.nightly.duration:1235|ms',
    ],
    [['pipelines', 'jenkins', 'nightly', 'failed'], 1, 'count', 'gavel.pipelines.jenkins.nightly.failed:1|c'],
    [['source', 'shop', 'open'], 0, 'gauge', 'gavel.source.shop.open:0|g'],
    // A sign would change the gauge instead of setting it.
    [['source', 'shop', 'open'], -3, 'gauge', 'gavel.source.shop.open:0|g'],
    [['pipelines', 'github', '.github/ci.yml'], 1, 'count', 'gavel.pipelines.github._github_ci_yml:1|c'],
    [['pipelines', 'github', 'a:1|c\nb@0.1#x'], 1, 'count', 'gavel.pipelines.github.a_1_c_b_0_1_x:1|c'],
  ] as const)
    it(`${JSON.stringify(path)}, ${value} as ${unit}, are ${line}`, () =>
      assert.deepEqual(measurementLines([{ path, value, unit }], 'gavel'), [line]));

  it('bound what outside names take, and keep long ones apart', () => {
    const [one, other] = [`${'n'.repeat(300)}1`, `${'n'.repeat(300)}2`].map(boundPart);
    assert.equal(one?.length, 80);
    assert.notEqual(one, other);
    assert.match(one ?? '', /^n+_[0-9a-f]{8}$/);
    assert.notEqual(boundPart('夜間'), boundPart('日次'));
    assert.match(boundPart(''), /^_[0-9a-f]{8}$/);
  });

  it('fit into one packet, however long their names are', () => {
    const path = ['source', 'n'.repeat(300), 'unreleased_commits'];
    const six = Array.from({ length: 6 }, () => ({ path, value: 1_000_000_000, unit: 'gauge' as const }));
    assert.ok(measurementLines(six, 'p'.repeat(100)).join('\n').length <= 1_432);
  });

  for (const [prefix, isGood] of [
    ['gavel', true],
    ['team-1.gavel', true],
    ['', false],
    ['gavel.', false],
    ['gavel:1|c', false],
    ['p'.repeat(101), false],
  ] as const)
    it(`${isGood ? 'can' : 'can’t'} begin with “${prefix}”`, () =>
      assert.equal(measurementsPrefix.safeParse(prefix).success, isGood));

  it('are taken only by a connection that says so', () => {
    const open = (settings: object) => openConnection(statsdConnector, { host: '127.0.0.1', ...settings });
    assert.equal(open({}).measurements, undefined);
    assert.ok(open({ figures: 'gavel' }).measurements);
  });
});

describe('statsd with a faulty admin port', () => {
  for (const [what, act, failure] of [
    ['closes at once', (socket: Socket) => socket.destroy(), 'unreachable'],
    ['ends in the middle', (socket: Socket) => socket.end('{ a: 1'), 'unreachable'],
    ['is something else', (socket: Socket) => socket.write('220 mail.acme.example\nEND\n'), 'invalid answer'],
    ['says nothing', () => undefined, 'unreachable'],
  ] as const)
    it(`that ${what}: reads fail as “${failure}”`, async () => {
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        act(socket);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port: adminPort } = server.address() as AddressInfo;
      const connection = openConnection(statsdConnector, { host: '127.0.0.1', adminPort });
      const source = bind(connection, 'metrics', { p95: 'gauges.a' }, shop);
      await assert.rejects(source.figures(60_000), { failure });
      const [line] = await connection.check();
      assert.match(line?.problem ?? '', /\S/);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await assert.rejects(source.figures(60_000), { failure: 'unreachable' });
    });
});
