import assert from 'node:assert/strict';
import { createRateLimit } from '../../src/chat/rate-limit';
import type { RateLimit } from '../../src/chat/rate-limit';

/** A request that was answered the moment it left. */
function speak(rateLimit: RateLimit, conversation: string, now: number, progress = false): void {
  const slot = rateLimit.take(now);
  slot.use(conversation, progress);
  slot.markLeft(now);
  slot.markEnded(now);
}

describe('the rate limit', () => {
  it('counts each conversation, and all of them together', () => {
    const rateLimit = createRateLimit(2_000);
    for (let count = 0; count < 6; count++) speak(rateLimit, 'p', 1_000);
    assert.equal(rateLimit.allowedAt('p', 'message', 1_000), 2_010);
    assert.ok(rateLimit.allowedAt('q', 'message', 1_000) <= 1_000);
    assert.ok(rateLimit.freeAt(1_000) <= 1_000);
    for (let count = 0; count < 44; count++) speak(rateLimit, `c${count}`, 1_000);
    assert.equal(rateLimit.freeAt(1_000), 2_010);
  });

  it('counts what was sent before it started counting', () => {
    const rateLimit = createRateLimit(2_000);
    for (let count = 0; count < 6; count++) rateLimit.recall('p', 400);
    assert.equal(rateLimit.allowedAt('p', 'message', 1_000), 1_410);
    speak(rateLimit, 'p', 1_410);
    assert.equal(rateLimit.allowedAt('p', 'message', 1_420), 2_410);
    for (let count = 0; count < 50; count++) rateLimit.recall(`c${count}`, 1_500);
    assert.equal(rateLimit.freeAt(1_600), 2_510);
  });

  it('leaves the next slot to an answer that somebody waits for', () => {
    const rateLimit = createRateLimit(2_000);
    for (let count = 0; count < 50; count++) speak(rateLimit, `c${count}`, 1_000 + count);
    assert.equal(rateLimit.allowedAt('q', 'answer', 1_060), 2_010);
    assert.equal(rateLimit.freeAt(1_060), 2_010);
    const goes = rateLimit.answerWaits();
    assert.equal(rateLimit.freeAt(1_060), 2_011, 'one later');
    goes();
    goes();
    assert.equal(rateLimit.freeAt(1_060), 2_010);
  });

  it('lets an answer into a conversation where messages wait', () => {
    const rateLimit = createRateLimit(2_000);
    for (let count = 0; count < 6; count++) speak(rateLimit, 'p', 1_000);
    assert.ok(rateLimit.allowedAt('p', 'message', 1_000) > 1_000);
    assert.ok(rateLimit.allowedAt('p', 'answer', 1_000) <= 1_000);
  });

  it('also keeps to the longer windows of a conversation', () => {
    const rateLimit = createRateLimit(0);
    for (const at of [0, 0, 0, 0, 0, 0, 1_500]) speak(rateLimit, 'p', at);
    assert.equal(rateLimit.allowedAt('p', 'message', 1_500), 2_010);
    const slow = createRateLimit(0);
    for (let count = 0; count < 54; count++) speak(slow, 'p', count * 400);
    assert.equal(slow.allowedAt('p', 'message', 21_600), 30_010);
    for (let count = 0; count < 1_700; count++) speak(slow, 'p', 60_000 + count * 1_000);
    assert.equal(slow.allowedAt('p', 'message', 1_800_000), 3_660_010);
  });

  it('counts a request when Teams may have counted it: as late as its answer allows', () => {
    const rateLimit = createRateLimit(0);
    speak(rateLimit, 'other', 0);
    const passes = Array.from({ length: 6 }, () => rateLimit.take(1_000));
    for (const slot of passes) {
      slot.use('p', false);
      slot.markLeft(1_000);
    }
    assert.equal(rateLimit.allowedAt('p', 'message', 1_400), 2_410, 'still on its way');
    for (const slot of passes) slot.markEnded(1_300);
    const allowed = rateLimit.allowedAt('p', 'message', 1_400);
    assert.ok(allowed >= 2_305 && allowed <= 2_310, String(allowed));
  });

  it('frees the slot of a request that never left', () => {
    const rateLimit = createRateLimit(0);
    for (let count = 0; count < 50; count++) rateLimit.take(1_000).markEnded(1_000);
    assert.ok(rateLimit.freeAt(1_000) <= 1_000);
    const slot = rateLimit.take(1_000);
    for (let count = 0; count < 49; count++) speak(rateLimit, `c${count}`, 1_000);
    assert.ok(rateLimit.freeAt(1_000) > 1_000);
    slot.markEnded(1_000);
    assert.ok(rateLimit.freeAt(1_000) <= 1_000);
  });

  it('slows progress down as the budget of a conversation fills', () => {
    const rateLimit = createRateLimit(2_000);
    speak(rateLimit, 'p', 0, true);
    assert.equal(rateLimit.allowedAt('p', 'progress', 100), 2_000);
    for (let count = 0; count < 40; count++) speak(rateLimit, 'p', count * 100);
    speak(rateLimit, 'p', 4_000, true);
    assert.equal(rateLimit.allowedAt('p', 'progress', 6_000), 10_000);
  });

  it('pauses as long as it was asked to', () => {
    const rateLimit = createRateLimit(0);
    rateLimit.hold('p', 9_000);
    assert.equal(rateLimit.allowedAt('p', 'message', 1_000), 9_000);
    assert.equal(rateLimit.allowedAt('p', 'answer', 1_000), 9_000);
  });
});
