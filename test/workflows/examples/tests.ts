import fc from 'fast-check';
import type { RunStatus } from '../../../src/connectors/contract';
import { testWorkflow } from '../../../src/features/tests/workflow';
import { declareExample } from '../example';
import { people } from './people';

/** Runs of a test suite that people start from chat. */

const person = fc.constantFrom(...people);
const [dana] = people;
const tests = {
  ...{
    service: 'shop',
    environment: 'staging',
    suite: 'smoke',
    title: 'Smoke test',
    connection: 'local',
    number: 1001,
  },
  ...{ requester: dana, placeId: 'channel:deployments', thread: undefined, correlationId: 'c1', canRerunFailed: true },
};
const statusIn = (state: RunStatus['state']): RunStatus => ({
  ...{ id: 'run-1', state, steps: [], progress: 0.5, startedAt: 0, lastLines: [], logReadAt: 0 },
});
const states = ['queued', 'waiting', 'running', 'stopping', 'succeeded', 'failed', 'canceled', 'superseded'] as const;
const live = fc.option(
  fc.constantFrom('a', 'b').map((commit) => ({ version: '2.14.0', commit })),
  { nil: undefined },
);

export const testRuns = declareExample({
  workflow: testWorkflow,
  events: {
    request: fc.constant({ type: 'request', tests } as const),
    try: live.map((each) => ({ type: 'try', live: each }) as const),
    found: fc.constantFrom('run-1', 'run-2').map((runId) => ({ type: 'found', runId }) as const),
    fail: fc.constant({ type: 'fail', reason: 'no' } as const),
    lose: fc.constant({ type: 'lose', reason: 'nobody knows' } as const),
    see: fc
      .tuple(fc.constantFrom(...states), live)
      .map(([state, each]) => ({ type: 'see', run: statusIn(state), live: each }) as const),
    'see nothing': fc.constant({ type: 'see nothing' } as const),
    cancel: person.map((by) => ({ type: 'cancel', by }) as const),
    settle: fc
      .tuple(fc.constantFrom('again' as const, 'not' as const), person)
      .map(([as, by]) => ({ type: 'settle', as, by }) as const),
  },
  context: fc.constant({}),
  wake: { event: { type: 'see nothing' }, context: {} },
  first: [{ type: 'request', tests }],
});
