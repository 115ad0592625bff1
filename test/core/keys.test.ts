import assert from 'node:assert/strict';
import { idFrom, keepRecent, newId, newReference } from '../../src/core/keys';

describe('keeping recent entries', () => {
  it('removes the oldest entry', () => {
    const map = new Map<string, number>();
    for (const [index, key] of ['a', 'b', 'c'].entries()) keepRecent(map, key, index, 2);
    assert.deepEqual([...map.keys()], ['b', 'c']);
  });

  it('counts an entry as new when it is added again', () => {
    const map = new Map([
      ['a', 1],
      ['b', 2],
    ]);
    keepRecent(map, 'a', 3, 2);
    keepRecent(map, 'c', 4, 2);
    assert.deepEqual(
      [...map],
      [
        ['a', 3],
        ['c', 4],
      ],
    );
  });
});

describe('ids', () => {
  it('are 32 hexadecimal digits and never the same', () => {
    assert.match(newId(), /^[0-9a-f]{32}$/);
    assert.notEqual(newId(), newId());
    assert.match(newReference(), /^[0-9a-f]{8}$/);
  });

  it('are the same for the same parts, and parts stay separate', () => {
    assert.equal(idFrom('a', 'b'), idFrom('a', 'b'));
    assert.notEqual(idFrom('ab', 'c'), idFrom('a', 'bc'));
  });
});
