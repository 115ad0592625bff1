import fc from 'fast-check';
import { deletionWorkflow } from '../../../src/features/privacy/workflow';
import { declareExample } from '../example';
import { people, person } from './people';

const ask = { type: 'ask', personId: people[0].id, reference: '4f2a91c0' } as const;

export const deletions = declareExample({
  workflow: deletionWorkflow,
  events: {
    ask: fc.constant(ask),
    answer: fc.record({ type: fc.constant('answer'), deletes: fc.boolean(), personId: person.map(({ id }) => id) }),
    deleted: fc.constant({ type: 'deleted' }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'time' }, context: {} },
  first: [ask],
});
