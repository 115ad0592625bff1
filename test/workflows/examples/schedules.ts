import fc from 'fast-check';
import { scheduleWorkflow } from '../../../src/features/schedules/workflow';
import type { Schedule } from '../../../src/features/schedules/workflow';
import { declareExample } from '../example';
import { people } from './people';

const madeAt = Date.UTC(2026, 2, 2, 9);
const made = {
  number: 1,
  person: people[0],
  place: { id: 'teams:general', kind: 'channel', name: 'General' },
  thread: undefined,
  timeZone: 'Europe/Berlin',
  does: { remind: 'us', text: 'write the notes' },
  madeAt,
  state: 'on',
  runs: 0,
} as const;
const daily: Schedule = {
  ...made,
  when: { kind: 'again', cron: '0 0 11 * * *', words: 'every day at 11:00' },
  wakeAt: madeAt + 3_600_000,
};
const once: Schedule = { ...made, when: { kind: 'once', at: madeAt + 7_200_000 }, wakeAt: madeAt + 7_200_000 };

export const schedules = declareExample({
  workflow: scheduleWorkflow,
  events: {
    make: fc.record({ type: fc.constant('make'), schedule: fc.constantFrom(daily, once) }),
    end: fc.record({ type: fc.constant('end'), state: fc.constantFrom('cancelled', 'stopped') }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [{ type: 'make', schedule: daily }],
});
