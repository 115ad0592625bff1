import assert from 'node:assert/strict';
import { keepRecent } from '../../src/core/keep-recent';

describe('keeping what is recent', () => {
  it('forgets what was put in first', () => {
    const map = new Map<string, number>();
    for (const [index, key] of ['a', 'b', 'c'].entries()) keepRecent(map, key, index, 2);
    assert.deepEqual([...map.keys()], ['b', 'c']);
  });

  it('counts an entry as new when it is put in again', () => {
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
