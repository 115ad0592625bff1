import fc from 'fast-check';
import { freezeWorkflow } from '../../../src/features/freezes/workflow';
import { declareExample } from '../example';
import { correlationId, moment, people, person, reason } from './people';

const freeze = {
  environment: 'production',
  service: undefined,
  from: Date.UTC(2026, 2, 2, 9),
  until: undefined,
  reason: 'finance is closing the books',
  by: people[0],
  placeId: 'teams:deployments',
};
const notice = correlationId.map((turn) => ({ text: '**production is frozen**', saidIn: 'teams:deployments', turn }));

export const freezes = declareExample({
  workflow: freezeWorkflow,
  events: {
    declare: fc.record({
      type: fc.constant('declare'),
      freeze: fc
        .record({ until: fc.option(moment, { nil: undefined }), by: person })
        .map((said) => ({ ...freeze, ...said })),
      notice,
    }),
    end: fc.record({ type: fc.constant('end'), by: person, reason, notice }),
  },
  context: fc.constant({}),
  first: [{ type: 'declare', freeze, notice: { text: 'x', saidIn: 'teams:deployments', turn: 'turn 1' } }],
});
