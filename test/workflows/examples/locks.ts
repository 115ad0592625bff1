import fc from 'fast-check';
import { lockWorkflow } from '../../../src/features/locks/workflow';
import { declareExample } from '../example';
import { correlationId, moment, people, person, reason } from './people';

const target = { service: 'shop', environment: 'production' };

export const locks = declareExample({
  workflow: lockWorkflow,
  events: {
    lock: fc.record({
      type: fc.constant('lock'),
      by: person,
      reason,
      until: fc.option(moment, { nil: undefined }),
    }),
    unlock: fc.record({ type: fc.constant('unlock'), by: person }),
    break: fc.record({ type: fc.constant('break'), by: person, reason }),
    keep: fc.record({ type: fc.constant('keep'), by: person }),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.record({ target: fc.constant(target), askAfterMs: fc.constant(14_400_000), correlationId }),
  wake: { event: { type: 'time' }, context: { target, askAfterMs: 14_400_000, correlationId: 'time' } },
  first: [{ type: 'lock', by: people[0], reason: 'a reason', until: undefined }],
});
