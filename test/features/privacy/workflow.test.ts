import assert from 'node:assert/strict';
import { deletionTransition } from '../../../src/features/privacy/workflow';
import type { Deletion, DeletionEvent } from '../../../src/features/privacy/workflow';

const minuteMs = 60_000;
const asked: Deletion = {
  personId: 'p:dana',
  reference: 'r',
  askedAt: 0,
  state: 'asked',
  changedAt: 0,
  wakeAt: 15 * minuteMs,
};
const deleting: Deletion = { ...asked, state: 'deleting', wakeAt: undefined };
const answer = (deletes: boolean, personId = 'p:dana'): DeletionEvent => ({ type: 'answer', deletes, personId });

describe('the workflow of a deletion', () => {
  it('asks the person once, for a quarter of an hour', () => {
    const ask: DeletionEvent = { type: 'ask', personId: 'p:dana', reference: 'r' };
    assert.deepEqual(deletionTransition(undefined, ask, { now: 0 }), { record: asked, effects: [{ kind: 'ask' }] });
    assert.equal(deletionTransition(deleting, ask, { now: 1 }), undefined);
  });

  const changes: readonly (readonly [Deletion, DeletionEvent, number, Deletion['state'], string])[] = [
    [asked, answer(true), 5, 'deleting', 'delete'],
    [asked, answer(false), 5, 'kept', 'show'],
    [asked, answer(true), 15 * minuteMs, 'expired', 'show'],
    [asked, answer(false), 15 * minuteMs, 'expired', 'show'],
    [asked, { type: 'time' }, 15 * minuteMs, 'expired', 'show'],
    [deleting, { type: 'deleted' }, 5, 'deleted', 'show'],
  ];
  for (const [deletion, event, now, state, kind] of changes)
    it(`is ${state} after ${JSON.stringify(event)} at ${now} while ${deletion.state}`, () => {
      assert.deepEqual(deletionTransition(deletion, event, { now }), {
        record: { ...deletion, state, changedAt: now, wakeAt: undefined },
        effects: [{ kind }],
      });
    });

  const unchanged: readonly (readonly [Deletion, DeletionEvent])[] = [
    [asked, { type: 'time' }],
    [asked, { type: 'deleted' }],
    [deleting, answer(false)],
    [{ ...asked, state: 'kept', wakeAt: undefined }, answer(true)],
    [{ ...asked, state: 'expired', wakeAt: undefined }, answer(true)],
    [{ ...asked, state: 'deleted', wakeAt: undefined }, { type: 'deleted' }],
  ];
  for (const [deletion, event] of unchanged)
    it(`stays ${deletion.state} after ${JSON.stringify(event)}`, () => {
      assert.equal(deletionTransition(deletion, event, { now: 5 }), undefined);
    });

  it('can’t be answered by anybody else, or if nothing was asked', () => {
    for (const deletion of [asked, deleting])
      assert.deepEqual(deletionTransition(deletion, answer(true, 'p:noor'), { now: 5 }), { refusal: 'not yours' });
    assert.deepEqual(deletionTransition(undefined, answer(true), { now: 5 }), { refusal: 'unknown' });
  });
});
