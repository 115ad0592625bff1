import fc from 'fast-check';
import { reminderWorkflow } from '../../../src/features/scm/workflow';
import { declareExample } from '../example';
import { people, person } from './people';

/** Reminders of the reviewers of a service. */

const [dana] = people;
const reminder = {
  ...{ by: dana, placeId: 'channel:deployments', text: 'Reviews are waiting: @[0]', mentions: [dana], turn: 'c1' },
};

export const reviewReminders = declareExample({
  workflow: reminderWorkflow,
  events: {
    remind: fc
      .tuple(person, fc.constantFrom('c1', 'c2'))
      .map(([by, turn]) => ({ type: 'remind', reminder: { ...reminder, by, turn } }) as const),
  },
  context: fc.constant({}),
  first: [{ type: 'remind', reminder }],
});
