import assert from 'node:assert/strict';
import type { Deployment } from '../../../src/features/deployments/contract';
import { deploymentTransition } from '../../../src/features/deployments/workflow';
import { describeNext } from '../../../src/features/deployments/request';
import { describeEnd, statusNow } from '../../../src/features/deployments/text';
import { people } from '../fakes';
import { asked } from './picker/picker-world';

describe('the answer right after a request', () => {
  const table: [string, Partial<Deployment>, readonly Deployment[], boolean, RegExp][] = [
    ['nothing else there', {}, [], false, /^The deployment starts now\.$/],
    ['an approval is needed', {}, [], true, /waiting for approval/],
    ['an approval was given', { state: 'approved' }, [], true, /^The deployment starts now\.$/],
    ['another one runs', {}, [asked(1041, { state: 'running' })], false, /starts when D-1041 finishes/],
    ['an older one is approved', {}, [asked(1041, { state: 'approved' })], false, /starts when D-1041 finishes/],
    [
      'another was asked for at the same moment',
      {},
      [asked(1043)],
      false,
      /no other deployment of shop is running in production/,
    ],
    [
      'an emergency while another one runs',
      { emergency: true },
      [asked(1041, { state: 'running' })],
      true,
      /starts when D-1041 finishes/,
    ],
    [
      'an emergency before what is approved',
      { emergency: true },
      [asked(1041, { state: 'approved' })],
      true,
      /no other deployment/,
    ],
    ['it runs already', { state: 'running' }, [], false, /card shows/],
    ['a rule holds it', { state: 'approved', heldBy: 'x' }, [], true, /once nothing blocks it/],
    ['it has ended', { state: 'superseded' }, [], false, /Its card shows the result/],
  ];
  for (const [what, more, others, needsApproval, words] of table)
    it(what, () => assert.match(describeNext(asked(1042, more), others, needsApproval), words));
});

describe('how a deployment ended, in words', () => {
  const at = Date.parse('2026-11-20T13:51:00Z');
  const ended = (reason: string) => ({ by: asked(1).requester, reason, at });
  const rolledBack = { state: 'rolled back', replaces: { version: '2.13.2', commit: 'c', since: 0 } } as const;
  const table: [string, Partial<Deployment>, string][] = [
    [
      'superseded by a newer request',
      {
        state: 'superseded',
        ended: { ...ended('superseded by D-1004'), successor: { number: 1004, version: '2.14.1' } },
      },
      '**Superseded by D-1004**, which requests 2.14.1 instead. This request didn’t deploy anything.',
    ],
    [
      'superseded by what is live',
      { state: 'superseded', ended: ended('2.14.0 runs in production already') },
      '**Not started**: 2.14.0 runs in production already. This request didn’t deploy anything.',
    ],
    [
      'superseded in the system that ran it',
      {
        state: 'superseded',
        runId: 'r',
        left: { version: '2.13.0' },
        ended: { ...ended('Buildbot dropped it for a newer request'), by: undefined },
      },
      '**Superseded**: Buildbot dropped it for a newer request. 2.13.0 is live in production.',
    ],
    [
      'succeeded',
      { state: 'succeeded', ended: ended('') },
      '**2.14.0 went live at 13:51** and passed verification at 13:51. All metrics are within their limits.',
    ],
    [
      'canceled before it ran',
      { state: 'cancelled', ended: ended('') },
      '**Canceled by Dana Developer at 13:51.** Nothing was deployed: production stays as it was.',
    ],
    [
      'succeeded, and a later release has replaced it',
      {
        state: 'succeeded',
        ended: ended(''),
        replacedBy: { id: 'next', number: 1058, version: '2.14.1', at: at + 3_600_000 },
      },
      '**Live from 13:51 to 14:51.** Then 2.14.1 replaced it (D-1058).',
    ],
    [
      'rolled back after it failed verification',
      { ...rolledBack, failure: { during: 'verification', reason: 'the error rate is 7.9% (limit 1%)', at } },
      '**2.13.2 is live again in production.** Gavel rolled back 2.14.0, which failed verification: the error rate was 7.9% (limit 1%).',
    ],
    [
      'rolled back because somebody canceled it',
      {
        ...rolledBack,
        cancelRequestedBy: people.dana,
        failure: { during: 'verification', reason: 'canceled by Dana Developer', at },
      },
      '**2.13.2 is live again in production.** Gavel rolled back 2.14.0, which was canceled by Dana Developer before it was verified.',
    ],
    [
      'rejected',
      { state: 'rejected', ended: ended('no') },
      '**Rejected by Dana Developer at 13:51**: “no”. Nothing was deployed: production stays as it was.',
    ],
    [
      'expired',
      { state: 'expired', ended: { ...ended(''), by: undefined } },
      '**Expired: it wasn’t approved in time.** Nothing was deployed: production stays as it was.',
    ],
  ];
  for (const [what, more, words] of table)
    it(what, () =>
      assert.equal(describeEnd(asked(1003, more), { now: at, timeZone: 'UTC' }).replaceAll('\u00a0', ' '), words),
    );
});

describe('what the band of a deployment says', () => {
  const table: [string, Partial<Deployment>, string][] = [
    ['approved', { state: 'approved' }, 'approved'],
    ['queued behind another', { state: 'approved', waitsFor: 1041 }, 'queued'],
    ['held by a freeze, whatever it waits for', { state: 'approved', waitsFor: 1041, heldBy: 'it is frozen' }, 'held'],
    ['running, although a freeze began', { state: 'running', heldBy: 'it is frozen' }, 'running'],
    ['being stopped', { state: 'running', cancelRequestedBy: people.dana }, 'stopping'],
  ];
  for (const [what, more, status] of table)
    it(`is “${status}” when it’s ${what}`, () => assert.equal(statusNow(asked(1042, more)), status));
});

describe('a click that comes too late', () => {
  it('names the request that superseded it, and not a person', () => {
    const by = { ...asked(1043, { version: '2.14.1' }), id: 'next' };
    const event = { type: 'replaced', by } as const;
    const step = deploymentTransition(asked(1042), event, { now: 0, pollMs: 1 });
    assert.ok('record' in step);
    const late = deploymentTransition(step.record, event, { now: 0, pollMs: 1 });
    assert.deepEqual(late, { refused: 'D-1042 was already superseded by D-1043. Nothing was changed.' });
  });
});
