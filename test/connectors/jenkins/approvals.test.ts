import assert from 'node:assert/strict';
import type { WaitingRun } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { asked } from '../run-requests';
import { approvalsOf, openJenkins, pipelinesOf } from './connection';
import { Jenkins } from './double';
import { keyed } from './world';
import type { BuildState } from './world';

const { by } = asked;
const yes = { approves: true, comment: 'Approved by Noor Ferreira: looks good' };
const no = { approves: false, comment: 'Rejected by Noor Ferreira: not today' };
const start = { key: 'K-1', pipeline: 'shop/deploy', values: {}, ...asked };
const go = { id: 'Go-live', message: 'Deploy to production?', parameters: [] };

describe('an input step of Jenkins', () => {
  let jenkins: Jenkins;
  const open: OpenConnection[] = [];

  beforeEach(async () => {
    jenkins = await Jenkins.start();
    jenkins.job('shop/deploy', keyed);
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
    await jenkins.close();
  });

  function connect(settings: object = {}): OpenConnection {
    const opened = openJenkins(jenkins, { settings });
    open.push(opened);
    return opened;
  }

  /** A run that waits. */
  async function waitIn(connection: OpenConnection, input: object = {}): Promise<{ build: BuildState; id: string }> {
    const { id } = await pipelinesOf(connection).start(start);
    const build = jenkins.begin();
    build.wait({ ...go, ...input });
    return { build, id };
  }
  const waitingOf = async (connection: OpenConnection): Promise<WaitingRun> =>
    (await approvalsOf(connection).waiting())[0] ?? assert.fail('nothing waits');
  const decide = (connection: OpenConnection, waiting: WaitingRun, decision: object = yes) =>
    approvalsOf(connection).decide(waiting.id, waiting.approvals[0]?.id ?? '', { ...yes, ...decision }, by, 'K-9');

  it('shows in the run and among what waits', async () => {
    const connection = connect();
    const { id } = await waitIn(connection);
    const status = await pipelinesOf(connection).runStatus(id);
    assert.deepEqual([status?.state, status?.reason], ['waiting', 'waiting for approval: Deploy to production?']);
    assert.equal(status?.steps[0]?.state, 'waiting');
    const waiting = await waitingOf(connection);
    assert.deepEqual([waiting.id, waiting.pipeline, waiting.startedBy], [id, start.pipeline, { name: 'gavel' }]);
    assert.deepEqual(
      waiting.approvals.map(({ id: approval, name }) => [approval, name]),
      [['Go-live', 'Deploy to production?']],
    );
  });

  it('of a job that nobody may start and nothing deploys with isn’t Gavel’s', async () => {
    await waitIn(connect());
    assert.deepEqual(await approvalsOf(connect({ run: ['docs/*'] })).waiting(), []);
  });

  it('is approved, once, with the person in the description of the build', async () => {
    const connection = connect();
    const { build, id } = await waitIn(connection);
    build.description = 'Release train 12';
    const waiting = await waitingOf(connection);
    assert.equal(await decide(connection, waiting), 'decided');
    assert.equal(build.description, `Release train 12\n${yes.comment}`);
    assert.equal(await decide(connection, waiting, no), 'already decided');
    assert.equal(jenkins.countOf('proceedEmpty', 'proceed', 'abort'), 1);
    assert.deepEqual(await approvalsOf(connection).waiting(), []);
    const status = await pipelinesOf(connection).runStatus(id);
    assert.deepEqual(status?.decisions, [{ approval: 'Go-live', approves: true, by: 'gavel' }]);
    assert.equal(status.state, 'running');
  });

  it('is decided although nobody may change the description', async () => {
    jenkins.keepsDescriptions = true;
    const connection = connect();
    const { build } = await waitIn(connection);
    assert.equal(await decide(connection, await waitingOf(connection)), 'decided');
    assert.equal(build.description, null);
  });

  it('is rejected, which ends the run', async () => {
    const connection = connect();
    const { id } = await waitIn(connection);
    assert.equal(await decide(connection, await waitingOf(connection), no), 'decided');
    const status = await pipelinesOf(connection).runStatus(id);
    assert.deepEqual([status?.state, status?.reason], ['canceled', 'Abgelehnt von gavel']);
    assert.deepEqual([status?.decisions?.[0]?.approves, status?.decisions?.[0]?.by], [false, 'gavel']);
  });

  it('that was decided in Jenkins meanwhile isn’t decided again, and Jenkins says by whom', async () => {
    const connection = connect();
    const { build, id } = await waitIn(connection);
    const waiting = await waitingOf(connection);
    build.inputs = [];
    build.approvers.push('ada');
    assert.equal(await decide(connection, waiting), 'already decided');
    assert.equal(jenkins.countOf('proceedEmpty'), 0);
    const status = await pipelinesOf(connection).runStatus(id);
    assert.deepEqual(status?.decisions, [{ approval: 'Go-live', approves: true, by: 'ada' }]);
  });

  it('isn’t called approved because another one was', async () => {
    const connection = connect();
    const { build, id } = await waitIn(connection);
    const status = async () => (await pipelinesOf(connection).runStatus(id))?.decisions ?? [];
    assert.deepEqual(await status(), []);
    // The script catches the rejection, which Jenkins then keeps nowhere.
    build.inputs = [{ ...go, id: 'Notify' }];
    assert.deepEqual(await status(), []);
    build.inputs = [];
    build.approvers.push('ada');
    assert.deepEqual(await status(), []);
  });

  it('and the next one each have who approved them', async () => {
    const connection = connect();
    const { build, id } = await waitIn(connection);
    const people = async () =>
      (await pipelinesOf(connection).runStatus(id))?.decisions?.map(({ approval, by: who }) => [approval, who]);
    assert.equal(await people(), undefined);
    build.approvers.push('ada');
    build.inputs = [{ ...go, id: 'Notify' }];
    assert.deepEqual(await people(), [['Go-live', 'ada']]);
    build.approvers.push('kim');
    build.inputs = [];
    assert.deepEqual(await people(), [
      ['Go-live', 'ada'],
      ['Notify', 'kim'],
    ]);
  });

  it('whose answer got lost was decided once', async () => {
    const connection = connect();
    await waitIn(connection);
    const waiting = await waitingOf(connection);
    jenkins.losesAnswerOf.add('proceedEmpty');
    assert.equal((await failureOf(decide(connection, waiting))).failure, 'unclear');
    assert.equal(await decide(connection, waiting), 'already decided');
    assert.equal(jenkins.countOf('proceedEmpty'), 1);
  });

  for (const withPages of [false, true])
    it(`isn’t decided by an account that may not${withPages ? ', also if Jenkins says so with the status 200' : ''}`, async () => {
      jenkins.refusesWithPages = withPages;
      const connection = connect();
      const { build } = await waitIn(connection, { submitters: ['ada'] });
      assert.equal((await failureOf(decide(connection, await waitingOf(connection)))).failure, 'refused');
      assert.equal(build.inputs.length, 1);
      assert.equal(build.description, null);
    });

  it('asks for what it has to be told, and gets all of it, with the person', async () => {
    const connection = connect();
    const parameters = [
      { name: 'TICKET' },
      { name: 'NOTIFY', type: 'BooleanParameterDefinition', initial: true },
      { name: 'approvedBy' },
    ];
    const { build } = await waitIn(connection, { parameters });
    const waiting = await waitingOf(connection);
    assert.deepEqual(
      waiting.approvals[0]?.asks?.map(({ name, type }) => [name, type]),
      [
        ['TICKET', 'text'],
        ['NOTIFY', 'boolean'],
      ],
    );
    assert.equal(await decide(connection, waiting, { answers: { TICKET: 'OPS-12' } }), 'decided');
    assert.deepEqual(build.answers, [
      {
        parameter: [
          { name: 'TICKET', value: 'OPS-12' },
          { name: 'NOTIFY', value: true },
          { name: 'approvedBy', value: yes.comment },
        ],
      },
    ]);
  });

  it('that asks for a password is approved in Jenkins alone', async () => {
    const connection = connect();
    await waitIn(connection, { parameters: [{ name: 'LOGIN', type: 'PasswordParameterDefinition' }] });
    const waiting = await waitingOf(connection);
    assert.match(waiting.approvals[0]?.whyNot ?? '', /^It asks for a password/);
    assert.equal(waiting.approvals[0]?.asks, undefined);
    assert.equal((await failureOf(decide(connection, waiting))).failure, 'refused');
    assert.equal(jenkins.countOf('proceed', 'proceedEmpty'), 0);
  });

  it('isn’t seen without the plugin that tells of it', async () => {
    jenkins.hasStages = false;
    const connection = connect();
    const { id } = await waitIn(connection);
    assert.deepEqual(await approvalsOf(connection).waiting(), []);
    assert.equal((await pipelinesOf(connection).runStatus(id))?.state, 'running');
  });
});
