import assert from 'node:assert/strict';
import type { Deployment } from '../../../../src/features/deployments';
import { verificationLook } from '../../../../src/features/deployments/run/facts';
import type { HealthReport } from '../../../../src/features/health';

const report: HealthReport = {
  ...{ service: 'shop', environment: 'staging', state: 'healthy', since: 0, trouble: '', loneFailure: false },
  running: { version: '2.13.0', commit: '2'.repeat(40), since: 0 },
  figures: undefined,
  readAt: 5,
};

describe('the look of a verification', () => {
  const lookAt = (version: string, commit: string) => verificationLook(report, { version, commit } as Deployment);

  it('has the state that the cards show', () => assert.equal(lookAt('2.13.0', '2'.repeat(40)).state, 'healthy'));

  it('says that another release is live, and never that a healthy service is down', () => {
    const look = lookAt('2.14.0', '3'.repeat(40));
    assert.deepEqual([look.state, look.trouble], ['not live', '2.13.0 is live instead of 2.14.0']);
  });
});
