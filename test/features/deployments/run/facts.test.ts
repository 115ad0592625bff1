import assert from 'node:assert/strict';
import type { Deployment } from '../../../../src/features/deployments';
import { firstError, verificationLook } from '../../../../src/features/deployments/run/facts';
import type { HealthReport } from '../../../../src/features/health';

const report: HealthReport = {
  ...{ service: 'shop', environment: 'staging', state: 'healthy', since: 0, trouble: '', loneFailure: false },
  live: { found: 'release', running: { version: '2.13.0', commit: '2'.repeat(40), since: 0 } },
  figures: undefined,
  readAt: 5,
};

describe('a check of a verification', () => {
  const lookAt = (version: string, commit: string) => verificationLook(report, { version, commit } as Deployment);

  it('has the state that the cards show', () => assert.equal(lookAt('2.13.0', '2'.repeat(40)).state, 'healthy'));

  it('says that another release is live, and never that a healthy service is down', () => {
    const look = lookAt('2.14.0', '3'.repeat(40));
    assert.deepEqual([look.state, look.trouble], ['not live', '2.13.0 is live instead of 2.14.0']);
  });
});

describe('the first error of a log', () => {
  const log = [
    '14:09:01 ok 4 - gives every result a score',
    '14:09:01   not ok 5 - ranks the best seller first',
    '14:09:01     Expected values to be strictly equal:',
    '14:09:01 ',
    "14:09:01     + 'new teapot'",
    "14:09:01     - 'red teapot'",
    '14:09:02 1 of 8 checks failed: ranks the best seller first',
  ];

  for (const [what, lines, expected] of [
    ['starts at the failing check, without the times', log, ['  not ok 5 - ranks the best seller first', 5]],
    ['knows times with a date and a zone', ['2026-11-20T14:09:01.250Z not ok 5 - x'], ['not ok 5 - x', 1]],
    ['knows times in brackets', ['[14:09:01] Error: out of memory'], ['Error: out of memory', 1]],
    ['is the end where nothing looks like an error', ['one', 'two'], ['one', 2]],
    ['leaves out lines that say the number of errors is zero', ['0 errors', 'failed to push'], ['failed to push', 1]],
  ] as const) {
    it(what, () => {
      const found = firstError(lines);
      assert.deepEqual([found[0], found.length], expected);
    });
  }

  it('leaves out the reason, which the card has told already', () => {
    const reason = '1 of 8 checks failed: ranks the best seller first';
    assert.deepEqual(firstError(log.slice(-1), reason), []);
  });
});
