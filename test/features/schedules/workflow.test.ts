import assert from 'node:assert/strict';
import { scheduleTransition, scheduleWorkflow } from '../../../src/features/schedules/workflow';
import type { Schedule, ScheduleEvent } from '../../../src/features/schedules/workflow';
import { people, places } from '../fakes';

const at9 = Date.UTC(2026, 10, 20, 9);
const dayMs = 86_400_000;
const made = {
  number: 1,
  person: people.dana,
  place: places.general,
  thread: undefined,
  timeZone: 'UTC',
  does: { remind: 'us', text: 'breathe' },
  madeAt: 0,
  state: 'on',
  runs: 0,
  wakeAt: at9,
} as const;
const daily: Schedule = { ...made, when: { kind: 'again', cron: '0 0 9 * * *', words: 'every day at 9:00' } };
const once: Schedule = { ...made, when: { kind: 'once', at: at9 } };
const time: ScheduleEvent = { type: 'time' };
const end = (state: 'cancelled' | 'stopped'): ScheduleEvent => ({ type: 'end', state });

function after(schedule: Schedule, event: ScheduleEvent, now: number): Schedule {
  const verdict = scheduleTransition(schedule, event, { now });
  return verdict?.record ?? assert.fail('nothing changed');
}

describe('the workflow of a schedule', () => {
  it('is created once, however often the message is delivered', () => {
    assert.deepEqual(scheduleTransition(undefined, { type: 'make', schedule: daily }, { now: 0 }), { record: daily });
    assert.equal(scheduleTransition(daily, { type: 'make', schedule: once }, { now: 0 }), undefined);
  });

  it('runs once for all moments that have passed, and says for which one', () => {
    const verdict = scheduleTransition(daily, time, { now: at9 + 3 * dayMs + 5 });
    assert.deepEqual(verdict?.effects, [{ kind: 'run', key: 'run', number: 1, was: at9, now: at9 + 3 * dayMs + 5 }]);
    const { runs, ranFor, wakeAt, state } = verdict.record;
    assert.deepEqual([runs, ranFor, wakeAt, state], [1, at9, at9 + 4 * dayMs, 'on']);
  });

  it('is over after the only moment it was made for', () => {
    const { state, endedAt, wakeAt } = after(once, time, at9 + 1);
    assert.deepEqual([state, endedAt, wakeAt], ['over', at9 + 1, undefined]);
  });

  it('only gets its next moment back if a clock that was ahead is set back', () => {
    const ahead = { ...daily, runs: 1, ranFor: at9 - dayMs, wakeAt: at9 + 9 * dayMs };
    const verdict = scheduleTransition(ahead, time, { now: at9 - 5 });
    assert.deepEqual([verdict?.record.wakeAt, verdict?.effects], [at9, undefined]);
    assert.equal(scheduleTransition(daily, time, { now: at9 - 5 }), undefined);
  });

  const ends: readonly (readonly [Schedule['state'], 'cancelled' | 'stopped', boolean])[] = [
    ['on', 'cancelled', true],
    ['on', 'stopped', true],
    ['over', 'cancelled', false],
    // Its last run found its author gone.
    ['over', 'stopped', true],
    ['cancelled', 'stopped', false],
    ['stopped', 'cancelled', false],
  ];
  for (const [state, to, changes] of ends)
    it(`${changes ? 'becomes' : 'does not become'} ${to} when it is ${state}`, () => {
      const verdict = scheduleTransition({ ...daily, state }, end(to), { now: 7 });
      assert.deepEqual([verdict?.record.state, verdict?.record.wakeAt], [changes ? to : undefined, undefined]);
    });
});

describe('schedules of earlier versions', () => {
  it('finish the run that was pending under its number', () => {
    const pending = [{ key: 'run:3', kind: 'run', detail: { was: 1, now: 2 }, attempts: 4, dueAt: 9 }];
    assert.deepEqual(scheduleWorkflow.spec.upgrade?.({ ...daily, pending }, 1), {
      ...daily,
      pending: [{ key: 'run', kind: 'run', detail: { was: 1, now: 2, number: 3 }, attempts: 4, dueAt: 9 }],
    });
  });
});
