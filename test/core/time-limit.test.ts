import assert from 'node:assert/strict';
import { withTimeLimit } from '../../src/core/concurrency';

describe('waiting within a limit', () => {
  const never = new Promise<string>(() => undefined);

  it('returns the result of the work', async () =>
    assert.equal(await withTimeLimit(Promise.resolve('done'), 1_000), 'done'));
  it('returns nothing if the work takes longer', async () => assert.equal(await withTimeLimit(never, 1), undefined));
  it('rejects if the work does', async () =>
    assert.rejects(withTimeLimit(Promise.reject(new Error('no')), 1_000), /no/));
});
