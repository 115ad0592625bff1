import assert from 'node:assert/strict';
import type { RunStatus } from '../../src/connectors/contract';
import type { ServicesByName } from '../../src/connectors/machine/by-name';
import { guardConnection } from '../../src/connectors/guards';
import { systemClock } from '../../src/core/time/clock';
import { openLocally } from '../systems';
import { ConnectorError } from '../../src/core/errors';
import { sought } from './run-requests';

const token = ['ghp_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'].join('');
const leaks = [
  'password=hunter2hunter2',
  'Authorization: Bearer abc.def.ghi',
  `pushing with ${token}`,
  'db is postgres://app:s3cr3tpw@db/x',
  '\u001B[31mpass\u001B[0mword\u001B[39m=\u001B[1mc0l0red\u001B[0m',
  '\u001B]8;;https://x.example\u0007api\u200B_key\u001B]8;;\u0007: l1nked',
];
const secretWords = ['hunter2', 'abc.def', 'ghp_', 's3cr3tpw', 'c0l0red', 'l1nked'];

class LeakyPipelines {
  readonly lines = leaks;
  async startRun(): Promise<{ id: string }> {
    throw new ConnectorError('leaky', 'rate limited', `no access with ${token}`, {
      ...{ cause: new Error(token), retryAfterMs: 5_000 },
    });
  }
  async findRun(): Promise<{ found: 'none' }> {
    return { found: 'none' };
  }
  async runStatus(id: string): Promise<RunStatus> {
    const steps = [{ name: 'deploy', state: 'failed' as const, detail: leaks[0] ?? '' }];
    const times = { startedAt: 1, logReadAt: 2 };
    return { id, state: 'failed', steps, progress: 0, ...times, lastLines: this.lines, reason: leaks.join(' ') };
  }
  async cancelRun(): Promise<void> {}
  async runLog(): Promise<string[]> {
    return [...this.lines, `${'x'.repeat(5_000)} password=hunter2`];
  }
}

const leaky: ServicesByName = {
  pipelines: new LeakyPipelines(),
  sourceControl: {
    releases: async () => [{ version: '1.0.0', commit: '0123456789abcdef0123456789abcdef01234567', createdAt: 1 }],
    release: async () => undefined,
    commitsBetween: async () => ({
      commits: [{ id: 'c', message: `Use ${token}`, author: 'Dana Developer', committedAt: 1 }],
      direction: 'forward',
    }),
  },
  check: async () => [{ about: 'all of it', problem: `${leaks[3]} can’t be reached` }],
  close: async () => undefined,
};

describe('a connection behind the mask', () => {
  const connection = guardConnection(openLocally(leaky), { name: 'leaky', telemetry: undefined, clock: systemClock });
  const target = { service: 'shop', environment: 'production' };
  const pipelines = connection.bind('pipelines', {}, target);
  const source = connection.bind('source', {}, target);
  const read = async (): Promise<string> =>
    JSON.stringify([
      await pipelines?.runStatus('0123456789abcdef0123456789abcdef'),
      await pipelines?.runLog('1', 10),
      await source?.commitsBetween(undefined, '1.0.0'),
      await connection.check(),
    ]);

  it('shows no secret of a run, a commit or a check', async () => {
    const seen = await read();
    for (const word of secretWords) assert.ok(!seen.includes(word), `${word} in ${seen}`);
    assert.ok(seen.includes('password=[secret]'));
  });

  it('leaves ids, names and commits as they are', async () => {
    assert.equal((await pipelines?.runStatus('0123456789abcdef0123456789abcdef'))?.id.length, 32);
    assert.equal((await source?.releases())?.[0]?.commit.length, 40);
    assert.deepEqual(await pipelines?.findRun(sought('key')), { found: 'none' });
  });

  it('keeps what an error means and masks what it says', async () => {
    const failed = pipelines?.startRun({} as never);
    await assert.rejects(failed ?? Promise.resolve(), (error: ConnectorError) => {
      assert.deepEqual([error.name, error.failure, error.cause], ['ConnectorError', 'rate limited', undefined]);
      assert.equal(error.retryAfterMs, 5_000);
      return !error.message.includes('ghp_') && !(error.stack ?? '').includes('ghp_');
    });
  });

  it('has no capability that the connector lacks', () =>
    assert.equal(connection.bind('metrics', {}, target), undefined));
});
