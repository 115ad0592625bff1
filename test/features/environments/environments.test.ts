import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readingOf } from '../../../src/connectors/catalog';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { idFrom } from '../../../src/core/keys';
import { linesToAdd, nameForCatalog } from '../../../src/features/environments/text';
import { people } from '../fakes';
import { createTalkWorld, privately } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { europe, withPlaces } from './found-places';

const { ada, dana } = people;
const place = { ...europe, id: 'x', connection: 'github', system: 'GitHub' };

type Tree = { readonly [key: string]: unknown };

/** Adds what somebody merges by hand. */
function merge(into: Tree, more: Tree): Tree {
  const isTree = (value: unknown): value is Tree =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const merged = Object.entries(more).map(([key, value]) => {
    const before = into[key];
    return [key, isTree(before) && isTree(value) ? merge(before, value) : value];
  });
  return { ...into, ...(Object.fromEntries(merged) as Tree) };
}

function read(tree: Tree): Catalog {
  const result = parseCatalog(
    JSON.stringify(tree),
    'catalog',
    readingOf(() => true),
  );
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.catalog;
}

const sandbox = (): Tree => {
  const tree = parse(readFileSync(join(__dirname, '../../../sandbox/catalog.yaml'), 'utf8')) as Tree;
  return merge(tree, { connections: { github: { kind: 'github', credential: 'GAVEL_GITHUB' } } });
};

describe('the lines that add an environment', () => {
  for (const [what, found] of [
    ['to a service that the catalog has', place],
    ['of a service that it doesn’t have', { ...place, service: 'Billing API' }],
    ['that it has for other services', { ...place, service: 'search', environment: 'practice' }],
    [
      'whose name looks like a template',
      { ...place, environment: '{service}', values: { repository: '{service}/{x}' } },
    ],
  ] as const)
    it(`${what} are those of a catalog that can be read, and bind it`, () => {
      const before = sandbox();
      const lines = linesToAdd(read(before), found);
      for (const line of lines) assert.match(line, /^(services|environments): \{/);
      const added = parse(lines.join('\n')) as Tree;
      const { services, environments } = read(merge(before, added));
      const name = nameForCatalog(found.environment);
      const service = services[found.service] ?? services[nameForCatalog(found.service)] ?? assert.fail();
      assert.ok(environments[name]);
      assert.ok(service.environments.includes(name));
      assert.match(JSON.stringify(service.bindings), /"connection":"github"/);
    });

  const names: readonly (readonly [string, string])[] = [
    ['EU Production', 'eu-production'],
    ['production', 'production'],
    ['2-staging', 'staging'],
    ['Ünïcode!', 'n-code'],
    ['???', 'unnamed'],
    ['a'.repeat(60), 'a'.repeat(40)],
  ];
  for (const [given, expected] of names)
    it(`call ${given.slice(0, 20)} ${expected.slice(0, 20)}`, () => assert.equal(nameForCatalog(given), expected));
});

describe('environments', () => {
  let talk: TalkWorld;
  beforeEach(() => (talk = createTalkWorld()));
  afterEach(() => talk.close());
  const ask = (who = ada): Promise<string> => talk.say(who, 'environments', privately(who));

  it('are listed with the lines that add each', async () => {
    withPlaces(talk.world.deps.systems);
    assert.match(await ask(), /1.environment isn’t in the catalog.*EU Production.*shop · EU Production of acme\/shop/s);
    const lines = await talk.click(ada, 'environments.lines', idFrom('place', 'github', europe.name));
    assert.match(lines, /eu-production.*connection: github.*environmentName: EU Production/s);
  });

  it('say so if there are none, or nobody can tell', async () => {
    assert.match(await ask(), /No connection of the catalog knows environments/);
    withPlaces(talk.world.deps.systems, []);
    assert.match(await ask(), /The catalog has every environment/);
    withPlaces(talk.world.deps.systems, 'silent');
    assert.match(await ask(), /Nobody knows whether environments are missing.*couldn’t read GitHub/s);
  });

  it('are only for who looks after the catalog, and an old click says that it’s gone', async () => {
    withPlaces(talk.world.deps.systems);
    assert.match(await ask(dana), /You can’t/);
    const id = idFrom('place', 'github', europe.name);
    assert.match(await talk.click(dana, 'environments.lines', id), /You can’t/);
    withPlaces(talk.world.deps.systems, []);
    assert.match(await talk.click(ada, 'environments.lines', id), /is in the catalog by now, or it’s gone/);
  });
});
