import fc from 'fast-check';
import { restartWorkflow } from '../../../src/features/health/restarts/workflow';
import { declareExample } from '../example';
import { correlationId, outcome, people, person, reason } from './people';

const request = {
  service: 'shop',
  environment: 'production',
  version: '2.14.0',
  commit: '3c9f2e1aa0bb',
  requester: people[0],
  reason: 'it leaks',
  placeId: 'teams:deployments',
  thread: undefined,
  correlationId: 'turn 1',
};

export const restarts = declareExample({
  workflow: restartWorkflow,
  events: {
    request: fc.record({
      type: fc.constant('request'),
      request: fc.record({ requester: person, reason, correlationId }).map((said) => ({ ...request, ...said })),
      needsApproval: fc.boolean(),
    }),
    decide: fc.record({
      type: fc.constant('decide'),
      outcome,
    }),
    lapse: fc.record({ type: fc.constant('lapse'), why: reason }),
    try: fc.constant({ type: 'try' }),
    end: fc.record({
      type: fc.constant('end'),
      result: fc.oneof(
        fc.constant({ state: 'restarted' as const, processId: 4123 }),
        fc.constant({ state: 'failed' as const }),
        fc.constant({ state: 'unclear' as const }),
        fc.record({ state: fc.constant('superseded'), why: reason }),
      ),
    }),
  },
  context: fc.constant({}),
  first: [{ type: 'request', request, needsApproval: true }],
});
