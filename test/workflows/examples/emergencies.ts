import fc from 'fast-check';
import { reviewWorkflow } from '../../../src/features/emergencies/workflow';
import { declareExample } from '../example';
import { people, person, reason } from './people';

const review = {
  deploymentId: 'one',
  number: 1042,
  title: 'shop 2.14.1 to production',
  service: 'shop',
  environment: 'production',
  by: people[0],
  reason: "customers can't pay",
  openedAt: Date.UTC(2026, 2, 2, 9),
  placeIds: ['teams:deployments', 'teams:shop'],
  correlationId: 'turn 1',
};

export const emergencies = declareExample({
  workflow: reviewWorkflow,
  events: {
    open: fc.record({ type: fc.constant('open'), review: fc.constant(review) }),
    close: fc.record({ type: fc.constant('close'), by: person, findings: reason }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [{ type: 'open', review }],
});
