import assert from 'node:assert/strict';
import { coversPipeline, coversServices } from '../../../src/core/catalog/pipelines/coverage';

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
