import assert from 'node:assert/strict';
import type { Person } from '../../../src/chat/contract';
import type { RunStatus } from '../../../src/connectors/contract';
import type {
  Deployment,
  DeploymentState,
  HealthSnapshot,
  SkippedRule,
} from '../../../src/features/deployments/contract';
import { gavel } from '../../../src/features/deployments/store';
import type { DeploymentChange, DeploymentEvent } from '../../../src/features/deployments/transitions';
import { deploymentTransition, deploymentWorkflow, nextLookAt } from '../../../src/features/deployments/workflow';
import { withEffects } from '../../../src/workflows';

const now = 1_000_000;
const dana: Person = { id: 'entra:dana', name: 'Dana' };
const avery: Person = { id: 'entra:avery', name: 'Avery' };
const aftermath = { verifyForMs: 20_000, rollBackAutomatically: true, rollbackId: 'r'.repeat(32) };
const healthy: HealthSnapshot = { at: now, state: 'healthy', trouble: '' };
const down: HealthSnapshot = { at: now, state: 'down', trouble: 'it isn’t responding' };
const old = { version: '2.13.0', commit: 'old', since: 1 };

const states: readonly DeploymentState[] = [
  'requested',
  'awaiting approval',
  'approved',
  'running',
  'verifying',
  'succeeded',
  'rejected',
  'expired',
  'cancelled',
  'superseded',
  'failed',
  'rolled back',
  'unclear',
];

function run(state: RunStatus['state']): RunStatus {
  return { id: 'run-1', state, steps: [], progress: 0.5, startedAt: now, lastLines: [], logReadAt: now };
}

function inState(state: DeploymentState, more: Partial<Deployment> = {}): Deployment {
  return {
    number: 1042,
    kind: 'deploy',
    service: 'shop',
    environment: 'production',
    version: '2.14.0',
    commit: 'new',
    replaces: old,
    requester: dana,
    reason: '',
    requestedAt: 1,
    placeId: 'channel:x',
    thread: undefined,
    correlationId: 'c',
    state,
    stateSince: 1,
    changes: { commits: [], total: 0, direction: 'forward' },
    approvedBy: [],
    runKey: 'key',
    ...more,
  };
}

const pollMs = 1000;
const decide = (record: Deployment | undefined, event: DeploymentEvent): ReturnType<typeof deploymentTransition> =>
  deploymentTransition(record, event, { now, pollMs });

function change(record: Deployment | undefined, event: DeploymentEvent): DeploymentChange {
  const verdict = decide(record, event);
  assert.ok('record' in verdict, JSON.stringify(verdict));
  return verdict;
}

const kindsOf = ({ effects = [] }: DeploymentChange): string[] => effects.map(({ kind }) => kind);

interface Row {
  readonly event: DeploymentEvent;
  readonly record?: Partial<Deployment>;
  /** From which state to which, and the effects; refused in every other state. */
  readonly leads: Partial<Record<DeploymentState, readonly [DeploymentState, ...string[]]>>;
}

