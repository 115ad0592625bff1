import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '../../src/connectors';
import { suites } from '../connectors/suites';
import { root } from './source-files';

describe('every connector', () => {
  for (const { kind } of connectors.values()) {
    it(`${kind} is held to the contract: see test/connectors/contract.ts`, () => {
      const own = suites.filter(({ connector }) => connector.kind === kind);
      assert.equal(own.length, 1, `test/connectors/suites.ts needs one suite for ${kind}`);
      for (const suite of own)
        for (const file of 'provenBy' in suite ? suite.provenBy : []) assert.ok(existsSync(join(root, file)), file);
    });

    it(`${kind} has its readme`, () => assert.ok(existsSync(join(root, 'src/connectors', kind, 'readme.md'))));
  }

  it('with a suite is one that Gavel has', () =>
    assert.deepEqual(
      suites.filter(({ connector }) => !connectors.has(connector.kind)),
      [],
    ));
});
