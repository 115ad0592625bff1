import assert from 'node:assert/strict';
import { z } from 'zod';
import { createBoundTargets } from '../../src/connectors/bindings';
import { readingOf } from '../../src/connectors/catalog';
import { openConnections } from '../../src/connectors/connections';
import { defineConnector } from '../../src/connectors/contract/kinds';
import { createSystems } from '../../src/connectors/systems';
import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';
import { fillTemplate, text } from '../../src/core/catalog/templates';
import { silentLogger } from '../../src/core/telemetry/logger';
import { systemClock } from '../../src/core/time/clock';
import { sampleCatalogText } from '../features/fakes';

/** A kind that says what it was opened and bound with. */
function createWorld() {
  const opened: string[] = [];
  const closed: string[] = [];
  const connector = defineConnector({
    kind: 'echo',
    title: 'Echo',
    connection: z.strictObject({ url: z.string(), credential: z.string().optional() }),
    bindings: {
      running: z.strictObject({ name: text }),
      alerts: z.strictObject({ host: text }),
      control: z.strictObject({ can: z.array(text) }),
    },
    open: ({ url, credential }, { name, secret, targets }) => {
      if (url === 'broken') throw new Error('no such address');
      opened.push(`${name} ${url} ${credential === undefined ? '' : secret(credential)}`.trim());
      return {
        bind: {
          running: ({ name: template }, target) => ({
            read: async () => ({ version: fillTemplate(template, { ...target }), commit: url, since: 1 }),
          }),
          alerts: ({ host }, target) => ({
            concerns: ({ labels }) => labels['host'] === fillTemplate(host, { ...target }),
          }),
          control({ can }) {
            const words = can.map((each) => fillTemplate(each, {}));
            return {
              ...(words.includes('restart') && { restart: async () => ({}) }),
              ...(words.includes('check') && { recheck: async () => undefined }),
            };
          },
        },
        alerts: { read: async () => ({ alerts: [], isComplete: true }) },
        check: async () =>
          targets('alerts').map(({ service, environment }) => ({ about: `${service} ${environment}` })),
        close: async () => void closed.push(name),
      };
    },
  });
  const kinds = new Map([['echo', connector]]);
  let catalog: Catalog;
  const change = (more: string): void => {
    const result = parseCatalog(
      `${sampleCatalogText}${more}`,
      'catalog',
      readingOf((setting) => setting === 'GAVEL_ECHO', kinds),
    );
    assert.ok('catalog' in result, JSON.stringify(result));
    catalog = result.catalog;
  };
  change('connections: {}\n');
  const targets = createBoundTargets(() => catalog, kinds);
  const connections = openConnections({
    ...{ catalog: () => catalog, targets, connectors: kinds, secret: (setting) => `the value of ${setting}` },
    machine: { dataDir: '', pace: 0, environment: {} },
    ...{ clock: systemClock, logger: silentLogger, telemetry: undefined },
  });
  return {
    opened,
    closed,
    change,
    connections,
    systems: createSystems({ catalog: () => catalog, targets, connections }),
  };
}

const connectionsOf = (a: string, b: string): string =>
  `connections: { a: { kind: echo, url: ${a} }, b: { kind: echo, url: ${b}, credential: GAVEL_ECHO, title: Bells } }\n`;
const bindings =
  'bindings: { running: [{ connection: a, name: "{service}-{environment}", in: { staging: { connection: b, name: x } } }], alerts: [{ connection: b, host: "{service}.{environment}" }] }\n';

