import fc from 'fast-check';
import { workloadWorkflow } from '../../../src/features/workloads/changes/workflow';
import type { WorkloadAct } from '../../../src/features/workloads/changes/workflow';
import { declareExample } from '../example';
import { correlationId, outcome, people, person, reason } from './people';

const scale: WorkloadAct = { kind: 'scale', from: 3, to: 4 };
const acts: readonly WorkloadAct[] = [
  scale,
  { kind: 'undo', liveRevision: 3, liveVersion: '2.14.0', revision: 2, version: '2.13.2' },
  { kind: 'evict', pod: 'shop-7d9f8-x2k4q', podId: 'a pod' },
];
const request = {
  ...{ service: 'shop', environment: 'production', act: scale, requester: people[0] },
  ...{ reason: 'it leaks', placeId: 'teams:deployments', thread: undefined, correlationId: 'turn 1' },
};

export const workloadChanges = declareExample({
  workflow: workloadWorkflow,
  events: {
    request: fc.record({
      type: fc.constant('request'),
      request: fc
        .record({ requester: person, reason, correlationId, act: fc.constantFrom(...acts) })
        .map((said) => ({ ...request, ...said })),
      needsApproval: fc.boolean(),
    }),
    decide: fc.record({ type: fc.constant('decide'), outcome }),
    lapse: fc.record({ type: fc.constant('lapse'), why: reason }),
    try: fc.constant({ type: 'try' }),
    end: fc.record({
      type: fc.constant('end'),
      result: fc.oneof(
        fc.constantFrom({ state: 'done' as const }, { state: 'failed' as const }, { state: 'unclear' as const }),
        fc.record({ state: fc.constantFrom('refused' as const, 'superseded' as const), why: reason }),
      ),
    }),
  },
  context: fc.constant({}),
  first: [{ type: 'request', request, needsApproval: true }],
});
