import assert from 'node:assert/strict';
import { examples } from '../workflows/examples';
import { filesBelow, textOf } from './source-files';

/** Features that still keep track of their effects themselves. The list only shrinks: an unnecessary entry fails. */
const byHand: readonly string[] = [];

const sources = filesBelow('src/features', '.ts').map((path) => path.replaceAll('\\', '/'));

describe('workflows', () => {
  it('each have an example in test/workflows/examples, and with it all tests of the kit', () => {
    const declared = sources.flatMap((path) =>
      textOf(path).includes('defineWorkflow(')
        ? [...textOf(path).matchAll(/defineWorkflow\(\{\s*name: '([^']+)'/g)].map((match) => match[1])
        : [],
    );
    assert.deepEqual(examples.map(({ workflow }) => workflow.name).sort(), declared.sort());
  });

  it('are declared with their name first, so that the previous test finds them', () => {
    for (const path of sources) {
      const calls = textOf(path).split('defineWorkflow(').length - 1;
      const named = textOf(path).split(/defineWorkflow\(\{\s*name: '/).length - 1;
      assert.equal(named, calls, path);
    }
  });

  it('are the only way to leave an effect pending', () => {
    const found = sources.filter((path) => /\bPendingEffect\b|\bdueAt\(/.test(textOf(path))).map(featureOf);
    assert.deepEqual([...new Set(found)].sort(), byHand);
  });
});

function featureOf(path: string): string {
  return path.split('/')[2] ?? '';
}
