import assert from 'node:assert/strict';
import { sampleGroups } from '../samples/all';
import { filesBelow, textOf } from './source-files';

/** A feature that was just begun has samples by hand until it has a group. */
const featureOf = (file: string): string => file.split('/')[1] ?? '';

describe('the samples of cards', () => {
  const files: string[] = [];

  for (const [name, drawGroup] of Object.entries(sampleGroups))
    it(`about ${name} are what the code draws now; \`npm run samples\` writes them`, async () => {
      for (const { file, data } of await drawGroup()) {
        files.push(file);
        assert.deepEqual(JSON.parse(textOf(file)), JSON.parse(JSON.stringify(data)), file);
      }
    });

  it('of a feature are all drawn, each once: a state that the code can’t produce isn’t shown', () => {
    const drawn = new Set(files.map(featureOf));
    assert.deepEqual(
      files.sort(),
      filesBelow('cards', '.sample.json').filter((file) => drawn.has(featureOf(file))),
    );
    assert.ok(drawn.size > 10, [...drawn].join());
  });
});
