import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { createForegroundGate } from '../../src/core/concurrency';

describe('a rush', () => {
  const hasEnded = async (work: Promise<void>): Promise<boolean> => {
    let ended = false;
    void work.then(() => (ended = true));
    await setImmediate();
    return ended;
  };

  it('is over at once when nobody waits', async () => {
    assert.equal(await hasEnded(createForegroundGate().idle(60_000)), true);
  });

  it('is over when the last who waits has been answered', async () => {
    const rush = createForegroundGate();
    const [answerFirst, answerSecond] = [rush.enter(), rush.enter()];
    const over = rush.idle(60_000);
    answerFirst();
    assert.equal(await hasEnded(over), false);
    answerSecond();
    assert.equal(await hasEnded(over), true);
  });

  it('holds nothing up for longer than it may', async () => {
    const rush = createForegroundGate();
    const answer = rush.enter();
    await rush.idle(1);
    assert.equal(await hasEnded(rush.idle(60_000)), false, 'somebody still waits');
    answer();
  });
});
