import fc from 'fast-check';
import { onboardingWorkflow, steps } from '../../../src/features/onboarding/workflow';
import { declareExample } from '../example';
import { people } from './people';

const step = fc.constantFrom(...steps);
const context = { person: people[0], placeId: 'personal', isAsked: () => true };
const wishes = fc.constantFrom({}, { work: 'ship' as const }, { services: ['shop'] }, { hours: '22:00-07:00' });

export const onboarding = declareExample({
  workflow: onboardingWorkflow,
  events: {
    answer: fc.record({ type: fc.constant('answer'), step, wishes }),
    skip: fc.record({ type: fc.constant('skip'), step }),
    miss: fc.record({ type: fc.constant('miss'), step }),
    back: fc.record({ type: fc.constant('back'), step }),
    change: fc.record({ type: fc.constant('change'), step }),
    begin: fc.constant({ type: 'begin' }),
    listen: fc.constant({ type: 'listen' }),
    leave: fc.constant({ type: 'leave' }),
    welcome: fc.constant({ type: 'welcome' }),
    time: fc.constant({ type: 'time' }),
    practice: fc.record({
      type: fc.constant('practice'),
      deploymentId: fc.constantFrom('one', 'two'),
      succeeded: fc.boolean(),
    }),
  },
  context: fc.constantFrom(context, { ...context, placeId: '', isAsked: (each: string) => each !== 'practice' }),
  wake: { event: { type: 'time' }, context },
  first: [{ type: 'begin' }],
});
