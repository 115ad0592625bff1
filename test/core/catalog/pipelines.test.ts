import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import { mayRun, pipelineAddress, whoMayRun } from '../../../src/core/catalog/pipelines';
import { coversPipeline, coversServices } from '../../../src/core/catalog/pipelines/coverage';
import { people, sampleCatalogText } from '../../features/fakes';

describe('what a grant covers', () => {
  for (const [grant, pipeline, services] of [
    [{}, true, true],
    [{ services: ['shop'] }, false, true],
    [{ environments: ['staging'] }, false, true],
    [{ pipelines: ['ci/docs-*'] }, true, false],
    [{ pipelines: ['ci/nightly'] }, false, false],
    [{ pipelines: [] }, false, false],
    [{ services: ['shop'], pipelines: ['*'] }, true, true],
  ] as const)
    it(`of ${JSON.stringify(grant)}`, () => {
      assert.equal(coversPipeline(grant, 'ci/docs-publish'), pipeline);
      assert.equal(coversServices(grant), services);
    });
});

describe('who may start a pipeline', () => {
  const table: readonly (readonly [
    what: string,
    grants: readonly string[],
    pipeline: string,
    starters: readonly string[],
  ])[] = [
    ['nobody without a grant', [], 'ci/nightly', []],
    ['a role that may look', ['{ person: dana, role: viewer }'], 'ci/nightly', []],
    ['a role that may approve', ['{ person: dana, role: approver }'], 'ci/nightly', []],
    [
      'each role that may run, without limits',
      ['{ person: dana, role: developer }', '{ person: noor, role: operator }', '{ person: ada, role: admin }'],
      'ci/nightly',
      ['dana', 'noor', 'ada'],
    ],
    ['a grant of other pipelines', ['{ person: dana, role: developer, pipelines: [ci/docs-*] }'], 'ci/nightly', []],
    ['a grant of a pattern', ['{ person: dana, role: developer, pipelines: [ci/n*y] }'], 'ci/nightly', ['dana']],
    [
      'the same name on another connection',
      ['{ person: dana, role: developer, pipelines: [ci/*] }'],
      'ops/nightly',
      [],
    ],
    ['a grant of a service', ['{ person: dana, role: developer, services: [shop] }'], 'ci/nightly', []],
    ['a grant of an environment', ['{ person: dana, role: developer, environments: [staging] }'], 'ci/nightly', []],
    [
      'rights and pipelines of two grants aren’t mixed',
      ['{ person: dana, role: viewer, pipelines: ["*"] }', '{ person: dana, role: developer, services: [shop] }'],
      'ci/nightly',
      [],
    ],
    ['everyone', ['{ everyone: true, role: developer, pipelines: [ci/nightly] }'], 'ci/nightly', Object.keys(people)],
    ['a name that every object has', ['{ person: dana, role: developer, pipelines: [ci/x] }'], 'ci/__proto__', []],
  ];
  for (const [what, grants, address, starters] of table)
    it(what, () => {
      const parsed = parseCatalog(catalogWith(grants));
      const catalog = 'catalog' in parsed ? parsed.catalog : assert.fail(JSON.stringify(parsed));
      const ids = starters.map((name) => people[name as keyof typeof people].id);
      assert.deepEqual(
        whoMayRun(catalog, address).map(({ id }) => id),
        ids,
      );
      for (const { id } of Object.values(people)) {
        assert.equal(mayRun(catalog, id, address), ids.includes(id), id);
      }
      assert.equal(mayRun(catalog, 'entra:stranger', address), false);
    });

  it('is asked by the connection and the name there', () =>
    assert.equal(pipelineAddress('ci', 'nightly'), 'ci/nightly'));
});

function catalogWith(grants: readonly string[]): string {
  return sampleCatalogText.replace(/^grants:\n(?: {2}- .*\n)+/m, `grants: [${grants.join(', ')}]\n`);
}
