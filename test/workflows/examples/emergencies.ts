import fc from 'fast-check';
import { previewWorkflow } from '../../../src/features/emergencies/preview/workflow';
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
    moved: fc.record({
      type: fc.constant('moved'),
      state: fc.constantFrom('running', 'verifying', 'unclear', 'succeeded', 'cancelled', 'failed'),
      phase: fc.constantFrom('running', 'rolling back', 'succeeded'),
      hasRun: fc.boolean(),
    }),
    'skips more': fc.record({
      type: fc.constant('skips more'),
      skipped: fc.constant([{ rule: 'lock' as const, id: '1 Dana', name: 'Lock', detail: '“x”', person: people[1] }]),
      placeIds: fc.constant(['teams:frozen']),
      people: fc.constant([{ ...people[1], why: 'lock' as const }]),
    }),
    close: fc.record({ type: fc.constant('close'), by: person, findings: reason, hasEnded: fc.boolean() }),
    unreached: fc.record({ type: fc.constant('unreached'), who: fc.constantFrom(...people.map(({ id }) => id)) }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [{ type: 'open', review }],
});

const preview = {
  owner: people[0],
  service: 'shop',
  environment: 'production',
  release: '2.14.1',
  commit: 'c'.repeat(40),
  reason: "customers can't pay",
  shown: [],
  openedAt: Date.UTC(2026, 2, 2, 9),
  correlationId: 'turn 1',
};

export const emergencyPreviews = declareExample({
  workflow: previewWorkflow,
  events: {
    open: fc.record({ type: fc.constant('open'), preview: fc.constant(preview) }),
    show: fc.record({ type: fc.constant('show'), shown: fc.constant([]), reason }),
    started: fc.record({ type: fc.constant('started'), number: fc.constantFrom(1001, 1002) }),
    dismiss: fc.constant({ type: 'dismiss' }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [{ type: 'open', preview }],
});
