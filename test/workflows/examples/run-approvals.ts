import fc from 'fast-check';
import { waitingRunsWorkflow } from '../../../src/features/run-approvals/reconcile/workflow';
import { runApprovalWorkflow } from '../../../src/features/run-approvals/workflow';
import { declareExample } from '../example';
import { moment, people, person, reason } from './people';

/** Steps of runs that wait for a decision in an outside system. */

const begunAt = Date.UTC(2026, 2, 2, 9);
const [dana] = people;
const approval = {
  ...{ connection: 'local', run: 'run-1', step: 'publish', round: 0, pipeline: 'nightly', title: 'Nightly build' },
  ...{ name: 'Publish it', requester: dana, placeId: 'channel:deployments', thread: undefined, correlationId: 'c1' },
  ...{ openedAt: begunAt, waitingSince: begunAt, expiresAt: begunAt + 86_400_000 },
};
const open = { type: 'open', approval } as const;

export const runApprovals = declareExample({
  workflow: runApprovalWorkflow,
  events: {
    open: fc.constantFrom(open, { type: 'open', approval: { ...approval, whyNot: 'It’s no reviewer.' } } as const),
    see: fc
      .constantFrom(undefined, 'It’s no reviewer.')
      .map((whyNot) => ({ type: 'see', step: { name: 'Publish it', url: undefined, whyNot } }) as const),
    'approval changed': fc.constant({ type: 'approval changed' } as const),
    decide: fc.record({
      type: fc.constant('decide' as const),
      decision: fc.record({ approves: fc.boolean(), by: person.map((by) => [by]), at: moment, words: reason }),
    }),
    expire: fc.constant({ type: 'expire' } as const),
    try: fc.constant({ type: 'try' } as const),
    'take back': fc.constant({ type: 'take back' } as const),
    sent: fc.constant({ type: 'sent' } as const),
    refuse: fc.constant({ type: 'refuse' } as const),
    void: fc.record({ type: fc.constant('void' as const), reason }),
    look: fc
      .constantFrom(
        { is: 'waiting' } as const,
        { is: 'decided', isOurs: true, isTold: true, approves: true } as const,
        { is: 'decided', isOurs: false, isTold: true, approves: false, by: 'Kim' } as const,
        { is: 'decided', isOurs: false, isTold: false } as const,
        { is: 'over', reason: 'it is canceled' } as const,
      )
      .map((standing) => ({ type: 'look', standing }) as const),
    'look later': fc.constant({ type: 'look later' } as const),
  },
  context: fc.constant({}),
  wake: { event: { type: 'look later' }, context: {} },
  first: [open],
});

export const waitingRuns = declareExample({
  workflow: waitingRunsWorkflow,
  events: { begin: fc.constant({ type: 'begin' }), read: fc.constant({ type: 'read' }) },
  context: fc.constant({}),
  wake: { event: { type: 'read' }, context: {} },
  first: [{ type: 'begin' }],
});
