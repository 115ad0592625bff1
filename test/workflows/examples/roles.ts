import fc from 'fast-check';
import { accessWorkflow } from '../../../src/features/roles/access/workflow';
import { grantWorkflow } from '../../../src/features/roles/workflow';
import { sampleCatalog } from '../../features/fakes';
import { declareExample } from '../example';
import { correlationId, moment, people, person, reason } from './people';

const [dana, avery] = people;
const scope = fc.constantFrom({}, { services: ['shop'] }, { services: ['shop'], environments: ['staging'] });
const receiver = fc.oneof(
  person.map((who) => ({ person: who })),
  fc.constant({ group: 'board' }),
);
const role = fc.constantFrom('admin', 'developer', 'viewer', 'emperor');

const file = sampleCatalog();
const base = {
  ...file,
  people: Object.fromEntries(people.map(({ id, name }) => [id.slice(2), { id, name }])),
  groups: { board: ['avery', 'noor'] },
  grants: [{ person: 'dana', role: 'admin' }],
};

const change = fc
  .record({ by: person, to: receiver, role, reason, turn: correlationId, scope })
  .map(({ scope: where, ...rest }) => ({ ...rest, ...where }));
const until = fc.option(moment, { nil: undefined });

export const grants = declareExample({
  workflow: grantWorkflow,
  events: {
    grant: fc
      .tuple(change, until, fc.integer({ min: 1, max: 1_000 }))
      .map(([rest, end, id]) => ({ type: 'grant' as const, id: `g${id}`, until: end, ...rest })),
    revoke: change.map((rest) => ({ type: 'revoke' as const, ...rest })),
    time: fc.constant({ type: 'time' }),
  },
  context: fc.constant({ base }),
  wake: { event: { type: 'time' }, context: { base } },
  first: [
    {
      type: 'grant',
      id: 'first',
      until: Date.UTC(2026, 2, 3),
      by: dana,
      to: { person: avery },
      role: 'admin',
      reason: 'a reason',
      turn: 'turn 0',
    },
  ],
});

const request = {
  person: avery,
  role: 'developer',
  rights: ['view', 'deploy'],
  reason: 'a reason',
  givers: 'admin',
  place: { id: 'chat:avery', kind: 'personal', name: 'Avery' },
  thread: undefined,
  correlationId: 'turn 1',
  askedAt: Date.UTC(2026, 2, 2),
  expiresAt: Date.UTC(2026, 2, 9),
} as const;

export const access = declareExample({
  workflow: accessWorkflow,
  events: {
    ask: fc
      .record({ person, reason, correlationId })
      .map((said) => ({ type: 'ask' as const, request: { ...request, ...said } })),
    decide: fc.record({
      type: fc.constant('decide'),
      outcome: fc.oneof(
        fc.record({ state: fc.constant('approved'), by: person.map((by) => [by]), at: moment }),
        fc.record({ state: fc.constant('rejected'), by: person, reason, at: moment }),
        fc.record({ state: fc.constant('expired'), at: moment }),
        fc.record({ state: fc.constant('lapsed'), reason, at: moment }),
      ),
    }),
  },
  context: fc.constant({}),
  first: [{ type: 'ask', request }],
});
