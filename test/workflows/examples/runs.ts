import fc from 'fast-check';
import type { RunStatus } from '../../../src/connectors/contract';
import { runWorkflow } from '../../../src/features/runs/workflow';
import { declareExample } from '../example';
import { people } from './people';

/** Runs of a pipeline that people start from chat. */

const person = fc.constantFrom(...people);
const [dana] = people;
const run = {
  ...{ connection: 'local', pipeline: 'nightly', title: 'Nightly', values: { count: '3' }, labels: {}, number: 1001 },
  ...{ requester: dana, placeId: 'channel:deployments', thread: undefined, correlationId: 'c1' },
};
const begun = { type: 'start', placeId: 'channel:deployments', thread: undefined, executor: undefined } as const;
const statusIn = (state: RunStatus['state']): RunStatus => ({
  ...{ id: 'run-1', state, steps: [], progress: 0.5, startedAt: 0, lastLines: [], logReadAt: 0 },
});
const states = ['queued', 'waiting', 'running', 'stopping', 'succeeded', 'failed', 'canceled', 'superseded'] as const;

export const runs = declareExample({
  workflow: runWorkflow,
  events: {
    prepare: fc.constant({ type: 'prepare', run } as const),
    start: fc.constant(begun),
    dismiss: fc.constant({ type: 'dismiss' } as const),
    try: fc.constant({ type: 'try' } as const),
    found: fc.constantFrom('run-1', 'run-2').map((runId) => ({ type: 'found', runId }) as const),
    fail: fc.constant({ type: 'fail', reason: 'no' } as const),
    lose: fc.constant({ type: 'lose', reason: 'nobody knows' } as const),
    see: fc.constantFrom(...states).map((state) => ({ type: 'see', run: statusIn(state) }) as const),
    'see nothing': fc.constant({ type: 'see nothing' } as const),
    redraw: fc.constant({ type: 'redraw' } as const),
    cancel: person.map((by) => ({ type: 'cancel', by }) as const),
    settle: fc
      .tuple(fc.constantFrom('again' as const, 'not' as const), person)
      .map(([as, by]) => ({ type: 'settle', as, by }) as const),
  },
  context: fc.constant({}),
  wake: { event: { type: 'see nothing' }, context: {} },
  first: [{ type: 'prepare', run }, begun],
});
