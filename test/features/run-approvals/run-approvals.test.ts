import assert from 'node:assert/strict';
import type { Parameter, WaitingRun, WaitingStep } from '../../../src/connectors/contract';
import { renderCard } from '../../../src/core/card';
import { runApprovalId } from '../../../src/features/approvals';
import { people, turnOf } from '../fakes';
import { createTalkWorld, privately, wordsOf } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { dana, avery, noor, nico, ada } = people;
const target = { service: 'shop', environment: 'production' };
const asks: readonly Parameter[] = [
  { name: 'share', type: 'choice', choices: ['half', 'all'], initial: 'half', isRequired: true },
];

describe('an approval that a run waits for in its tool', () => {
  let talk: TalkWorld;
  beforeEach(async () => {
    talk = createTalkWorld();
    await talk.features.begin();
  });
  afterEach(() => talk.close());

  const step: WaitingStep = { id: 'publish', name: 'Publish to customers', url: 'https://ci.example/482/input' };
  const runOf = (more: Partial<WaitingRun> = {}): WaitingRun => ({
    ...{ id: 'run-9', pipeline: 'nightly', title: 'Nightly build', startedBy: { name: 'Kim Outside' } },
    approvals: [{ ...step, target }],
    ...more,
  });
  const idOf = (run = 'run-9', of = 'publish', round = 0): string => runApprovalId('local', run, of, round);
  const wait = async (run = runOf()): Promise<string> => {
    talk.world.pipelines.wait(run);
    await talk.world.pass(61_000, 20_500);
    return idOf(run.id, run.approvals[0]?.id);
  };
  const say = (who: typeof dana, line: string) => talk.say(who, line, privately(who));
  const card = async (id = idOf()): Promise<string> => {
    const words = await talk.click(avery, 'approvals.view', id, privately(avery));
    return words;
  };
  const click = (who: typeof dana, verb: string, data: object): Promise<string> =>
    talk.router.handleAction(turnOf(who, privately(who)), verb, data).then(wordsOf);
  const label = (id = idOf()): string => `A-${id.slice(0, 6)}`;
  const decided = () => talk.world.pipelines.decided;

  it('is asked about once, on the cards of those who can decide, and stands in approvals', async () => {
    const id = await wait();
    const shown = await say(avery, 'approvals');
    assert.match(shown, /1 waiting for your approval/);
    assert.match(shown, new RegExp(`${label()}: Nightly build: Publish to customers`));
    assert.doesNotMatch(await say(dana, 'approvals'), /Publish to customers/);
    const words = await card(id);
    assert.match(words, /Nightly build: Publish to customers/);
    assert.match(words, /"title":"Requested\u00A0by","value":"Kim Outside/);
    assert.match(words, /"title":"Service","value":"shop in production"/);
    await talk.world.pass(120_000, 30_000);
    const copies = talk.world.outbox.posts.filter(({ key }) => key.startsWith(`approval:${id}:person`));
    assert.equal(copies.length, 2, 'one for Avery and one for Noor');
  });

  it('is asked about as soon as its tool says that something waits', async () => {
    await talk.world.pass(1_000);
    talk.world.pipelines.wait(runOf());
    const event = { name: 'run waits', runs: ['run-9'] };
    await talk.features.lookAt('local', { ...event, concernsApprovals: false });
    assert.doesNotMatch(await say(avery, 'approvals'), /Publish to customers/);
    await talk.features.lookAt('local', { ...event, concernsApprovals: true });
    await talk.world.pass(0);
    assert.match(await say(avery, 'approvals'), /Publish to customers/);
  });

  it('is sent to the tool once it’s approved, with the person and the note', async () => {
    const id = await wait();
    assert.match(await say(avery, `approve ${label()} tested it twice`), /You approved/);
    await talk.world.pass(2_000);
    assert.deepEqual(
      decided().map(({ run, step: of, approves, comment, by }) => [run, of, approves, comment, by.name]),
      [
        [
          'run-9',
          'publish',
          true,
          `Approved by Avery Approver in Gavel (${label()}): tested it twice`,
          'Avery Approver',
        ],
      ],
    );
    assert.match(await card(id), /\*\*Approved by Avery Approver\*\*.*The run continues in memory/);
    const audit = await say(ada, 'audit');
    assert.match(audit, /"who":"Avery Approver","text":"approved a request for shop in production/);
    assert.match(audit, /sent the approval of local\/nightly/);
  });

  it('is rejected with a reason, which the tool gets, too', async () => {
    const id = await wait();
    const asked = await talk.router.handleAction(turnOf(avery, privately(avery)), 'approvals.reject', {
      id,
      reason: '',
    });
    assert.match(wordsOf(asked), /reason/);
    assert.match(await click(avery, 'approvals.reject', { id, reason: 'not on Friday' }), /Rejected/);
    await talk.world.pass(2_000);
    const [only] = decided();
    assert.deepEqual(
      [only?.approves, only?.comment],
      [false, `Rejected by Avery Approver in Gavel (${label()}): not on Friday`],
    );
    assert.match(await card(id), /Rejected by Avery Approver/);
  });

  it('is decided once, however many click at once', async () => {
    const id = await wait();
    const clicks = [avery, noor, avery, noor].map((who) => click(who, 'approvals.approve', { id }));
    const rejections = [click(noor, 'approvals.reject', { id, reason: 'no' })];
    await Promise.all([...clicks, ...rejections]);
    await talk.world.pass(5_000);
    assert.equal(decided().length, 1);
  });

  it('can’t be approved by whoever started it, in Gavel or in the tool, through any door', async () => {
    const id = await wait(runOf({ startedBy: { name: 'avery approver' } }));
    assert.match(await say(avery, `approve ${label()}`), /You can’t approve your own request/);
    assert.match(await click(avery, 'approvals.approve', { id }), /can’t approve your own request/);
    assert.match(
      await click(avery, 'approvals.approve-chosen', { id: 'x', chosen: id }),
      /can’t approve your own request/,
    );
    assert.match(await click(avery, 'approvals.reject', { id, reason: 'x' }), /can’t reject your own request/);
    await talk.world.pass(2_000);
    assert.equal(decided().length, 0);
    await click(noor, 'approvals.approve', { id });
    await talk.world.pass(2_000);
    assert.equal(decided()[0]?.by.name, 'Noor Operator');
  });

  it('can’t be decided by people without the right, who are told who can', async () => {
    const id = await wait();
    for (const who of [dana, nico, ada]) {
      assert.match(await say(who, `approve ${label()}`), /You can’t approve|don’t have|permission/, who.name);
      const clicked = await click(who, 'approvals.approve', { id });
      assert.match(clicked, /Avery Approver/, who.name);
    }
    await talk.world.pass(2_000);
    assert.equal(decided().length, 0);
  });

  it('for a pipeline without a service needs the right to approve for that pipeline', async () => {
    const id = await wait(runOf({ approvals: [step] }));
    assert.match(await click(dana, 'approvals.approve', { id }), /You can’t approve/);
    assert.match(await card(id), /"title":"Pipeline","value":"local\/nightly"/);
    await click(ada, 'approvals.approve', { id });
    await talk.world.pass(2_000);
    assert.equal(decided()[0]?.by.name, 'Ada Admin');
  });

  it('takes values from the choices of its card or from a typed note, and refuses others', async () => {
    const id = await wait(runOf({ approvals: [{ ...step, target, asks }] }));
    assert.match(await card(id), /"label":"share".*"value":"share=\\"all\\""/);
    assert.match(await card(id), /"title":"Approval\u00A0sets","value":"share \(usually half\)"/);
    assert.match(await say(avery, `approve ${label()} share=none`), /“share” can’t be “none”/);
    await click(avery, 'approvals.approve', { id, 'choice-1': 'share="all"' });
    await talk.world.pass(2_000);
    assert.deepEqual(decided()[0]?.answers, { share: 'all' });
  });

  it('says by whom it was decided in the tool meanwhile, and takes no late click', async () => {
    const id = await wait();
    talk.world.pipelines.decideThere('run-9', { approval: 'publish', approves: false, by: 'Kim', comment: 'not yet' });
    await talk.world.pass(61_000, 20_500);
    assert.match(await card(id), /\*\*Rejected in memory by Kim\*\*.*They wrote: “not yet”/);
    assert.match(await click(avery, 'approvals.approve', { id }), /Rejected in memory by Kim/);
    assert.match(await say(noor, `approve ${label()}`), /canceled|Rejected in memory by Kim/);
    assert.equal(decided().length, 0);
    assert.doesNotMatch(await say(avery, 'approvals'), /Publish to customers/);
  });

  it('is settled by the tool when somebody there was faster by a moment', async () => {
    const id = await wait();
    talk.world.pipelines.decideThere('run-9', { approval: 'publish', approves: true, by: 'Kim' });
    await click(avery, 'approvals.approve', { id });
    await talk.world.pass(30_000, 5_000);
    assert.match(await card(id), /Approved in memory by Kim/);
    assert.equal(decided().length, 0);
  });

  it('ends with its run', async () => {
    const id = await wait();
    talk.world.pipelines.waits.clear();
    const known = talk.world.pipelines.runs.get('run-9') ?? assert.fail('no run');
    talk.world.pipelines.runs.set('run-9', { ...known, state: 'canceled', approvals: [], reason: 'Kim canceled it' });
    await talk.world.pass(61_000, 20_500);
    assert.match(await card(id), /The run ended.*Kim canceled it/);
  });

  it('is never sent twice: an answer that got lost is found in the tool', async () => {
    const id = await wait();
    talk.world.pipelines.faults.push({ method: 'decide', failure: 'unclear', after: true });
    await click(avery, 'approvals.approve', { id });
    await talk.world.pass(60_000, 10_000);
    assert.equal(decided().length, 1);
    assert.match(await card(id), /\*\*Approved by Avery Approver\*\*.*The run continues/);
  });

  it('asks once more on a new card if the decision surely never arrived, and sends nothing by itself', async () => {
    const id = await wait();
    talk.world.pipelines.faults.push({ method: 'decide', failure: 'unclear' });
    await click(avery, 'approvals.approve', { id });
    await talk.world.pass(240_000, 20_000);
    assert.equal(decided().length, 0);
    assert.match(await card(id), /The decision didn’t reach memory.*Someone has to decide again, on a new card\./);
    const next = idOf('run-9', 'publish', 1);
    await click(noor, 'approvals.approve', { id: next });
    await talk.world.pass(2_000);
    assert.deepEqual(
      decided().map(({ by }) => by.name),
      ['Noor Operator'],
    );
  });

  it('is sent again only if the tool never got it', async () => {
    const id = await wait();
    talk.world.pipelines.faults.push(
      { method: 'decide', failure: 'unreachable' },
      { method: 'decide', failure: 'unreachable' },
    );
    await click(avery, 'approvals.approve', { id });
    await talk.world.pass(120_000, 10_000);
    assert.equal(decided().length, 1);
  });

  it('says so if the tool refuses decisions from Gavel', async () => {
    const id = await wait();
    talk.world.pipelines.faults.push({ method: 'decide', failure: 'refused' });
    await click(avery, 'approvals.approve', { id });
    await talk.world.pass(60_000, 20_000);
    assert.match(await card(id), /memory refused the decision from Gavel.*has to decide in memory/);
  });

  it('isn’t decided by an approver who lost the right', async () => {
    const id = await wait();
    talk.world.changeCatalog((text) =>
      text.replace('{ person: avery, role: approver }', '{ person: avery, role: viewer }'),
    );
    assert.match(await click(avery, 'approvals.approve', { id }), /You can’t approve/);
    await talk.world.pass(2_000);
    assert.equal(decided().length, 0);
  });

  it('shows what waits on the card of the run that somebody started from chat, and leads there', async () => {
    const preview = await talk.say(dana, 'run nightly where=staging');
    const runCard = /"id":"([0-9a-f]{32})"/.exec(preview)?.[1] ?? assert.fail(preview);
    await talk.router.handleAction(turnOf(dana), 'runs.start', { id: runCard });
    await talk.world.pass(1_000);
    const [runId = ''] = [...talk.world.pipelines.runs.keys()];
    talk.world.pipelines.wait(runOf({ id: runId, startedBy: { name: 'gavel-bot' } }));
    await talk.world.pass(5_000, 1_000);
    const message = talk.world.outbox.messages.get(`run:${runCard}:card`);
    assert.ok(message && 'card' in message.content);
    renderCard(message.content.card, message.content.data);
    const id = idOf(runId);
    const words = JSON.stringify(message.content.data);
    assert.match(
      words,
      new RegExp(
        `Waiting for approval of “Publish to customers” \\(${label(id)}\\) from Avery Approver or Noor Operator`,
      ),
    );
    assert.match(words, new RegExp(`"title":"Show ${label(id)}","id":"${id}"`));
    assert.match(await click(dana, 'approvals.approve', { id }), /can’t approve your own request|You can’t approve/);
    assert.match(await card(id), /"value":"Dana Developer/);
    assert.ok(talk.world.outbox.messages.get(`run-approval:${id}:card`), 'its card stands where the run was started');
  });

  it('is on the card of the deployment whose run waits, within seconds and without a call of the tool', async () => {
    const { world } = talk;
    world.connector.serving.set('shop/staging', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    const picker = await talk.say(dana, 'deploy shop 2.14.0 to staging');
    const pickerId = /"id":"([0-9a-f]{32})"/.exec(picker)?.[1] ?? assert.fail(picker);
    const choice = { id: pickerId, service: 'shop', environment: 'staging', release: '2.14.0', override: '' };
    await talk.router.handleAction(turnOf(dana), 'deployments.request', { ...choice, reason: '' });
    await world.pass(2_000);
    const [[runId, run] = assert.fail('It runs')] = world.connector.runs;
    world.pipelines.wait(runOf({ id: runId, startedBy: { name: 'gavel-bot' } }));
    run.status = { ...run.status, state: 'waiting', approvals: [step] };
    await world.pass(5_000);
    const [words = ''] = [...world.outbox.messages]
      .filter(([key]) => /^deployment:.*:card$/.test(key))
      .map(([, { content }]) => JSON.stringify(content));
    const asked = `Waiting for approval of “Publish to customers” (${label(idOf(runId))}) from Avery Approver or Noor Operator`;
    assert.ok(words.includes(asked), words);
    await world.pass(5_000);
    assert.equal(world.outbox.posts.filter(({ key }) => key === `run-approval:${idOf(runId)}:card`).length, 1);
  });

  it('that Gavel’s account can’t decide is shown with the reason, and nobody is asked', async () => {
    const whyNot = 'Gavel’s account is no reviewer of production.';
    const preview = await talk.say(dana, 'run nightly where=staging');
    const runCard = /"id":"([0-9a-f]{32})"/.exec(preview)?.[1] ?? assert.fail(preview);
    await talk.router.handleAction(turnOf(dana), 'runs.start', { id: runCard });
    await talk.world.pass(1_000);
    const [runId = ''] = [...talk.world.pipelines.runs.keys()];
    talk.world.pipelines.wait(runOf({ id: runId, approvals: [{ ...step, whyNot }] }));
    await talk.world.pass(61_000, 20_500);
    const message = talk.world.outbox.messages.get(`run-approval:${idOf(runId)}:card`);
    assert.match(JSON.stringify(message?.content), /It can’t be made through Gavel. Gavel’s account is no reviewer/);
    assert.doesNotMatch(await say(avery, 'approvals'), /Publish to customers/);
  });
});
