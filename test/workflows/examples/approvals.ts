import fc from 'fast-check';
import type { ApprovalRule } from '../../../src/core/catalog';
import { delegationWorkflow } from '../../../src/features/approvals/delegations/workflow';
import { approvalWorkflow } from '../../../src/features/approvals/workflow';
import { facts, requestUnder } from '../../features/approvals/samples';
import { people as cast, sampleCatalog } from '../../features/fakes';
import { declareExample } from '../example';
import { correlationId, moment, reason } from './people';

const begunAt = Date.UTC(2026, 2, 2, 9);
const catalog = sampleCatalog();
const person = fc.constantFrom(cast.dana, cast.avery, cast.noor, cast.ada, cast.nico);
const delegation = fc.record({ from: person, to: person, until: moment });

const rule: ApprovalRule = {
  required: 2,
  role: 'approver',
  requesterMayApprove: false,
  expiresAfterSeconds: 86_400,
  remindAfterSeconds: 600,
  escalateAfterSeconds: 3_600,
  escalateTo: { role: 'admin' },
};
const staged: ApprovalRule = {
  ...rule,
  stages: [
    { name: 'owners', required: 1, role: 'approver' },
    { name: 'board', required: 1, role: 'admin' },
  ],
};
const request = requestUnder(rule, { expiresAt: begunAt + 86_400_000 });
const open = { type: 'open', request, facts } as const;

export const approvals = declareExample({
  workflow: approvalWorkflow,
  events: {
    open: fc.constantFrom(
      open,
      { ...open, request: { ...request, rule: staged } },
      { ...open, request: { ...request, practice: true } as const },
    ),
    approve: fc.record({ type: fc.constant('approve'), person, note: reason }),
    reject: fc.record({ type: fc.constant('reject'), person, reason }),
    withdraw: fc.record({ type: fc.constant('withdraw'), person, reason }),
    time: fc.constant({ type: 'time' }),
    redraw: fc.record({ type: fc.constant('redraw'), key: correlationId }),
    miss: fc.record({ type: fc.constant('miss'), copy: fc.nat({ max: 4 }) }),
  },
  context: fc.record({
    catalog: fc.constant(catalog),
    delegations: fc.array(delegation, { maxLength: 2 }),
    ruleNow: fc.constantFrom(undefined, rule, staged, { ...rule, required: 1 }),
    lacking: fc.constantFrom([], ['it is down']),
    boundTo: fc.constantFrom('commit-1', 'commit-1', 'commit-1', 'commit-2', undefined),
    ground: fc.constantFrom(undefined, undefined, undefined, 'shop is gone.'),
    facts: fc.constantFrom(undefined, facts),
  }),
  wake: {
    event: { type: 'time' },
    context: { catalog, delegations: [], ruleNow: undefined, lacking: [], boundTo: 'commit-1' },
  },
  first: [open],
});

export const delegations = declareExample({
  workflow: delegationWorkflow,
  events: {
    give: fc.record({ type: fc.constant('give'), from: fc.constant(cast.avery), to: person, until: moment }),
    'take back': fc.constant({ type: 'take back' }),
  },
  context: fc.record({ active: fc.array(delegation, { maxLength: 3 }), correlationId }),
  first: [{ type: 'give', from: cast.avery, to: cast.noor, until: begunAt + 86_400_000 }],
});
