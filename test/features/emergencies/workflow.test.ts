import assert from 'node:assert/strict';
import { previewTransition } from '../../../src/features/emergencies/preview/workflow';
import type { EmergencyPreview, PreviewEvent } from '../../../src/features/emergencies/preview/workflow';
import { reviewTransition, reviewWorkflow } from '../../../src/features/emergencies/workflow';
import type { SkippedRule } from '../../../src/features/deployments';
import type { Review, ReviewEvent } from '../../../src/features/emergencies/workflow';
import { people } from '../fakes';

const dayMs = 24 * 3_600_000;
const publish = { kind: 'publish', topic: 'publish' };

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
  people: [{ ...people.dana, why: 'lock' }],
  correlationId: 'turn',
  reminders: 0,
  wakeAt: dayMs,
};
const close = (by = people.avery, findings = ' a check was missing ', hasEnded = true): ReviewEvent => ({
  ...{ type: 'close', by, findings, hasEnded },
});
const moved = (state: 'running' | 'verifying' | 'succeeded' | 'cancelled', hasRun = true): ReviewEvent => ({
  ...{ type: 'moved', state, phase: state, hasRun },
});
const closed: Review = { ...open, wakeAt: undefined, closed: { by: people.avery, at: 5, findings: 'fine' } };
const running: Review = { ...open, run: { state: 'running', phase: 'running', at: 1 } };
const over: Review = { ...open, run: { state: 'succeeded', phase: 'succeeded', at: 1 } };
const notNeeded: Review = {
  ...open,
  run: { state: 'cancelled', phase: 'cancelled', at: 1 },
  notNeededAt: 1,
  wakeAt: undefined,
};
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
    ['by whoever deployed, while it runs', open, close(people.ada, 'x', false), 5, { refusal: 'own' }],
    ['while it runs', running, close(people.avery, 'x', false), 5, { refusal: 'running' }],
    ['without findings', open, close(people.avery, '  '), 5, { refusal: 'no findings' }],
    ['a second time', closed, close(people.noor), 5, { refusal: 'closed' }],
    ['where nothing was deployed', notNeeded, close(), 5, { refusal: 'not needed' }],
    ['of what is not there', undefined, close(), 5, undefined],
    ['opened again', open, { type: 'open', review: open }, 5, undefined],
    ['told the same state again', running, moved('running'), 5, undefined],
    ['told of an older state after the end', over, moved('verifying'), 5, undefined],
    ['told of a state once it is closed', closed, moved('succeeded'), 5, undefined],
    ['before a day is over', open, { type: 'time' }, dayMs - 1, undefined],
    ['of which nobody needs a reminder', closed, { type: 'time' }, dayMs, undefined],
    ['that nobody needs', notNeeded, { type: 'time' }, dayMs, undefined],
  ];
  for (const [what, review, event, now, verdict] of table)
    it(`${what}: ${JSON.stringify(verdict) ?? 'nothing'}`, () =>
      assert.deepEqual(reviewTransition(review, event, { now }), verdict));

  it('is closed with its audit line, then shown everywhere', () => {
    assert.deepEqual(reviewTransition(open, close(), { now: 5 }), {
      record: { ...closed, closed: { by: people.avery, at: 5, findings: 'a check was missing' } },
      effects: [{ kind: 'audit', key: 'closed', ...line, detail: { findings: 'a check was missing' } }, publish],
    });
  });

  it('adds what it skips by now once, with whoever has to be told of that, and forgets nobody', () => {
    const lock: SkippedRule = { rule: 'lock', id: '9 noor', name: 'Lock by Noor', detail: '“x”', person: people.noor };
    const widened: ReviewEvent = {
      type: 'skips more',
      skipped: [lock],
      placeIds: ['channel:frozen'],
      people: [{ ...people.noor, why: 'lock' }],
    };
    const record: Review = {
      ...open,
      skipped: [lock],
      placeIds: ['channel:deployments', 'channel:frozen'],
      people: [
        { ...people.noor, why: 'lock' },
        { ...people.dana, why: 'lock' },
      ],
    };
    assert.deepEqual(reviewTransition(open, widened, { now: 5 }), { record, effects: [publish] });
    assert.equal(reviewTransition(record, widened, { now: 5 }), undefined);
    assert.equal(reviewTransition(closed, widened, { now: 5 }), undefined);
  });

  it('shows each new state of its run, and is due a day after the end', () => {
    assert.deepEqual(reviewTransition(open, moved('running'), { now: 1 }), { record: running, effects: [publish] });
    assert.deepEqual(reviewTransition(running, moved('succeeded'), { now: 1 }), {
      record: { ...over, wakeAt: 1 + dayMs },
      effects: [publish],
    });
  });

  it('needs no review if it was canceled before anything ran', () => {
    assert.deepEqual(reviewTransition(open, moved('cancelled', false), { now: 1 }), {
      record: notNeeded,
      effects: [publish],
    });
  });

  it('records once whom the notice did not reach', () => {
    const event: ReviewEvent = { type: 'unreached', who: people.dana.id };
    const record = { ...open, unreached: [people.dana.id] };
    assert.deepEqual(reviewTransition(open, event, { now: 1 }), { record, effects: [publish] });
    assert.equal(reviewTransition(record, event, { now: 1 }), undefined);
  });

  it('sends its reminder within a day after a clock that was ahead is set back', () => {
    const ahead = { ...open, wakeAt: 5 * dayMs };
    assert.deepEqual(reviewTransition(ahead, { type: 'time' }, { now: dayMs }), {
      record: { ...ahead, wakeAt: 2 * dayMs },
    });
  });

  it('sends a reminder every day, with the current card', () => {
    assert.deepEqual(reviewTransition(open, { type: 'time' }, { now: dayMs }), {
      record: { ...open, reminders: 1, wakeAt: 2 * dayMs },
      effects: [publish, { kind: 'remind', key: 'remind:1' }],
    });
  });

  it('writes the audit line that the first schema left pending, under its key in the log', () => {
    const pending = [{ kind: 'audit', key: 'audit:closed', attempts: 1, dueAt: 5 }];
    assert.deepEqual(reviewWorkflow.spec.upgrade?.({ ...closed, pending }, 1).pending, [
      { kind: 'audit', key: 'closed', attempts: 1, dueAt: 5, detail: { ...line, detail: { findings: 'fine' } } },
    ]);
  });
});

