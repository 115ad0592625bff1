import assert from 'node:assert/strict';
import { onboardingWorkflow } from '../../../src/features/onboarding/workflow';

describe('the first questions in an earlier schema', () => {
  it('still report how the practice deployment ended, under the same key', () => {
    const effect = (key: string, kind: string) => ({ key, kind, attempts: 0, dueAt: 1_000 });
    const pending = [effect('3:follow', 'follow'), effect('4:tell:d17', 'tell:d17')];
    assert.deepEqual(onboardingWorkflow.spec.upgrade?.({ step: 'practice', pending }, 1).pending, [
      effect('3:follow', 'follow'),
      { ...effect('4:tell:d17', 'tell'), detail: { deploymentId: 'd17' } },
    ]);
  });
});
