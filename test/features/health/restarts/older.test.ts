import assert from 'node:assert/strict';
import { restartWorkflow } from '../../../../src/features/health/restarts/workflow';
import { noor } from '../world';

describe('a restart of the first schema', () => {
  const first = {
    ...{ service: 'shop', environment: 'staging', version: '2.14.0', commit: '3c9f', requester: noor },
    ...{ reason: 'it leaks', requestedAt: 1_000, placeId: 'teams:deployments', correlationId: 'c0ffee' },
    ...{ state: 'failed', stateSince: 2_000, approvedBy: [] },
  };
  const pendingOf = (step: string, kind: string) => ({
    ...{ key: `${step}:${kind}`, kind, detail: { step } },
    ...{ attempts: 2, dueAt: 5_000 },
  });
  const line = {
    ...{ what: 'health.restart', target: 'shop in staging', from: 'teams:deployments', correlationId: 'c0ffee' },
    detail: { reason: 'it leaks', version: '2.14.0' },
  };

  for (const [step, who, at, outcome] of [
    ['asked', noor.id, 1_000, 'asked'],
    ['ended', 'gavel', 2_000, 'failed'],
  ] as const)
    it(`writes the audit line of ${step} as it would have been written, under the same key`, () => {
      const kept = { ...first, pending: [pendingOf(step, 'audit'), pendingOf(step, 'message')] };
      const { pending } = restartWorkflow.spec.upgrade?.(kept, 1) ?? assert.fail();
      assert.deepEqual(pending, [
        { key: step, kind: 'audit', attempts: 2, dueAt: 5_000, detail: { ...line, who, at, outcome } },
        pendingOf(step, 'message'),
      ]);
    });
});
