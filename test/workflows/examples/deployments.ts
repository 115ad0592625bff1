import fc from 'fast-check';
import type { Deployment } from '../../../src/features/deployments/contract';
import { gavel } from '../../../src/features/deployments/store';
import { blockedCardWorkflow } from '../../../src/features/deployments/picker/workflow';
import { deploymentWorkflow } from '../../../src/features/deployments/workflow';
import { declareExample } from '../example';
import { moment, outcome, people, person, reason } from './people';

const requested: Deployment = {
  number: 1042,
  kind: 'deploy',
  service: 'shop',
  environment: 'production',
  version: '2.14.0',
  commit: 'new',
  replaces: undefined,
  requester: people[0],
  reason: 'the tax fix',
  requestedAt: 1,
  placeId: 'teams:deployments',
  thread: undefined,
  correlationId: 'turn 1',
  state: 'requested',
  stateSince: 1,
  changes: { commits: [], total: 0, direction: 'forward' },
  approvedBy: [],
  runKey: 'deployment:one',
};

const old = { version: '2.13.0', commit: 'old', since: 1 };
const serving = fc.constantFrom(undefined, old, { version: '2.14.0', commit: 'new' });
const look = fc.record({
  at: moment,
  state: fc.constantFrom('healthy', 'degraded', 'down', 'unknown'),
  trouble: fc.constantFrom('', 'it isn’t responding'),
});
const runId = fc.constantFrom('run-1', 'run-2');
const run = fc.record({
  id: runId,
  state: fc.constantFrom('running' as const, 'succeeded' as const, 'failed' as const, 'canceled' as const),
  steps: fc.constant([]),
  progress: fc.constantFrom(0, 0.5, 1),
  startedAt: moment,
  lastLines: fc.constant([]),
  logReadAt: moment,
});
const aftermath = fc.record({
  verifyForMs: fc.constantFrom(0, 20_000),
  rollBackAutomatically: fc.boolean(),
  rollbackId: fc.constant('back'),
  noWayBack: fc.constantFrom(undefined, { version: '2.13.0' }),
});
const rollback = fc.record({
  number: fc.constant(1043),
  state: fc.constantFrom('running' as const, 'succeeded' as const, 'failed' as const),
});

export const deployments = declareExample({
  workflow: deploymentWorkflow,
  events: {
    requested: fc.record({
      type: fc.constant('requested'),
      deployment: fc.constantFrom<Deployment>(
        requested,
        { ...requested, emergency: true },
        { ...requested, kind: 'rollback', requester: gavel, rollbackOf: 'failed' },
      ),
    }),
    asked: fc.constant({ type: 'asked' }),
    admitted: fc.constant({ type: 'admitted' }),
    decided: fc.record({ type: fc.constant('decided'), outcome }),
    cancel: fc.record({ type: fc.constant('cancel'), by: person }),
    lapsed: fc.record({ type: fc.constant('lapsed'), reason }),
    replaced: fc.record({
      type: fc.constant('replaced'),
      by: fc.record({ number: fc.constant(1043), version: fc.constant('2.15.0'), requester: person }),
    }),
    'approval changed': fc.constant({ type: 'approval changed' }),
    'ticket changed': fc.constant({ type: 'ticket changed' }),
    outlived: fc.record({
      type: fc.constant('outlived'),
      by: fc.record({ id: fc.constant('next'), number: fc.constant(1044), version: fc.constant('2.15.0'), at: moment }),
    }),
    began: fc.record({
      type: fc.constant('began'),
      replaces: fc.constantFrom(undefined, old),
      executor: fc.constantFrom(undefined, 'one machine'),
      noWayBack: fc.constant(undefined),
      before: look,
    }),
    blocked: fc.record({ type: fc.constant('blocked'), by: fc.constantFrom(1040, 1041) }),
    held: fc.record({ type: fc.constant('held'), by: fc.constantFrom('a freeze', 'a lock') }),
    'skips more': fc.record({
      type: fc.constant('skips more'),
      rules: fc.constant([{ rule: 'freeze' as const, id: '1 Noor', name: 'Freeze', detail: 'by Noor: “x”' }]),
    }),
    superseded: fc.record({ type: fc.constant('superseded'), reason }),
    'start tried': fc.constant({ type: 'start tried', connection: 'memory' }),
    'start failed': fc.record({ type: fc.constant('start failed'), reason }),
    'run started': fc.record({ type: fc.constant('run started'), runId }),
    'run seen': fc.record({ type: fc.constant('run seen'), run, serving, aftermath }),
    'look failed': fc.constant({ type: 'look failed' }),
    lost: fc.record({ type: fc.constant('lost'), reason }),
    'health seen': fc.record({ type: fc.constant('health seen'), at: moment, look, serving, aftermath }),
    'rollback seen': fc.record({ type: fc.constant('rollback seen'), rollback }),
    'rollback ended': fc.record({ type: fc.constant('rollback ended'), rollback }),
    settled: fc.record({
      type: fc.constant('settled'),
      as: fc.constantFrom('ran' as const, 'again' as const, 'not' as const),
      by: person,
      runKey: fc.constantFrom('deployment:two', 'deployment:three'),
      aftermath,
    }),
  },
  context: fc.constant({ pollMs: 1_000 }),
  wake: { event: { type: 'look failed' }, context: { pollMs: 1_000 } },
  first: [
    { type: 'requested', deployment: requested },
    { type: 'admitted' },
    { type: 'began', replaces: old, before: { at: 1, state: 'healthy', trouble: '' } },
    { type: 'run started', runId: 'run-1' },
  ],
});

const card = {
  ...{ service: 'shop', environment: 'production', kind: 'deploy' as const, owner: people[0].id },
  ...{ blocks: ['freeze'], expiresAt: Date.UTC(2026, 2, 2, 10) },
};
const blocks = fc.uniqueArray(fc.constantFrom('freeze', 'lock'));

export const blockedCards = declareExample({
  workflow: blockedCardWorkflow,
  events: {
    blocked: fc.record({ type: fc.constant('blocked'), card: blocks.map((each) => ({ ...card, blocks: each })) }),
    checked: fc.record({ type: fc.constant('checked'), blocks }),
  },
  context: fc.constant({}),
  wake: { event: { type: 'checked', blocks: [] }, context: {} },
  first: [{ type: 'blocked', card }],
});
