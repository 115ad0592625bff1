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

  it('is over when the last who waits has an answer, or an error', async () => {
    const rush = createForegroundGate();
    let answer = (): void => undefined;
    let fail = (_: Error): void => undefined;
    const first = rush.hold(() => new Promise<void>((resolve) => (answer = resolve)));
    const second = rush.hold(() => new Promise<void>((_, reject) => (fail = reject)));
    const over = rush.idle(60_000);
    answer();
    await first;
    assert.equal(await hasEnded(over), false);
    fail(new Error('no'));
    await assert.rejects(second);
    assert.equal(await hasEnded(over), true);
  });

  it('holds nothing up for longer than it may', async () => {
    const rush = createForegroundGate();
    let answer = (): void => undefined;
    let hasEnded = false;
    const waiting = rush.hold(() => new Promise<void>((resolve) => (answer = resolve))).then(() => (hasEnded = true));
    await rush.idle(1);
    assert.equal(hasEnded, false, 'somebody still waits');
    answer();
    await waiting;
  });
});
