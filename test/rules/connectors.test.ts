import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '../../src/connectors';
import { proofs } from '../connectors/proofs';
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

    it(`${kind} says what Gavel does with it, and what shows that: see test/connectors/proofs.ts`, () => {
      const proof = proofs[kind] ?? assert.fail(kind);
      assert.ok(proof.tests.length > 0, 'it has tests');
      for (const file of proof.tests) assert.ok(existsSync(join(root, file)), file);
      // A version number stands for the tool itself, which only the tests of real servers start.
      if (/\d/.test(proof.with))
        assert.ok(
          proof.tests.every((file) => file.endsWith('.server.ts')),
          proof.with,
        );
    });

    it(`${kind} has its readme`, () => assert.ok(existsSync(join(root, 'src/connectors', kind, 'readme.md'))));
  }

  it('with a proof is one that Gavel has', () =>
    assert.deepEqual(
      Object.keys(proofs).filter((kind) => !connectors.has(kind)),
      [],
    ));

  it('with a suite is one that Gavel has', () =>
    assert.deepEqual(
      suites.filter(({ connector }) => !connectors.has(connector.kind)),
      [],
    ));
});