describe('the connections of the catalog', () => {
  it('are opened once, each with the value of its setting, and bound by service and environment', async () => {
    const { opened, change, systems } = createWorld();
    change(connectionsOf('one', 'two') + bindings);
    assert.equal((await systems.running('shop', 'production')?.read())?.version, 'shop-production');
    assert.equal((await systems.running('shop', 'staging')?.read())?.version, 'x');
    assert.equal(systems.running('shop', 'staging')?.connection, 'b');
    assert.equal(systems.running('bank', 'staging'), undefined);
    assert.equal(systems.pipelines('shop', 'staging'), undefined);
    assert.deepEqual(opened, ['a one', 'b two the value of GAVEL_ECHO']);
  });

  it('tell what is live, each of them, in the order of the catalog', async () => {
    const { change, systems } = createWorld();
    const names = (...all: string[]) =>
      `bindings: { running: [${all.map((each) => `{ connection: ${each}, name: x }`).join(', ')}] }\n`;
    change(connectionsOf('one', 'two') + names('b', 'a'));
    const read = async (): Promise<string[]> =>
      Promise.all(
        systems
          .runningSources('shop', 'staging')
          .map(async (each) => `${each.connection} ${(await each.read())?.commit ?? ''}`),
      );
    assert.deepEqual(await read(), ['b two', 'a one']);
    assert.equal(systems.running('shop', 'staging')?.connection, 'b');
    assert.deepEqual(systems.runningSources('bank', 'staging'), []);
    change(connectionsOf('one', 'broken') + names('b', 'a'));
    assert.deepEqual(await read(), ['a one']);
  });

  it('restart with the first that can, and check with each that can', () => {
    const { change, systems } = createWorld();
    change(
      `${connectionsOf('one', 'two')}bindings: { control: [{ connection: b, can: [check] }, { connection: a, can: [restart, check] }] }\n`,
    );
    assert.equal(systems.restarter('shop', 'staging')?.connection, 'a');
    const checkers = (): string[] => systems.checkers('shop', 'staging').map(({ connection }) => connection);
    assert.deepEqual(checkers(), ['b', 'a']);
    change(`${connectionsOf('one', 'two')}bindings: { control: { connection: b, can: [check] } }\n`);
    assert.deepEqual([systems.restarter('shop', 'staging'), checkers()], [undefined, ['b']]);
    assert.throws(
      () => change(`${connectionsOf('one', 'two')}bindings: { control: [{ connection: 5 }] }\n`),
      /bindings\.control\.0\.connection: /,
    );
  });

  it('tell which targets an alert concerns', () => {
    const { change, systems } = createWorld();
    change(connectionsOf('one', 'two') + bindings);
    const alert = { key: '1', name: 'down', labels: { host: 'shop.production' } };
    assert.deepEqual(systems.concernedBy('b', alert), [{ service: 'shop', environment: 'production' }]);
    assert.deepEqual(systems.concernedBy('b', { ...alert, labels: {} }), []);
    assert.deepEqual(systems.concernedBy('a', alert), []);
    assert.deepEqual(
      systems.alertSources().map(({ connection }) => connection),
      ['a', 'b'],
    );
  });

  it('follow the catalog: what changes is opened anew, what is gone is closed, the rest stays', () => {
    const { opened, closed, change, connections } = createWorld();
    change(connectionsOf('one', 'two'));
    const before = connections.get('a');
    change(`${connectionsOf('one', 'three')}# a comment\n`);
    assert.equal(connections.get('a'), before);
    assert.deepEqual([opened.at(-1), closed], ['b three the value of GAVEL_ECHO', ['b']]);
    change('connections: { a: { kind: echo, url: one } }\n');
    assert.deepEqual([connections.get('b'), closed], [undefined, ['b', 'b']]);
    assert.equal(connections.get('a'), before);
  });

  it('that can’t be opened affect no other', async () => {
    const { change, systems, connections } = createWorld();
    change(connectionsOf('one', 'broken') + bindings);
    assert.equal(connections.get('b'), undefined);
    assert.equal(systems.running('shop', 'staging'), undefined);
    assert.equal((await systems.running('shop', 'production')?.read())?.commit, 'one');
  });

  it('are known by their title, or by that of their kind', () => {
    const { change, connections } = createWorld();
    change(connectionsOf('one', 'two'));
    assert.deepEqual([connections.titleOf('a'), connections.titleOf('b')], ['Echo', 'Bells']);
  });

  it('name a setting that isn’t there, with its line', () => {
    const { change } = createWorld();
    assert.throws(
      () => change('connections:\n  a:\n    kind: echo\n    url: x\n    credential: GAVEL_OTHER\n'),
      /catalog:\d+: connections\.a\.credential: GAVEL_OTHER isn’t set; set it, or set GAVEL_OTHER_FILE to a file that contains it/,
    );
  });
});
