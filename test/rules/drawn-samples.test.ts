import assert from 'node:assert/strict';
import { sampleGroups } from '../samples/all';
import { filesBelow, textOf } from './source-files';

describe('the samples of cards', () => {
  const files: string[] = [];

  for (const [name, drawGroup] of Object.entries(sampleGroups))
    it(`about ${name} are what the code draws now; \`npm run samples\` writes them`, async () => {
      for (const { file, data } of await drawGroup()) {
        files.push(file);
        assert.deepEqual(JSON.parse(textOf(file)), JSON.parse(JSON.stringify(data)), file);
      }
    });

  it('are all drawn, each once: a state that the code can’t produce isn’t shown', () => {
    assert.deepEqual(files.sort(), filesBelow('cards', '.sample.json'));
  });
});
