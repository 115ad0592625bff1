import assert from 'node:assert/strict';
import { idFrom, newId, newReference } from '../../src/core/ids';

describe('ids', () => {
  it('are 32 hexadecimal digits and never the same', () => {
    assert.match(newId(), /^[0-9a-f]{32}$/);
    assert.notEqual(newId(), newId());
    assert.match(newReference(), /^[0-9a-f]{8}$/);
  });

  it('are the same for the same parts, and parts do not run together', () => {
    assert.equal(idFrom('a', 'b'), idFrom('a', 'b'));
    assert.notEqual(idFrom('ab', 'c'), idFrom('a', 'bc'));
  });
});
