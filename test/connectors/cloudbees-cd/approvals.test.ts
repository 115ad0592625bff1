import assert from 'node:assert/strict';
import type { WaitingRun } from '../../../src/connectors/contract';
import type { OpenConnection } from '../../../src/connectors/contract/kinds';
import { failureOf } from '../http/client-world';
import { asked } from '../run-requests';
import { approvalsOf, openCloudBees, pipelinesOf } from './connection';
import { CloudBees, person } from './double';
import { keyed } from './world';
import type { Project, RuntimeState } from './world';

const { by } = asked;
const yes = { approves: true, comment: 'Approved by Noor Ferreira: looks good' };
const no = { approves: false, comment: 'Rejected by Noor Ferreira: not today' };
const stagesFor = (
  approvers: readonly string[],
  formal?: readonly { readonly name: string; readonly required: boolean }[],
) => [
  {
    name: 'production',
    tasks: [
      { name: 'sign off', approvers, instruction: 'Look at the dashboard', ...(formal && { formal }) },
      { name: 'deploy' },
    ],
  },
];
const start = { key: 'K-1', pipeline: 'acme/pipeline/deploy', values: {}, ...asked };
const people = [{ person: by.id, credential: 'GAVEL_CD_NOOR' }];

describe('a manual task of CloudBees CD', () => {
  let cloudbees: CloudBees;
  let acme: Project;
  const open: OpenConnection[] = [];

  beforeEach(async () => {
    cloudbees = await CloudBees.start();
    acme = cloudbees.project('acme');
    acme.pipeline('deploy', keyed, stagesFor(['gavel']));
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
    await cloudbees.close();
  });

  function connect(settings: object = {}, targets?: Parameters<typeof openCloudBees>[1]): OpenConnection {
    const opened = openCloudBees(cloudbees, { settings, ...targets });
    open.push(opened);
    return opened;
  }

  /** A run that waits, with its first approval. */
  async function waitIn(connection: OpenConnection): Promise<{ run: RuntimeState; id: string }> {
    const { id } = await pipelinesOf(connection).start(start);
    const run = cloudbees.runtimes[0] ?? assert.fail('a run');
    run.next();
    return { run, id };
  }
  const waitingOf = async (connection: OpenConnection): Promise<WaitingRun> =>
    (await approvalsOf(connection).waiting())[0] ?? assert.fail('nothing waits');
  const decide = (connection: OpenConnection, waiting: WaitingRun, decision: object = yes) =>
    approvalsOf(connection).decide(waiting.id, waiting.approvals[0]?.id ?? '', { ...yes, ...decision }, by, 'K-9');

  it('shows in the run and among what waits, with what it’s for', async () => {
    const connection = connect();
    const { id } = await waitIn(connection);
    const status = await pipelinesOf(connection).runStatus(id);
    assert.deepEqual([status?.state, status?.reason], ['waiting', 'waiting for approval of production: sign off']);
    assert.equal(status?.steps[0]?.detail, 'Look at the dashboard');
    const waiting = await waitingOf(connection);
    assert.deepEqual([waiting.id, waiting.pipeline, waiting.startedBy], [id, start.pipeline, { name: 'gavel' }]);
    assert.deepEqual(
      waiting.approvals.map(({ id: approval, name, whyNot }) => [approval, name, whyNot]),
      [[status?.approvals?.[0]?.id, 'production: sign off', undefined]],
    );
  });

  it('of a pipeline that nobody may start and nothing deploys with isn’t Gavel’s', async () => {
    await waitIn(connect());
    assert.deepEqual(await approvalsOf(connect({ run: ['acme/procedure/*'] })).waiting(), []);
  });

  for (const hidden of [false, true])
    it(`is approved, once, with the person in the evidence${hidden ? ', where errors come with the status 200' : ''}`, async () => {
      cloudbees.hidesErrors = hidden;
      const connection = connect();
      const { run, id } = await waitIn(connection);
      const waiting = await waitingOf(connection);
      assert.equal(await decide(connection, waiting), 'decided');
      const [task] = run.stages[0]?.tasks ?? [];
      assert.deepEqual(task?.decision, { user: 'gavel', action: 'completed', evidence: yes.comment, values: {} });
      assert.equal(await decide(connection, waiting, no), 'already decided');
      assert.equal(cloudbees.countOf('completeManualTask'), 1);
      assert.deepEqual(await approvalsOf(connection).waiting(), []);
      const status = await pipelinesOf(connection).runStatus(id);
      assert.deepEqual(status?.decisions, [{ approval: waiting.approvals[0]?.id, approves: true }]);
      assert.equal(status.state, 'running');
    });

  it('is rejected, which ends the run', async () => {
    const connection = connect();
    const { id, run } = await waitIn(connection);
    assert.equal(await decide(connection, await waitingOf(connection), no), 'decided');
    assert.equal(run.stages[0]?.tasks[0]?.decision?.action, 'failed');
    const status = await pipelinesOf(connection).runStatus(id);
    assert.equal(status?.state, 'failed');
    assert.equal(status.decisions?.[0]?.approves, false);
  });

  it('that was decided in CloudBees CD meanwhile isn’t decided again', async () => {
    const connection = connect();
    const { run } = await waitIn(connection);
    const waiting = await waitingOf(connection);
    run.next();
    assert.equal(await decide(connection, waiting), 'already decided');
    assert.equal(cloudbees.countOf('completeManualTask'), 0);
  });

  it('whose answer got lost was decided once', async () => {
    const connection = connect();
    await waitIn(connection);
    const waiting = await waitingOf(connection);
    cloudbees.losesAnswerOf.add('completeManualTask');
    assert.equal((await failureOf(decide(connection, waiting))).failure, 'unclear');
    assert.equal(await decide(connection, waiting), 'already decided');
    assert.equal(cloudbees.countOf('completeManualTask'), 1);
  });

  it('says why Gavel can’t decide it, and isn’t sent', async () => {
    acme.pipeline('deploy', keyed, stagesFor(['somebody']));
    const connection = connect();
    await waitIn(connection);
    const waiting = await waitingOf(connection);
    assert.equal(waiting.approvals[0]?.whyNot, 'Gavel’s account isn’t an approver of this task.');
    assert.equal((await failureOf(decide(connection, waiting))).failure, 'refused');
    assert.equal(cloudbees.countOf('completeManualTask'), 0);
  });

  it('asks for what it has to be told, and gets that', async () => {
    acme.pipeline('deploy', keyed, stagesFor(['gavel'], [{ name: 'ticket', required: true }]));
    const connection = connect();
    const { run } = await waitIn(connection);
    const waiting = await waitingOf(connection);
    assert.deepEqual(
      waiting.approvals[0]?.asks?.map(({ name, isRequired }) => [name, isRequired]),
      [['ticket', true]],
    );
    assert.equal(await decide(connection, waiting, { answers: { ticket: 'OPS-12' } }), 'decided');
    assert.deepEqual(run.stages[0]?.tasks[0]?.decision?.values, { ticket: 'OPS-12' });
  });

  it('is decided with the session of the person, whose own rights count', async () => {
    acme.pipeline('deploy', keyed, stagesFor([person.user]));
    const connection = connect({ people });
    const { run } = await waitIn(connection);
    assert.equal(run.user, person.user, 'the run is started as the person');
    const waiting = await waitingOf(connection);
    assert.equal(waiting.approvals[0]?.whyNot, undefined);
    assert.equal(await decide(connection, waiting), 'decided');
    assert.equal(run.stages[0]?.tasks[0]?.decision?.user, person.user);
    assert.equal(cloudbees.sessionsMade, 1);
  });

  it('isn’t decided by a person who may not, although the automation account could', async () => {
    const connection = connect({ people });
    const { run } = await waitIn(connection);
    assert.equal((await failureOf(decide(connection, await waitingOf(connection)))).failure, 'refused');
    assert.equal(run.stages[0]?.tasks[0]?.decision, undefined);
  });

  it('renews a session that has expired, once', async () => {
    const connection = connect({ people });
    await waitIn(connection);
    cloudbees.sessions.clear();
    await waitIn(connection);
    assert.equal(cloudbees.sessionsMade, 2);
    assert.equal(cloudbees.runtimes.length, 2);
    cloudbees.sessions.clear();
    cloudbees.accounts.delete(person.token);
    assert.equal((await failureOf(pipelinesOf(connection).start(start))).failure, 'unauthorized');
    assert.equal(cloudbees.runtimes.length, 2);
  });

  it('is nobody’s who has no account of their own, where the connection requires one', async () => {
    await waitIn(connect());
    const connection = connect({ onlyAsPerson: true });
    const waiting = await waitingOf(connection);
    assert.equal((await failureOf(decide(connection, waiting))).failure, 'refused');
    assert.equal((await failureOf(pipelinesOf(connection).start(start))).failure, 'refused');
    assert.equal((await failureOf(pipelinesOf(connection).cancelRun(waiting.id, by))).failure, 'refused');
    assert.equal(cloudbees.runtimes.length, 1);
  });

  it('is read with a token as well', async () => {
    acme.pipeline('deploy', keyed, stagesFor([person.user]));
    const { url } = cloudbees;
    const connection = connect({ url, user: undefined, credential: 'GAVEL_CD_NOOR' });
    await waitIn(connection);
    assert.equal(await decide(connection, await waitingOf(connection)), 'decided');
    cloudbees.sessions.clear();
    assert.deepEqual(await approvalsOf(connection).waiting(), []);
    assert.equal(cloudbees.sessionsMade, 2);
  });
});
