import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '../../src/connectors';
import { suites } from '../connectors/suites';
import { root } from './source-files';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const rowOf = {
  pipelines: 'deploying',
  metrics: 'metrics',
  alerts: 'alerts',
  annotations: 'marks of deployments',
} as const;

describe('every connector', () => {
  for (const { kind } of connectors.values()) {
    it(`${kind} is held to the contract: see test/connectors/contract.ts`, () => {
      const own = suites.filter(({ connector }) => connector.kind === kind);
      assert.equal(own.length, 1, `test/connectors/suites.ts needs one suite for ${kind}`);
      for (const suite of own)
        for (const file of 'provenBy' in suite ? suite.provenBy : []) assert.ok(existsSync(join(root, file)), file);
    });

    it(`${kind} is in the README, by what it can do`, () => {
      const { bindings } = connectors.get(kind) ?? assert.fail(kind);
      const [section = ''] = /^## Connect your systems$[^]*?^## /m.exec(readme) ?? [];
      const rows = section.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${kind}\``));
      const told = rows.map((row) => row.split('|')[1]?.trim());
      const expected = Object.entries(rowOf)
        .filter(([capability]) => capability in bindings)
        .map(([, row]) => row);
      // The machine's own kinds measure what they deploy, too.
      assert.deepEqual(told, expected[0] === rowOf.pipelines ? [rowOf.pipelines] : expected);
    });

    it(`${kind} has its readme`, () => assert.ok(existsSync(join(root, 'src/connectors', kind, 'readme.md'))));
  }

  it('with a suite is one that Gavel has', () =>
    assert.deepEqual(
      suites.filter(({ connector }) => !connectors.has(connector.kind)),
      [],
    ));
});
