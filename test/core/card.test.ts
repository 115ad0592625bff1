import assert from 'node:assert/strict';
import { renderCard, weightBytes } from '../../src/core/card';

describe('cards', () => {
  it('refuse a name that is not one', () => {
    assert.throws(() => renderCard('../package', {}), /No card name/);
  });

  it('weigh what Teams counts: UTF-16', () => assert.equal(weightBytes({ a: 'é' }), 18));
});
