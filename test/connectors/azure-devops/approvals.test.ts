import assert from 'node:assert/strict';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { readTemplates } from '../../../src/core/catalog/templates';
import { failureOf } from '../http/client-world';
import { asked } from '../run-requests';
import { approvalsOf, openAzure, pipelinesOf } from './connection';
import { AzureDevops } from './double';
import { people } from './world';
import type { PipelineState } from './world';

const { by } = asked;
const approval = { approves: true, comment: 'Approved by Noor Ferreira: tested' };
const rejection = { approves: false, comment: 'Rejected by Noor Ferreira: not today' };

describe('the approvals of Azure DevOps', () => {
  let azure: AzureDevops;
  let connection: OpenConnection;
  let deploy: PipelineState;
  let passed = 0;
  const clock = { now: () => Date.now() + passed, elapsed: () => performance.now() + passed };
  const approvals = () => approvalsOf(connection);
  const status = async (id: string | number) => {
    passed += 60_000;
    return (await pipelinesOf(connection).runStatus(String(id))) ?? assert.fail('there’s no such run');
  };
  const decide = (run: number, id: string, decision: typeof approval = approval) =>
    approvals().decide(String(run), id, decision, by, 'K-7');

  beforeEach(async () => {
    passed = 0;
    azure = await AzureDevops.start();
    deploy = azure.world.pipeline('deploy', undefined, { path: '\\shop' });
    connection = openAzure(azure, { clock, settings: { run: ['shop/*'] } });
  });
  afterEach(async () => {
    await connection.close();
    await azure.close();
  });

  it('are listed with their run, their stage, and who started it', async () => {
    const build = azure.world.build(deploy, {}, { by: people.mara });
    const waiting = azure.world.wait(build, 'Production');
    const [run, ...others] = await approvals().waiting();
    assert.deepEqual(
      [run?.id, run?.pipeline, run?.startedBy, others],
      [String(build.id), 'shop/deploy', { name: 'Mara Lindqvist' }, []],
    );
    const [step] = run?.approvals ?? [];
    assert.deepEqual([step?.id, step?.name, step?.whyNot], [waiting.id, 'Production', undefined]);
    const { state, reason, approvals: pending } = await status(build.id);
    assert.deepEqual([state, reason, pending?.length], ['waiting', 'waiting for approval of Production', 1]);
  });

  it('of other pipelines, and those that are decided, aren’t listed', async () => {
    azure.world.wait(azure.world.build(azure.world.pipeline('secret')), 'Production');
    const decided = azure.world.wait(azure.world.build(deploy), 'Production');
    azure.world.decide(decided, people.gavel, 'approved', 'yes');
    assert.deepEqual(await approvals().waiting(), []);
  });

  it('of a bound pipeline name its target, by the stage where it has several', async () => {
    const values = readTemplates({ deploy: { pipeline: '{service}/deploy' } }).value;
    const bound = openAzure(azure, {
      settings: { run: [] },
      targets: (capability) =>
        capability === 'pipelines'
          ? ['staging', 'production'].map((environment) => ({ service: 'shop', environment, values }))
          : [],
    });
    azure.world.wait(azure.world.build(deploy, {}, { by: people.mara }), 'Production');
    const [run] = await approvalsOf(bound).waiting();
    assert.deepEqual(run?.approvals[0]?.target, { service: 'shop', environment: 'production' });
    await bound.close();
  });

  for (const [decision, expected] of [
    [approval, 'approved'],
    [rejection, 'rejected'],
  ] as const)
    it(`are ${expected} there once, with the person in the comment`, async () => {
      const waiting = azure.world.wait(azure.world.build(deploy), 'Production');
      assert.equal(await decide(waiting.build.id, waiting.id, decision), 'decided');
      assert.equal(waiting.status, expected);
      assert.deepEqual(
        waiting.decided.map(({ comment }) => comment),
        [decision.comment],
      );
      const { decisions, approvals: pending } = await status(waiting.build.id);
      assert.deepEqual(
        decisions?.map((each) => [each.approval, each.approves, each.by, each.comment]),
        [[waiting.id, decision.approves, 'Gavel', decision.comment]],
      );
      assert.equal(pending, undefined);
      assert.equal(await decide(waiting.build.id, waiting.id, decision), 'already decided');
      assert.equal(azure.countOf('decide'), 1);
    });

  it('that somebody has decided there meanwhile aren’t decided again, and the run says by whom', async () => {
    const waiting = azure.world.wait(azure.world.build(deploy), 'Production', [people.gavel, people.mara]);
    azure.world.decide(waiting, people.mara, 'rejected', 'not on Fridays');
    assert.equal(await decide(waiting.build.id, waiting.id), 'already decided');
    assert.equal(azure.countOf('decide'), 0);
    const { decisions } = await status(waiting.build.id);
    assert.deepEqual(
      decisions?.map((each) => [each.approves, each.by, each.comment]),
      [[false, 'Mara Lindqvist', 'not on Fridays']],
    );
  });

  it('whose answer was lost are unclear, and the run tells', async () => {
    const waiting = azure.world.wait(azure.world.build(deploy), 'Production');
    azure.losesAnswerOf.add('decide');
    assert.equal((await failureOf(decide(waiting.build.id, waiting.id))).failure, 'unclear');
    assert.equal((await status(waiting.build.id)).decisions?.length, 1);
    assert.equal(azure.countOf('decide'), 1);
  });

  it('that Gavel can’t decide say why', async () => {
    const others = azure.world.wait(azure.world.build(deploy), 'Europe', [people.mara]);
    const own = azure.world.wait(azure.world.build(deploy), 'America');
    own.blocked.push(people.gavel);
    const listed = (await approvals().waiting()).flatMap((run) => run.approvals);
    assert.deepEqual(
      listed.map(({ name, whyNot }) => [name, whyNot]),
      [
        ['Europe', 'Gavel’s account isn’t an approver of this environment or resource in Azure DevOps.'],
        ['America', 'Gavel’s account started this run, and this approval doesn’t allow that.'],
      ],
    );
    for (const each of [others, own])
      assert.equal((await failureOf(decide(each.build.id, each.id))).failure, 'refused');
    assert.equal(azure.countOf('decide'), 0);
  });

  it('that need several approvers go on waiting for the others', async () => {
    const waiting = azure.world.wait(azure.world.build(deploy), 'Production', [people.gavel, people.mara], 2);
    assert.equal(await decide(waiting.build.id, waiting.id), 'decided');
    const { state, approvals: pending, decisions } = await status(waiting.build.id);
    assert.deepEqual([state, decisions?.length], ['waiting', 1]);
    assert.match(pending?.[0]?.whyNot ?? '', /needs another approver/);
  });

  it('of another run can’t be decided in its name', async () => {
    const waiting = azure.world.wait(azure.world.build(deploy), 'Production');
    const other = azure.world.build(deploy);
    assert.equal((await failureOf(decide(other.id, waiting.id))).failure, 'refused');
    assert.equal(waiting.status, 'pending');
  });
});
