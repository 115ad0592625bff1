import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { createForegroundGate } from '../../src/core/concurrency';

describe('the foreground gate', () => {
  const hasEnded = async (work: Promise<void>): Promise<boolean> => {
    let ended = false;
    void work.then(() => (ended = true));
    await setImmediate();
    return ended;
  };

  it('is idle at once if nobody waits', async () => {
    assert.equal(await hasEnded(createForegroundGate(60_000).idle()), true);
  });

  it('is idle when the last waiting person has been answered', async () => {
    const rush = createForegroundGate(60_000);
    const [answerFirst, answerSecond] = [rush.enter(), rush.enter()];
    const over = rush.idle();
    answerFirst();
    assert.equal(await hasEnded(over), false);
    answerSecond();
    assert.equal(await hasEnded(over), true);
  });

  it('delays work no longer than its limit', async () => {
    const rush = createForegroundGate(50);
    const answer = rush.enter();
    assert.equal(await hasEnded(rush.idle()), false, 'somebody still waits');
    await rush.idle();
    answer();
  });
});
