import assert from 'node:assert/strict';
import { createPace } from '../../src/chat/pace';
import type { Pace } from '../../src/chat/pace';

/** A request that was answered as it left. */
function speak(pace: Pace, conversation: string, now: number, progress = false): void {
  const pass = pace.take(now);
  pass.use(conversation, progress);
  pass.left(now);
  pass.ended(now);
}

describe('the pace', () => {
  it('counts each conversation, and all of them together', () => {
    const pace = createPace(2_000);
    for (let count = 0; count < 6; count++) speak(pace, 'p', 1_000);
    assert.equal(pace.allowedAt('p', 'message', 1_000), 2_010);
    assert.ok(pace.allowedAt('q', 'message', 1_000) <= 1_000);
    assert.ok(pace.roomAt(1_000) <= 1_000);
    for (let count = 0; count < 44; count++) speak(pace, `c${count}`, 1_000);
    assert.equal(pace.roomAt(1_000), 2_010);
  });

  it('counts what was sent before it began to count', () => {
    const pace = createPace(2_000);
    for (let count = 0; count < 6; count++) pace.recall('p', 400);
    assert.equal(pace.allowedAt('p', 'message', 1_000), 1_410);
    speak(pace, 'p', 1_410);
    assert.equal(pace.allowedAt('p', 'message', 1_420), 2_410);
    for (let count = 0; count < 50; count++) pace.recall(`c${count}`, 1_500);
    assert.equal(pace.roomAt(1_600), 2_510);
  });

  it('leaves the next room to an answer that somebody waits for', () => {
    const pace = createPace(2_000);
    for (let count = 0; count < 50; count++) speak(pace, `c${count}`, 1_000 + count);
    assert.equal(pace.allowedAt('q', 'answer', 1_060), 2_010);
    assert.equal(pace.roomAt(1_060), 2_010);
    const goes = pace.answerWaits();
    assert.equal(pace.roomAt(1_060), 2_011, 'one later');
    goes();
    goes();
    assert.equal(pace.roomAt(1_060), 2_010);
  });

  it('lets an answer into a conversation where messages wait', () => {
    const pace = createPace(2_000);
    for (let count = 0; count < 6; count++) speak(pace, 'p', 1_000);
    assert.ok(pace.allowedAt('p', 'message', 1_000) > 1_000);
    assert.ok(pace.allowedAt('p', 'answer', 1_000) <= 1_000);
  });

  it('holds the longer windows of a conversation too', () => {
    const pace = createPace(0);
    for (const at of [0, 0, 0, 0, 0, 0, 1_500]) speak(pace, 'p', at);
    assert.equal(pace.allowedAt('p', 'message', 1_500), 2_010);
    const slow = createPace(0);
    for (let count = 0; count < 54; count++) speak(slow, 'p', count * 400);
    assert.equal(slow.allowedAt('p', 'message', 21_600), 30_010);
    for (let count = 0; count < 1_700; count++) speak(slow, 'p', 60_000 + count * 1_000);
    assert.equal(slow.allowedAt('p', 'message', 1_800_000), 3_660_010);
  });

  it('counts a request where it may have been counted: as late as its answer lets think', () => {
    const pace = createPace(0);
    speak(pace, 'other', 0);
    const passes = Array.from({ length: 6 }, () => pace.take(1_000));
    for (const pass of passes) {
      pass.use('p', false);
      pass.left(1_000);
    }
    assert.equal(pace.allowedAt('p', 'message', 1_400), 2_410, 'still on its way');
    for (const pass of passes) pass.ended(1_300);
    const allowed = pace.allowedAt('p', 'message', 1_400);
    assert.ok(allowed >= 2_305 && allowed <= 2_310, String(allowed));
  });

  it('gives the room of what never left back', () => {
    const pace = createPace(0);
    for (let count = 0; count < 50; count++) pace.take(1_000).ended(1_000);
    assert.ok(pace.roomAt(1_000) <= 1_000);
    const pass = pace.take(1_000);
    for (let count = 0; count < 49; count++) speak(pace, `c${count}`, 1_000);
    assert.ok(pace.roomAt(1_000) > 1_000);
    pass.ended(1_000);
    assert.ok(pace.roomAt(1_000) <= 1_000);
  });

  it('slows progress down as the budget of a conversation fills', () => {
    const pace = createPace(2_000);
    speak(pace, 'p', 0, true);
    assert.equal(pace.allowedAt('p', 'progress', 100), 2_000);
    for (let count = 0; count < 40; count++) speak(pace, 'p', count * 100);
    speak(pace, 'p', 4_000, true);
    assert.equal(pace.allowedAt('p', 'progress', 6_000), 10_000);
  });

  it('is silent as long as it was asked to be', () => {
    const pace = createPace(0);
    pace.hold('p', 9_000);
    assert.equal(pace.allowedAt('p', 'message', 1_000), 9_000);
    assert.equal(pace.allowedAt('p', 'answer', 1_000), 9_000);
  });
});
