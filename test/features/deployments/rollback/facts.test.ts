import assert from 'node:assert/strict';
import type { Deployment } from '../../../../src/features/deployments/contract';
import { fatesOf, servedLast, whyNotByFate } from '../../../../src/features/deployments/rollback/facts';
import { people } from '../../fakes';

const served = (version: string) => ({ version, commit: `c-${version}`, since: 0 });

function ran(version: string, replaces: string | undefined, more: Partial<Deployment> = {}): Deployment {
  return {
    number: 1,
    kind: 'deploy',
    service: 'shop',
    environment: 'production',
    version,
    commit: `c-${version}`,
    replaces: replaces === undefined ? undefined : served(replaces),
    requester: people.dana,
    reason: '',
    requestedAt: 1,
    placeId: 'channel:x',
    thread: undefined,
    correlationId: 'c',
    state: 'succeeded',
    stateSince: 1,
    changes: { commits: [], total: 0, direction: 'forward' },
    approvedBy: [],
    runKey: 'key',
    runId: 'run',
    ...more,
  };
}

const failing = { state: 'failed', failure: { reason: 'slow', during: 'verification', at: 1 } } as const;

describe('how releases did in a place', () => {
  const table: [string, readonly Deployment[], Readonly<Record<string, 'verified' | 'left'>>][] = [
    ['nothing happened', [], {}],
    ['a verified release, and what ran before Gavel', [ran('2', '1')], { 1: 'verified', 2: 'verified' }],
    [
      'what was down before Gavel is not verified',
      [ran('2', '1', { before: { at: 1, state: 'down', trouble: '' } })],
      { 2: 'verified' },
    ],
    ['a release that failed its verification', [ran('2', '1', failing)], { 1: 'verified', 2: 'left' }],
    [
      'a release that was rolled back automatically',
      [ran('2', '1', { state: 'rolled back' })],
      { 1: 'verified', 2: 'left' },
    ],
    [
      'a release that is being rolled back',
      [ran('2', '1', { state: 'verifying', rollbackId: 'r' })],
      { 1: 'verified', 2: 'left' },
    ],
    [
      'a verified release that was rolled back by somebody',
      [ran('2', '1'), ran('1', '2', { kind: 'rollback' })],
      { 1: 'verified', 2: 'left' },
    ],
    [
      'the same, verified again later',
      [ran('2', '1'), ran('1', '2', { kind: 'rollback' }), ran('2', '1')],
      { 1: 'verified', 2: 'verified' },
    ],
    [
      'a verified release that failed when it came again',
      [ran('2', '1'), ran('3', '2'), ran('2', '3', failing)],
      { 1: 'verified', 2: 'left', 3: 'verified' },
    ],
    [
      'a run that failed before it changed anything says nothing',
      [
        ran('2', '1'),
        ran('3', '2'),
        ran('2', '3', { state: 'failed', failure: { reason: 'x', during: 'run', at: 1 }, left: { version: '3' } }),
      ],
      { 1: 'verified', 2: 'verified', 3: 'verified' },
    ],
    ['a request that never ran says nothing', [ran('2', '1', { state: 'rejected', runId: undefined })], {}],
    [
      'another commit under the same name is another release',
      [ran('2', '1'), ran('2', '1', { ...failing, commit: 'moved' })],
      { 1: 'verified', 2: 'verified', '2 moved': 'left' },
    ],
  ];
  for (const [what, past, expected] of table)
    it(what, () => {
      const found = [...fatesOf(past).values()].map(({ version, commit, fate }) => [
        commit === `c-${version}` ? version : `${version} ${commit}`,
        fate,
      ]);
      assert.deepEqual(Object.fromEntries(found), expected);
    });

  it('says why a release is not one to roll back to', () => {
    const fates = fatesOf([ran('2', '1', failing)]);
    assert.match(whyNotByFate(fates, served('9'), 'production') ?? '', /9 was never verified in production/);
    assert.match(whyNotByFate(fates, served('2'), 'production') ?? '', /2 failed in production or was rolled back/);
    assert.equal(whyNotByFate(fates, served('1'), 'production'), undefined);
  });

  it('knows what was last live if nothing is known to be live', () => {
    assert.deepEqual(servedLast([ran('1', undefined), ran('2', '1'), ran('3', '2', { runId: undefined })]), {
      version: '2',
      commit: 'c-2',
    });
    assert.equal(servedLast([]), undefined);
  });
});