const told = ['audit', 'card', 'reply'];
const freeze: SkippedRule = { rule: 'freeze', id: '1 Noor', name: 'Freeze', detail: 'until 18:00' };
const putBack = { rollbackId: 'r', rollback: { number: 1043, state: 'running' } } as const;
const settled = { by: avery, runKey: 'key-2', aftermath };
const table: Record<string, Row> = {
  asked: { event: { type: 'asked' }, leads: { requested: ['awaiting approval'] } },
  admitted: { event: { type: 'admitted' }, leads: { requested: ['approved', 'card', 'begin'] } },
  approved: {
    event: { type: 'decided', outcome: { state: 'approved', by: [avery], at: 5 } },
    leads: { requested: ['approved', 'card', 'begin'], 'awaiting approval': ['approved', 'card', 'begin'] },
  },
  'its approval has changed': {
    event: { type: 'approval changed' },
    leads: { requested: ['requested', 'card'], 'awaiting approval': ['awaiting approval', 'card'] },
  },
  'an approval that its run waits for has changed': {
    event: { type: 'approval changed' },
    record: { run: { ...run('waiting'), approvals: [{ id: '1', name: 'Go live' }] } },
    leads: {
      requested: ['requested', 'card'],
      'awaiting approval': ['awaiting approval', 'card'],
      running: ['running', 'card'],
    },
  },
  'another release took its place': {
    event: { type: 'outlived', by: { id: 'next', number: 1043, version: '2.15.0', at: now } },
    leads: { succeeded: ['succeeded', 'card'] },
  },
  'another release took the place of one that failed and stayed': {
    event: { type: 'outlived', by: { id: 'next', number: 1043, version: '2.15.0', at: now } },
    record: { left: { version: '2.14.0' } },
    leads: { succeeded: ['succeeded', 'card'], failed: ['failed', 'card'] },
  },
  'another release took its place already': {
    event: { type: 'outlived', by: { id: 'next', number: 1043, version: '2.15.0', at: now } },
    record: { replacedBy: { id: 'other', number: 1044, version: '2.15.1', at: now } },
    leads: {},
  },
  rejected: {
    event: { type: 'decided', outcome: { state: 'rejected', by: avery, reason: 'no', at: 5 } },
    leads: { requested: ['rejected', ...told], 'awaiting approval': ['rejected', ...told] },
  },
  expired: {
    event: { type: 'decided', outcome: { state: 'expired', at: 5 } },
    leads: { requested: ['expired', ...told], 'awaiting approval': ['expired', ...told] },
  },
  'lapsed by its approval': {
    event: { type: 'decided', outcome: { state: 'lapsed', reason: 'It is gone.', at: 5 } },
    leads: { requested: ['cancelled', ...told], 'awaiting approval': ['cancelled', ...told, 'withdraw'] },
  },
  lapsed: {
    event: { type: 'lapsed', reason: 'It is gone.' },
    leads: {
      requested: ['cancelled', ...told],
      'awaiting approval': ['cancelled', ...told, 'withdraw'],
      approved: ['cancelled', ...told],
    },
  },
  'replaced by a newer request': {
    event: { type: 'replaced', by: { number: 1043, version: '2.15.0', requester: avery } },
    leads: {
      requested: ['superseded', ...told, 'withdraw'],
      'awaiting approval': ['superseded', ...told, 'withdraw'],
    },
  },
  'an emergency, replaced by a newer request': {
    event: { type: 'replaced', by: { number: 1043, version: '2.15.0', requester: avery } },
    record: { emergency: true },
    leads: {},
  },
  'cancelled by somebody else': {
    event: { type: 'cancel', by: avery },
    record: { runId: 'run-1', approvedAt: 5 },
    leads: {
      requested: ['cancelled', 'audit', 'card', 'reply', 'withdraw'],
      'awaiting approval': ['cancelled', 'audit', 'card', 'reply', 'withdraw'],
      approved: ['cancelled', 'audit', 'card', 'reply'],
      running: ['running', 'audit', 'stop', 'card'],
      verifying: ['verifying', 'audit', 'card'],
    },
  },
  'cancelled before its run has begun': {
    event: { type: 'cancel', by: dana },
    leads: {
      requested: ['cancelled', 'audit', 'card', 'withdraw'],
      'awaiting approval': ['cancelled', 'audit', 'card', 'withdraw'],
      approved: ['cancelled', 'audit', 'card'],
      running: ['running', 'audit', 'card'],
      verifying: ['verifying', 'audit', 'card'],
    },
  },
  began: {
    event: { type: 'began', replaces: old, before: healthy },
    leads: { approved: ['running', 'audit', 'start', 'card'] },
  },
  blocked: { event: { type: 'blocked', by: 1041 }, leads: { approved: ['approved', 'card'] } },
  'an emergency that skips a new freeze, too': {
    event: { type: 'skips more', rules: [freeze] },
    record: { emergency: true, skipped: [] },
    leads: { approved: ['approved', 'card', 'begin'] },
  },
  'an emergency that skips a known freeze, which ends later by now': {
    event: { type: 'skips more', rules: [{ ...freeze, detail: 'until 19:00' }] },
    record: { emergency: true, skipped: [freeze] },
    leads: { approved: ['approved'] },
  },
  superseded: { event: { type: 'superseded', reason: 'x' }, leads: { approved: ['superseded', ...told] } },
  'start tried': { event: { type: 'start tried', connection: 'memory' }, leads: { running: ['running'] } },
  'start failed': { event: { type: 'start failed', reason: 'x' }, leads: { running: ['failed', ...told] } },
  'run started': {
    event: { type: 'run started', runId: 'run-1' },
    leads: { running: ['running', 'card'], unclear: ['running', 'card'] },
  },
  'run started after a cancel': {
    event: { type: 'run started', runId: 'run-1' },
    record: { cancelRequestedBy: dana },
    leads: { running: ['running', 'stop', 'card'], unclear: ['running', 'stop', 'card'] },
  },
  'run goes on': {
    event: { type: 'run seen', run: run('running'), serving: undefined, aftermath },
    record: { runId: 'run-1' },
    leads: { running: ['running', 'card'] },
  },
  'run of another key': {
    event: { type: 'run seen', run: run('succeeded'), serving: old, aftermath },
    record: { runId: 'run-2' },
    leads: {},
  },
  'run succeeded': {
    event: { type: 'run seen', run: run('succeeded'), serving: { version: '2.14.0', commit: 'new' }, aftermath },
    record: { runId: 'run-1' },
    leads: { running: ['verifying', 'card'] },
  },
  'run failed and put back': {
    event: { type: 'run seen', run: run('failed'), serving: old, aftermath },
    record: { runId: 'run-1' },
    leads: { running: ['failed', 'audit', 'card', 'reply', 'health'] },
  },
  'run failed half-way': {
    event: { type: 'run seen', run: run('failed'), serving: { version: '2.14.0', commit: 'new' }, aftermath },
    record: { runId: 'run-1' },
    leads: { running: ['running', 'audit', 'roll back', 'card'] },
  },
  'rollback failed half-way': {
    event: { type: 'run seen', run: run('failed'), serving: undefined, aftermath },
    record: { runId: 'run-1', kind: 'rollback' },
    leads: { running: ['failed', 'audit', 'card', 'reply', 'health'] },
  },
  'run failed half-way where nothing is rolled back': {
    event: {
      type: 'run seen',
      run: run('failed'),
      serving: undefined,
      aftermath: { ...aftermath, rollBackAutomatically: false },
    },
    record: { runId: 'run-1' },
    leads: { running: ['failed', 'audit', 'card', 'reply', 'health'] },
  },
  'run cancelled': {
    event: { type: 'run seen', run: run('canceled'), serving: old, aftermath },
    record: { runId: 'run-1', cancelRequestedBy: avery },
    leads: { running: ['cancelled', 'audit', 'card', 'reply'] },
  },
  'run dropped for a newer one': {
    event: { type: 'run seen', run: run('superseded'), serving: old, aftermath },
    record: { runId: 'run-1' },
    leads: { running: ['superseded', 'audit', 'card', 'reply'] },
  },
  'run dropped while the newer one changes what is live: nothing is put back': {
    event: { type: 'run seen', run: run('superseded'), serving: { version: '2.15.0', commit: 'newer' }, aftermath },
    record: { runId: 'run-1' },
    leads: { running: ['superseded', 'audit', 'card', 'reply'] },
  },
  ...Object.fromEntries(
    (['queued', 'waiting', 'stopping'] as const).map((state): [string, Row] => [
      `run ${state}`,
      {
        event: { type: 'run seen', run: run(state), serving: undefined, aftermath },
        record: { runId: 'run-1' },
        leads: { running: ['running', 'card'] },
      },
    ]),
  ),
  'look failed': {
    event: { type: 'look failed' },
    leads: { approved: ['approved'], running: ['running'], verifying: ['verifying'], unclear: ['unclear'] },
  },
  lost: { event: { type: 'lost', reason: 'x' }, leads: { running: ['unclear', 'audit', 'card'] } },
  'healthy at the end': {
    event: { type: 'health seen', at: now, look: healthy, serving: undefined, aftermath },
    record: { runId: 'run-1', verifyUntil: now },
    leads: { verifying: ['succeeded', 'audit', 'card', 'reply', 'health', 'retire'] },
  },
  'healthy before the end': {
    event: { type: 'health seen', at: now, look: healthy, serving: undefined, aftermath },
    record: { verifyUntil: now + 1, after: healthy },
    leads: { verifying: ['verifying'] },
  },
  'down once': {
    event: { type: 'health seen', at: now, look: down, serving: undefined, aftermath },
    record: { verifyUntil: now + 1, after: healthy },
    leads: { verifying: ['verifying', 'card'] },
  },
  'down twice': {
    event: { type: 'health seen', at: now, look: down, serving: undefined, aftermath },
    record: { verifyUntil: now + 1, after: down },
    leads: { verifying: ['verifying', 'audit', 'roll back', 'card'] },
  },
  'unknown at the end, twice': {
    event: { type: 'health seen', at: now, look: { ...down, state: 'unknown' }, serving: old, aftermath },
    record: { verifyUntil: now, after: { ...down, state: 'unknown' } },
    leads: { verifying: ['verifying'] },
  },
  'unknown, then degraded at the end': {
    event: { type: 'health seen', at: now, look: { ...down, state: 'degraded' }, serving: old, aftermath },
    record: { verifyUntil: now, after: { ...down, state: 'unknown' } },
    leads: { verifying: ['verifying', 'card'] },
  },
  'unknown for a minute after the end': {
    event: { type: 'health seen', at: now + 60_000, look: { ...down, state: 'unknown' }, serving: old, aftermath },
    record: { verifyUntil: now, after: { ...down, state: 'unknown' } },
    leads: { verifying: ['failed', ...told] },
  },
  'canceled while it is verified': {
    event: { type: 'health seen', at: now, look: healthy, serving: undefined, aftermath },
    record: { verifyUntil: now + 1, cancelRequestedBy: avery },
    leads: { verifying: ['verifying', 'audit', 'roll back', 'card'] },
  },
  'canceled while it is verified, where nothing is rolled back': {
    event: {
      type: 'health seen',
      at: now,
      look: healthy,
      serving: undefined,
      aftermath: { ...aftermath, rollBackAutomatically: false },
    },
    record: { verifyUntil: now + 1, cancelRequestedBy: avery },
    leads: { verifying: ['cancelled', ...told] },
  },
  'rollback seen': {
    event: { type: 'rollback seen', rollback: { number: 1043, state: 'running' } },
    record: putBack,
    leads: { running: ['running', 'card'], verifying: ['verifying', 'card'] },
  },
  'rollback succeeded': {
    event: { type: 'rollback ended', rollback: { number: 1043, state: 'succeeded' } },
    record: putBack,
    leads: { running: ['rolled back', ...told], verifying: ['rolled back', ...told] },
  },
  'rollback failed': {
    event: { type: 'rollback ended', rollback: { number: 1043, state: 'failed' } },
    record: putBack,
    leads: { running: ['failed', ...told], verifying: ['failed', ...told] },
  },
  'settled: it ran': {
    event: { type: 'settled', as: 'ran', ...settled },
    leads: { unclear: ['verifying', 'audit', 'card'] },
  },
  'settled: again': {
    event: { type: 'settled', as: 'again', ...settled },
    leads: { unclear: ['running', 'audit', 'start', 'card'] },
  },
  'settled: not': {
    event: { type: 'settled', as: 'not', ...settled },
    leads: { unclear: ['cancelled', 'audit', 'audit', 'card', 'reply'] },
  },
};