describe('the preview of an emergency', () => {
  const minute = 60_000;
  const asked = {
    owner: people.ada,
    service: 'shop',
    environment: 'production',
    release: '2.14.1',
    commit: 'c'.repeat(40),
    reason: 'it burns',
    shown: [],
    openedAt: 0,
    correlationId: 'turn',
  };
  const preview: EmergencyPreview = { ...asked, state: 'open', wakeAt: 15 * minute };
  const started: EmergencyPreview = { ...preview, state: 'started', number: 1001, wakeAt: undefined };
  const effects = [{ kind: 'redraw', topic: 'redraw' }];
  const table: [string, EmergencyPreview | undefined, PreviewEvent, number, unknown][] = [
    ['is opened for fifteen minutes', undefined, { type: 'open', preview: asked }, 0, { record: preview }],
    ['is opened once', started, { type: 'open', preview: asked }, 1, undefined],
    ['is started', preview, { type: 'started', number: 1001 }, 1, { record: started, effects }],
    ['is started once', started, { type: 'started', number: 1002 }, 1, undefined],
    ['is not dismissed once it was started', started, { type: 'dismiss' }, 1, undefined],
    ['does not expire before its time', preview, { type: 'time' }, 1, undefined],
    ['does not expire once it was started', started, { type: 'time' }, 15 * minute, undefined],
    [
      'expires',
      preview,
      { type: 'time' },
      15 * minute,
      { record: { ...preview, state: 'expired', wakeAt: undefined }, effects },
    ],
    [
      'is dismissed',
      preview,
      { type: 'dismiss' },
      1,
      { record: { ...preview, state: 'dismissed', wakeAt: undefined }, effects },
    ],
  ];
  for (const [what, record, event, now, verdict] of table)
    it(what, () => assert.deepEqual(previewTransition(record, event, { now }), verdict));
});
