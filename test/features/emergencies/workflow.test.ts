import assert from 'node:assert/strict';
import { reviewTransition, reviewWorkflow } from '../../../src/features/emergencies/workflow';
import type { Review, ReviewEvent } from '../../../src/features/emergencies/workflow';
import { people } from '../fakes';

const dayMs = 24 * 3_600_000;

const open: Review = {
  deploymentId: 'one',
  number: 1001,
  title: 'shop 2.14.1 to production',
  service: 'shop',
  environment: 'production',
  by: people.ada,
  reason: "customers can't pay",
  openedAt: 0,
  placeIds: ['channel:deployments'],
  correlationId: 'turn',
  reminders: 0,
  wakeAt: dayMs,
};
const close = (by = people.avery, findings = ' a check was missing '): ReviewEvent => ({ type: 'close', by, findings });
const closed: Review = { ...open, wakeAt: undefined, closed: { by: people.avery, at: 5, findings: 'fine' } };
const line = {
  at: 5,
  who: people.avery.id,
  what: 'emergencies.close',
  target: 'D-1001',
  from: 'gavel',
  outcome: 'reviewed',
  correlationId: 'turn',
};

describe('the review of an emergency', () => {
  const table: [string, Review | undefined, ReviewEvent, number, unknown][] = [
    ['by whoever deployed', open, close(people.ada), 5, { refusal: 'own' }],
    ['without findings', open, close(people.avery, '  '), 5, { refusal: 'no findings' }],
    ['a second time', closed, close(people.noor), 5, { refusal: 'closed' }],
    ['of what is not there', undefined, close(), 5, undefined],
    ['opened again', open, { type: 'open', review: open }, 5, undefined],
    ['before a day is over', open, { type: 'time' }, dayMs - 1, undefined],
    ['of which nobody needs a reminder', closed, { type: 'time' }, dayMs, undefined],
  ];
  for (const [what, review, event, now, verdict] of table)
    it(`${what}: ${JSON.stringify(verdict) ?? 'nothing'}`, () =>
      assert.deepEqual(reviewTransition(review, event, { now }), verdict));

  it('is closed with its line of the audit, then shown everywhere', () => {
    assert.deepEqual(reviewTransition(open, close(), { now: 5 }), {
      record: { ...closed, closed: { by: people.avery, at: 5, findings: 'a check was missing' } },
      effects: [
        { kind: 'audit', key: 'closed', ...line, detail: { findings: 'a check was missing' } },
        { kind: 'publish', key: 'publish:closed' },
      ],
    });
  });

  it('is asked for within a day after a clock that was ahead has been set back', () => {
    const ahead = { ...open, wakeAt: 5 * dayMs };
    assert.deepEqual(reviewTransition(ahead, { type: 'time' }, { now: dayMs }), {
      record: { ...ahead, wakeAt: 2 * dayMs },
    });
  });

  it('is asked for every day', () => {
    assert.deepEqual(reviewTransition(open, { type: 'time' }, { now: dayMs }), {
      record: { ...open, reminders: 1, wakeAt: 2 * dayMs },
      effects: [{ kind: 'remind', key: 'remind:1' }],
    });
  });

  it('reads the line of the audit that the first schema left pending, under the key that it has in the log', () => {
    const pending = [{ kind: 'audit', key: 'audit:closed', attempts: 1, dueAt: 5 }];
    assert.deepEqual(reviewWorkflow.spec.upgrade?.({ ...closed, pending }, 1).pending, [
      { kind: 'audit', key: 'closed', attempts: 1, dueAt: 5, detail: { ...line, detail: { findings: 'fine' } } },
    ]);
  });
});
