import assert from 'node:assert/strict';
import { withFairTimeLimit, withTimeLimit } from '../../src/core/concurrency';

describe('waiting within a limit', () => {
  const never = new Promise<string>(() => undefined);

  it('returns the result of the work', async () =>
    assert.equal(await withTimeLimit(Promise.resolve('done'), 1_000), 'done'));
  it('returns nothing if the work takes longer', async () => assert.equal(await withTimeLimit(never, 1), undefined));
  it('rejects if the work does', async () =>
    assert.rejects(withTimeLimit(Promise.reject(new Error('no')), 1_000), /no/));
});

describe('judging an outside system by its time', () => {
  const standStill = (forMs: number): void => {
    for (const until = performance.now() + forMs; performance.now() < until;);
  };

  it('gives up when the time is over', async () =>
    assert.equal(await withFairTimeLimit(new Promise<string>(() => undefined), 4), undefined));
  it('doesn’t take a pause of this process for silence', async () => {
    const answered = new Promise<string>((resolve) => setTimeout(() => setImmediate(() => resolve('done')), 1));
    const judged = withFairTimeLimit(answered, 100);
    standStill(400);
    assert.equal(await judged, 'done');
  });
});
