import assert from 'node:assert/strict';
import { deploymentWorkflow } from '../../../src/features/deployments/workflow';

/** As the first schema stored it. */
const stored = {
  ...{ number: 1042, kind: 'deploy', service: 'shop', environment: 'production', version: '2.14.0', commit: 'new' },
  ...{ requester: { id: 'entra:dana', name: 'Dana' }, reason: 'the tax fix', requestedAt: 1, stateSince: 7 },
  ...{ placeId: 'channel:x', correlationId: 'c', state: 'running', effectsMade: 5 },
};
const pending = (key: string, kind: string, detail?: object): object => ({ key, kind, detail, attempts: 2, dueAt: 9 });

function detailsOf(...effects: readonly object[]): unknown[] {
  const upgraded = deploymentWorkflow.spec.upgrade?.({ ...stored, pending: effects }, 1) as typeof stored & {
    readonly pending: readonly { readonly detail?: unknown }[];
  };
  assert.equal(upgraded.effectsMade, 5);
  return upgraded.pending.map(({ detail }) => detail);
}

const line = {
  ...{ target: 'D-1042 shop in production', from: 'channel:x', correlationId: 'c' },
  detail: { kind: 'deploy', version: '2.14.0' },
};

describe('deployments of earlier versions with pending effects', () => {
  it('write the audit lines that they would have written then', () => {
    assert.deepEqual(
      detailsOf(
        pending('1:audit', 'audit', { step: 'requested' }),
        pending('4:audit', 'audit', { step: 'started', at: 5 }),
        pending('5:audit', 'audit', { step: 'ended', who: 'entra:avery', outcome: 'cancelled', at: 6 }),
        pending('6:audit', 'audit', { step: 'unclear' }),
      ),
      [
        {
          ...{ ...line, at: 1, who: 'entra:dana', what: 'deployments.request', outcome: 'requested' },
          detail: { ...line.detail, reason: 'the tax fix' },
        },
        { ...line, at: 5, who: 'gavel', what: 'deployments.start', outcome: 'started' },
        { ...line, at: 6, who: 'entra:avery', what: 'deployments.end', outcome: 'cancelled' },
        { ...line, at: 7, who: 'gavel', what: 'deployments.unclear', outcome: 'unclear' },
      ],
    );
  });

  it('keep the lines of the second schema, which are whole', () => {
    const whole = pending('1:audit', 'audit', { ...line, at: 1, who: 'entra:dana', outcome: 'requested' });
    assert.deepEqual(deploymentWorkflow.spec.upgrade?.({ ...stored, pending: [whole] }, 2).pending, [whole]);
  });

  for (const [reason, facts] of [
    ['D-1004 asks for 2.14.1 instead', { successor: { number: 1004, version: '2.14.1' } }],
    ['it didn’t run', { neverRan: true }],
    ['2.14.0 runs in production already', {}],
  ] as const)
    it(`know as a fact what their reason only said: ${reason}`, () => {
      const ended = { by: undefined, reason, at: 7 };
      assert.deepEqual(deploymentWorkflow.spec.upgrade?.({ ...stored, ended, pending: [] }, 2).ended, {
        ...ended,
        ...facts,
      });
    });

  it('know a canceled run by the word that runs have now', () => {
    const run = { id: 'r', state: 'cancelled', steps: [] };
    const rollback = { number: 1043, state: 'cancelled', run };
    const upgraded = deploymentWorkflow.spec.upgrade?.({ ...stored, run, rollback, pending: [] }, 3);
    assert.deepEqual(
      [upgraded?.run?.state, upgraded?.rollback?.state, upgraded?.rollback?.run?.state],
      ['canceled', 'cancelled', 'canceled'],
    );
  });

  it('keep everything else as it was', () => {
    const start = pending('2:start', 'start', {});
    const upgraded = deploymentWorkflow.spec.upgrade?.({ ...stored, pending: [start] }, 1);
    assert.deepEqual(upgraded, { ...stored, pending: [start] });
  });
});
