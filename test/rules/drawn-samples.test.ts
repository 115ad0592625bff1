import assert from 'node:assert/strict';
import { sampleGroups } from '../samples/all';
import { textOf } from './source-files';

describe('the samples of cards', () => {
  const files: string[] = [];

  for (const [name, drawGroup] of Object.entries(sampleGroups))
    it(`about ${name} are what the code draws now; \`npm run samples\` writes them`, async () => {
      for (const { file, data } of await drawGroup()) {
        assert.deepEqual(JSON.parse(textOf(file)), JSON.parse(JSON.stringify(data)), file);
        files.push(file);
      }
    });

  it('each have their own file', () => {
    assert.equal(new Set(files).size, files.length);
  });
});
