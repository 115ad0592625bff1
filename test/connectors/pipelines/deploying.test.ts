import assert from 'node:assert/strict';
import { deployBinding, startOf } from '../../../src/connectors/pipelines/deploying';
import { isOffered } from '../../../src/connectors/pipelines/offered';
import { readTemplates } from '../../../src/core/catalog/templates';
import { sought } from '../run-requests';

const hostile = 'a"b\'c{d}..e\\f & #1 %41 g=h?i ;j ü$k\n../etc $(id) {service}';

function start(binding: unknown, more: object = {}) {
  const { value, problems } = readTemplates(binding);
  assert.deepEqual(problems, []);
  return startOf(deployBinding.parse(value), { ...sought('K-1'), ...more });
}

describe('what a deployment starts', () => {
  const table: [what: string, deploy: object, request: object, expected: object][] = [
    ['a pipeline without parameters', { pipeline: 'deploy' }, {}, { pipeline: 'deploy', values: {} }],
    [
      'every word that a template knows',
      {
        pipeline: '{service}-{environment}',
        ref: 'v{version}',
        parameters: { commit: '{commit}', key: '{key}', who: 'for {person}' },
      },
      { commit: 'c0ffee' },
      {
        ...{ pipeline: 'shop-production', ref: 'v2.14.0' },
        values: { commit: 'c0ffee', key: 'K-1', who: 'for Noor Ferreira' },
      },
    ],
    [
      'numbers and booleans as text, and lists',
      { pipeline: 'deploy', parameters: { count: 3, dry: false, hosts: ['{service}-1', 'b'] } },
      {},
      { pipeline: 'deploy', values: { count: '3', dry: 'false', hosts: ['shop-1', 'b'] } },
    ],
    [
      'a value exactly as it is, whatever it looks like',
      { pipeline: 'deploy', parameters: { version: '{version}', name: '{{service}} {person}' } },
      { version: hostile, by: { name: hostile, id: 'x' } },
      { pipeline: 'deploy', values: { version: hostile, name: `{service} ${hostile}` } },
    ],
  ];
  for (const [what, deploy, request, expected] of table)
    it(what, () => {
      const { key, by, askedAt, ...started } = start({ deploy }, request);
      assert.deepEqual([key, askedAt], ['K-1', 1]);
      assert.deepEqual(by, 'by' in request ? request.by : { name: 'Noor Ferreira', id: 'entra:noor' });
      assert.deepEqual(started, expected);
    });

  it('is the rollback’s own pipeline for an earlier release, if there is one', () => {
    const both = { deploy: { pipeline: 'deploy' }, rollback: { pipeline: 'restore', parameters: { to: '{version}' } } };
    assert.equal(start(both).pipeline, 'deploy');
    const rollback = start(both, { isRollback: true });
    assert.deepEqual([rollback.pipeline, rollback.values], ['restore', { to: '2.14.0' }]);
    assert.equal(start({ deploy: { pipeline: 'deploy' } }, { isRollback: true }).pipeline, 'deploy');
  });
});

describe('the pipelines that people can start', () => {
  const table: [patterns: string[], pipeline: string, isOne: boolean][] = [
    [[], 'nightly', false],
    [['nightly'], 'nightly', true],
    [['nightly'], 'nightly2', false],
    [['docs-*'], 'docs-', true],
    [['docs-*'], 'docs', false],
    [['*-report', 'docs-*'], 'nightly-report', true],
    [['a*b*c'], 'a-b-b-c', true],
    [['a*b*c'], 'a-c-b', false],
    [['*'], 'anything', true],
    [['n.ghtly'], 'nightly', false],
  ];
  for (const [patterns, pipeline, isOne] of table)
    it(`${JSON.stringify(patterns)} ${isOne ? 'have' : 'don’t have'} ${pipeline}`, () =>
      assert.equal(isOffered(patterns, pipeline), isOne));
});