describe('the workflow of a deployment', () => {
  for (const [name, { event, record, leads }] of Object.entries(table))
    it(`${name}: ${
      Object.entries(leads)
        .map(([from, [to]]) => `${from} -> ${to}`)
        .join(', ') || 'never changes anything'
    }`, () => {
      for (const state of states) {
        const before = inState(state, record);
        const verdict = decide(before, event);
        const expected = leads[state];
        if (!expected) {
          assert.ok('refused' in verdict, `${name} in ${state} must be refused`);
          assert.match(verdict.refused, /D-1042/);
          continue;
        }
        assert.ok('record' in verdict, `${name} in ${state} must lead to ${expected[0]}`);
        assert.deepEqual([verdict.record.state, ...kindsOf(verdict)], expected, `${name} in ${state}`);
        assert.equal(verdict.record.wakeAt, nextLookAt(verdict.record, now, pollMs));
      }
    });

  it('begins with a request, which requests approval once', () => {
    const asked = inState('requested');
    assert.deepEqual(kindsOf(change(undefined, { type: 'requested', deployment: asked })), [
      'audit',
      'ask',
      'supersede',
    ]);
    const urgent = inState('requested', { emergency: true });
    assert.deepEqual(kindsOf(change(undefined, { type: 'requested', deployment: urgent })).slice(2), [
      'supersede',
      'review',
    ]);
    const automatic = inState('requested', { requester: gavel, rollbackOf: 'o' });
    assert.deepEqual(kindsOf(change(undefined, { type: 'requested', deployment: automatic })), ['audit', 'ask']);
    assert.ok('refused' in decide(asked, { type: 'requested', deployment: asked }));
    assert.ok('refused' in decide(undefined, { type: 'asked' }), 'nothing becomes of what is not there');
  });

  it('continues the numbering of effects from the record: work done under a key stays done', () => {
    const first = change(inState('requested'), { type: 'admitted' });
    const kept = withEffects({ pending: [], effectsMade: 3 }, first.record, first.effects ?? [], now);
    const second = change(first.record, { type: 'blocked', by: 3 });
    const after = withEffects({ ...kept, pending: [] }, second.record, second.effects ?? [], now);
    assert.deepEqual(
      [...kept.pending, ...after.pending].map(({ key }) => key),
      ['4:card', '5:begin', '6:card'],
    );
    assert.equal(deploymentWorkflow.keyPrefix, 'deployment');
  });

  it('records on the original when its rollback has ended', () => {
    const automatic = inState('running', { kind: 'rollback', requester: gavel, rollbackOf: 'o', approvedAt: 1 });
    const ended = change(automatic, { type: 'start failed', reason: 'x' });
    assert.deepEqual(kindsOf(ended), ['audit', 'card', 'tell original']);
  });

  it('starts again with a new key only if the old one is known to have been a run', () => {
    const event: DeploymentEvent = { type: 'settled', as: 'again', ...settled };
    const { record: never } = change(inState('unclear'), event);
    const { record: gone } = change(inState('unclear', { runId: 'run-1' }), event);
    assert.equal(never.runKey, 'key');
    assert.equal(gone.runKey, 'key-2');
    assert.equal(gone.runId, undefined);
  });

  it('is checked again while something is in progress outside, and left alone otherwise', () => {
    const waking = states.filter((state) => nextLookAt(inState(state, { runId: 'run-1' }), now, 1000) !== undefined);
    assert.deepEqual(waking, ['running', 'verifying', 'unclear']);
    assert.equal(nextLookAt(inState('running', { runId: 'r', looksFailed: 2 }), now, 1000), now + 4000);
    assert.equal(nextLookAt(inState('running', { runId: 'r', rollbackId: 'r' }), now, 1000), undefined);
    assert.equal(nextLookAt(inState('approved', { waitsFor: 3 }), now, 1000), now + 1000);
    assert.equal(nextLookAt(inState('verifying', { verifyUntil: now + 300 }), now, 1000), now + 300);
    assert.equal(nextLookAt(inState('verifying', { verifyUntil: now + 9000 }), now, 1000), now + 1000);
    assert.equal(nextLookAt(inState('verifying', { verifyUntil: now }), now, 1000), now + 1000);
  });
});
