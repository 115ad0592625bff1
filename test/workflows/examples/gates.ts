import fc from 'fast-check';
import { confirmationWorkflow, secondApprovalWorkflow } from '../../../src/features/gates/workflow';
import type { Confirmation, GateEvent, SecondApproval } from '../../../src/features/gates/workflow';
import { declareExample } from '../example';
import { people, person, reason } from './people';

const [dana, avery] = people;
const freeze = { operation: 'freeze', reach: { environment: 'production' } } as const;
const held = {
  asked: { action: 'freeze', acts: [freeze], line: 'freeze production 2h because of the audit' },
  person: dana,
  place: { id: 'teams:general', kind: 'channel', name: 'General' },
  thread: undefined,
  trigger: 'typed',
  correlationId: 'turn 1',
  askedAt: Date.UTC(2026, 2, 2, 9),
} as const;
const confirmation: Confirmation = { ...held, kind: 'confirm', wakeAt: held.askedAt + 900_000 };
const secondApproval: SecondApproval = {
  ...held,
  kind: 'four-eyes',
  rule: {
    required: 1,
    role: 'approver',
    requesterMayApprove: false,
    expiresAfterSeconds: 7_200,
    remindAfterSeconds: 1_800,
  },
  covers: [freeze],
  others: [],
};

const at = fc.constant(held.askedAt);
const answers: {
  readonly [Type in Exclude<GateEvent['type'], 'hold'>]: fc.Arbitrary<Extract<GateEvent, { readonly type: Type }>>;
} = {
  answer: fc.record({
    type: fc.constant('answer'),
    answer: fc.constantFrom('confirmed', 'left'),
    personId: person.map(({ id }) => id),
  }),
  decided: fc.record({
    type: fc.constant('decided'),
    outcome: fc.oneof(
      fc.record({ state: fc.constant('approved'), by: fc.constant([avery]), at }),
      fc.record({ state: fc.constant('rejected'), by: fc.constant(avery), reason, at }),
      fc.record({ state: fc.constant('expired'), at }),
      fc.record({ state: fc.constant('lapsed'), reason, at }),
    ),
  }),
  time: fc.constant({ type: 'time' }),
};

export const gates = [
  declareExample({
    workflow: confirmationWorkflow,
    events: { ...answers, hold: fc.constant({ type: 'hold', gate: confirmation }) },
    context: fc.constant({}),
    wake: { event: { type: 'time' }, context: {} },
    first: [{ type: 'hold', gate: confirmation }],
  }),
  declareExample({
    workflow: secondApprovalWorkflow,
    events: { ...answers, hold: fc.constant({ type: 'hold', gate: secondApproval }) },
    context: fc.constant({}),
    first: [{ type: 'hold', gate: secondApproval }],
  }),
];
