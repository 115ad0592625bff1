import assert from 'node:assert/strict';
import type { Annotation, Systems } from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import type { ConnectorFailure } from '../../../src/core/errors';
import type { Deployment, DeploymentListener } from '../../../src/features/deployments';
import { createMarks } from '../../../src/features/marks';
import { endMarkOf, startMarkOf } from '../../../src/features/marks/text';
import { createFakeWorld, people } from '../fakes';

const minute = 60_000;

const deployment = {
  ...{
    number: 1001,
    kind: 'deploy',
    service: 'shop',
    environment: 'production',
    version: '2.14.0',
    commit: 'c'.repeat(40),
  },
  ...{ requester: people.dana, requestedAt: 1_000, approvedAt: 4_000, approvedBy: [people.avery] },
  ...{ state: 'running', stateSince: 4_500, startTriedAt: 5_000, runId: 'run-1' },
} as unknown as Deployment;
const failed: Deployment = {
  ...deployment,
  ...{ state: 'failed', stateSince: 9_000, ended: { by: undefined, reason: 'it broke', at: 9_000 } },
};

describe('what a deploy mark says', () => {
  it('when it starts', () =>
    assert.deepEqual(startMarkOf('id', deployment), {
      ...{ key: 'deployment:id:start', at: 5_000, title: 'shop 2.14.0 to production' },
      ...{ text: 'D-1001, requested by Dana Developer', tags: ['deploy', 'shop', 'production', 'started'] },
      measurements: [{ name: 'deploy.started', value: 1, unit: 'count' }],
      recorded: { key: 'deployment:id', version: '2.14.0', commit: deployment.commit, state: 'running' },
    }));

  for (const [what, ending, expected] of [
    [
      'that failed',
      failed,
      [9_000, 'shop 2.14.0 to production: failed', 'failed', { wait: 3_000, took: 4_000 }, 'failed'],
    ],
    [
      'that was rolled back without approval',
      { ...failed, state: 'rolled back', approvedBy: [] },
      [9_000, 'shop 2.14.0 to production: rolled back', 'rolled_back', { wait: undefined, took: 4_000 }, 'failed'],
    ],
    [
      'that was canceled',
      { ...failed, state: 'cancelled' },
      [9_000, 'shop 2.14.0 to production: canceled', 'canceled', { wait: 3_000, took: 4_000 }, 'canceled'],
    ],
    ['that never ran', { ...failed, runId: undefined }, undefined],
    ['that goes on', deployment, undefined],
  ] as const)
    it(`of a deployment ${what}`, () => {
      const mark = endMarkOf('id', ending);
      if (!expected) return assert.equal(mark, undefined);
      const [at, title, counted, { wait, took }, recorded] = expected;
      assert.equal(mark?.recorded?.state, recorded);
      assert.deepEqual([mark?.key, mark?.at, mark?.title], ['deployment:id:end', at, title]);
      assert.deepEqual(mark?.measurements, [
        { name: `deploy.${counted}`, value: 1, unit: 'count' },
        { name: 'deploy.duration', value: took, unit: 'ms' },
        ...(wait === undefined ? [] : [{ name: 'deploy.approval_wait', value: wait, unit: 'ms' }]),
      ]);
    });
});

describe('deploy marks', () => {
  let world: ReturnType<typeof createFakeWorld>;
  const listeners: Record<'start' | 'end', DeploymentListener | undefined> = { start: undefined, end: undefined };
  /** Each mark with the system that got it. */
  const got: string[] = [];
  const failures = new Map<string, ConnectorFailure>();

  function open(connections: readonly string[]): void {
    const annotations: Systems['annotations'] = () =>
      connections.map((connection) => ({
        connection,
        async annotate({ key }: Annotation) {
          const failure = failures.get(connection);
          if (failure) throw new ConnectorError(connection, failure, 'as the test wants');
          if (!got.includes(`${connection} ${key}`)) got.push(`${connection} ${key}`);
        },
      }));
    createMarks(
      { ...world.deps, systems: { ...world.deps.systems, annotations } },
      {
        deployments: {
          onStart: (listener) => void (listeners.start = listener),
          onEnd: (listener) => void (listeners.end = listener),
        },
      },
    );
  }

  beforeEach(() => {
    world = createFakeWorld();
    got.length = 0;
    failures.clear();
  });
  afterEach(() => world.close());

  it('reach every system once, however often a deployment says that it started or ended', async () => {
    open(['graphite', 'grafana']);
    for (let times = 0; times < 3; times++) {
      await listeners.start?.('d1', deployment);
      await listeners.end?.('d1', failed);
    }
    await world.pass(minute);
    assert.deepEqual(got.sort(), [
      ...['grafana deployment:d1:end', 'grafana deployment:d1:start'],
      ...['graphite deployment:d1:end', 'graphite deployment:d1:start'],
    ]);
  });

  it('hold up nothing while a system is down, and get there once it is up again', async () => {
    open(['graphite', 'grafana']);
    failures.set('graphite', 'unreachable');
    await listeners.start?.('d1', deployment);
    await world.pass(10 * minute, minute);
    assert.deepEqual(got, ['grafana deployment:d1:start']);
    failures.clear();
    await world.pass(30 * minute, minute);
    assert.deepEqual(got, ['grafana deployment:d1:start', 'graphite deployment:d1:start']);
  });

  for (const failure of ['unreachable', 'refused'] as const)
    it(`are given up in the end where they are ${failure}`, async () => {
      open(['graphite']);
      failures.set('graphite', failure);
      await listeners.start?.('d1', deployment);
      await world.pass(3 * 60 * minute, 5 * minute);
      failures.clear();
      await world.pass(60 * minute, 5 * minute);
      assert.deepEqual(got, []);
    });

  it('are nothing where no system keeps annotations', async () => {
    open([]);
    await listeners.start?.('d1', deployment);
    await world.pass(minute);
    assert.deepEqual(got, []);
  });
});
