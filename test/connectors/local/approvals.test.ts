import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PipelineStart, RunStatus, WaitingRun } from '../../../src/connectors/contract';
import { createLocalPipelines } from '../../../src/connectors/local/pipelines';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { eventually, LocalWorld } from './local-world';

describe('a pipeline of connector local that waits for a decision', () => {
  const world = new LocalWorld();
  const opened: { close(): Promise<void> }[] = [];
  const by = { id: 'entra:avery', name: 'Avery Approver' };
  const comment = 'Approved by Avery Approver in Gavel (A-1)';
  after(async () => {
    await Promise.all(opened.map((each) => each.close()));
    await world.end();
  });

  function connect(targets = world.targets) {
    const { dataDir, environment } = world;
    const options = { dataDir, environment, pace: 0.01, runnable: ['*'], targets: () => targets };
    const source = createLocalPipelines({ ...options, clock: systemClock, logger: silentLogger });
    opened.push(source);
    return source;
  }
  type Source = ReturnType<typeof connect>;
  const startOf = (key: string): PipelineStart => ({
    ...{ key, pipeline: 'pay-refunds', values: { limit: '100' }, askedAt: Date.now() },
    by: { id: 'entra:dana', name: 'Dana Developer' },
  });

  /** Starts it, and resolves when it waits. */
  async function begin(source: Source, key: string): Promise<WaitingRun> {
    const { id } = await source.start(startOf(key));
    return eventually(async () => (await source.approvals.waiting()).find((run) => run.id === id));
  }
  const statusWhen = (source: Source, id: string, is: (status: RunStatus) => boolean): Promise<RunStatus> =>
    eventually(async () => {
      const status = await source.runStatus(id);
      return status && is(status) && status;
    });
  const hasEnded = ({ endedAt }: RunStatus): boolean => endedAt !== undefined;

  it('says what it waits for, whose decision that is, and what an approval has to say', async () => {
    const source = connect();
    const run = await begin(source, 'asks');
    const [step] = run.approvals;
    assert.equal(run.approvals.length, 1);
    assert.deepEqual(
      [run.pipeline, run.title, run.startedBy],
      ['pay-refunds', 'Pay refunds', { name: 'Dana Developer' }],
    );
    assert.match(step?.name ?? '', /^Pay \d+ refunds, \$\d+\.\d\d in total$/);
    assert.deepEqual(step?.target, { service: 'payments', environment: 'production' });
    assert.deepEqual(
      step.asks?.map(({ name, type }) => [name, type]),
      [['pay', 'choice']],
    );
    assert.ok((step.expiresAt ?? 0) > Date.now() + 80_000_000);
    const status = await source.runStatus(run.id);
    assert.deepEqual([status?.state, status?.approvals?.[0]?.id], ['waiting', 'finance']);
    const [elsewhere] = await connect([]).approvals.waiting();
    assert.equal(elsewhere?.approvals[0]?.target, undefined);
    await source.cancelRun(run.id);
    assert.deepEqual(await source.approvals.waiting(), []);
    assert.equal((await statusWhen(source, run.id, hasEnded)).state, 'canceled');
  });

  it('goes on with the values of the approval, and says who decided', async () => {
    const source = connect();
    const { id } = await begin(source, 'approved');
    const decision = { approves: true, comment, answers: { pay: 'the first 5' } };
    assert.equal(await source.approvals.decide(id, 'finance', decision, by, 'key-1'), 'decided');
    const status = await statusWhen(source, id, hasEnded);
    assert.equal(status.state, 'succeeded', status.reason);
    assert.match(status.steps[2]?.detail ?? '', /^5 paid/);
    assert.deepEqual(
      status.decisions?.map(({ at: _, ...decided }) => decided),
      [{ approval: 'finance', approves: true, by: 'Gavel', comment }],
    );
    assert.equal(status.approvals, undefined);
  });

  it('ends when it’s rejected, and pays nothing', async () => {
    const source = connect();
    const { id } = await begin(source, 'rejected');
    const decision = { approves: false, comment: 'Rejected by Avery Approver in Gavel (A-1): the sum is wrong' };
    await source.approvals.decide(id, 'finance', decision, by, 'key-2');
    const status = await statusWhen(source, id, hasEnded);
    assert.equal(status.state, 'failed');
    assert.match(status.reason ?? '', /^Rejected by Avery Approver in Gavel \(A-1\): the sum is wrong$/);
    assert.equal(status.steps[2]?.state, 'skipped');
  });

  it('is decided once: by the first of two, by somebody outside Gavel, or not again after its end', async () => {
    const source = connect();
    const { id } = await begin(source, 'once');
    const yes = { approves: true, comment };
    const decide = (key: string, approves: boolean) =>
      connect().approvals.decide(id, 'finance', { ...yes, approves }, by, key);
    const answers = await Promise.all([decide('one', true), decide('other', false), decide('third', true)]);
    assert.deepEqual(answers.sort(), ['already decided', 'already decided', 'decided']);
    const { decisions = [] } = await statusWhen(source, id, hasEnded);
    assert.equal(decisions.length, 1);
    const winner = decisions[0]?.approves === false ? 'other' : undefined;
    if (winner) assert.equal(await decide(winner, false), 'decided');
    assert.equal(await decide('fourth', true), 'already decided');

    const { id: outside } = await begin(source, 'outside');
    const script = join(__dirname, '../../../sandbox/pipelines/decide.js');
    const folder = join(world.dataDir, 'pipeline-runs', outside);
    execFileSync(process.execPath, [script, folder, 'reject', 'Kim', 'not today']);
    assert.equal(await source.approvals.decide(outside, 'finance', yes, by, 'late'), 'already decided');
    const told = await statusWhen(source, outside, hasEnded);
    assert.equal(told.reason, 'rejected by Kim: not today');
    assert.deepEqual(
      told.decisions?.map(({ approves, by: who, comment: why }) => [approves, who, why]),
      [[false, 'Kim', 'not today']],
    );
  });

  it('waits on after Gavel was killed, and takes its decision from the next one', async () => {
    const { id } = await begin(connect(), 'killed');
    for (const each of opened.splice(0)) await each.close();
    const next = connect();
    assert.deepEqual(
      (await next.approvals.waiting()).map((run) => run.id),
      [id],
    );
    await next.approvals.decide(id, 'finance', { approves: true, comment }, by, 'key-3');
    assert.equal((await statusWhen(next, id, hasEnded)).state, 'succeeded');
    assert.ok(readdirSync(join(world.dataDir, 'pipeline-runs', id)).includes('decision.json'));
  });
});
