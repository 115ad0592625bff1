import assert from 'node:assert/strict';
import { drawSamples } from '../samples/all';
import { textOf } from './source-files';

describe('the samples of cards that the code draws', () => {
  it('are what it draws now; `npm run samples` writes them', async () => {
    const drawn = await drawSamples();
    for (const { file, data } of drawn)
      assert.deepEqual(JSON.parse(textOf(file)), JSON.parse(JSON.stringify(data)), file);
    assert.equal(new Set(drawn.map(({ file }) => file)).size, drawn.length, 'two samples have the same file');
  });
});
