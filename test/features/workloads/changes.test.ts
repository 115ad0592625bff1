import assert from 'node:assert/strict';
import { people, turnOf } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import { runningStatus } from './memory-workload';

const { avery, dana, nico, noor } = people;
const staging = 'shop in staging';
const production = 'shop in production';
const pod = 'shop-7d9f8-x2k4q';

describe('changes of a workload', () => {
  let talk: TalkWorld;
  beforeEach(() => (talk = createTalkWorld()));
  afterEach(() => talk.close());

  const messages = (): string => JSON.stringify([...talk.world.outbox.messages.values()].map(({ content }) => content));
  const approval = (): string => {
    const [key] = [...talk.world.outbox.messages.keys()].filter((each) => each.startsWith('approval:'));
    return key?.split(':')[1] ?? assert.fail('no approval was asked for');
  };

  it('are made at once where no approval is needed, and the channel reads what came of it', async () => {
    assert.match(await talk.say(noor, `scale ${staging} to 4 because Black Friday`), /Scaling shop in staging/);
    await talk.world.pass(2_000);
    assert.deepEqual(talk.world.cluster.acts, ['scale 3 to 4']);
    assert.match(messages(), /shop in staging was scaled from 3 to 4.pods.*Requested by Noor Operator: “Black Friday”/);
  });

  it('wait for the approval of a restart, or for that of a rollback if they change the release', async () => {
    assert.match(await talk.say(dana, `rollout undo ${production}`), /Nothing happens until it’s approved/);
    await talk.world.pass(2_000);
    assert.deepEqual(talk.world.cluster.acts, []);
    assert.match(await talk.click(dana, 'approvals.approve', approval()), /can’t approve/);
    await talk.click(avery, 'approvals.approve', approval());
    await talk.world.pass(3_000);
    assert.deepEqual(talk.world.cluster.acts, ['undo 3 to 2']);
    assert.match(messages(), /is being rolled back to revision 2 \(2\.13\.2\).*approved by Avery Approver/);
  });

  it('aren’t made anymore if something else is there by the time of the approval', async () => {
    await talk.say(dana, `rollout undo ${production} to 1`);
    await talk.world.pass(1_000);
    const { cluster, clock } = talk.world;
    cluster.status = runningStatus(clock.now(), {
      revisions: [{ number: 4, version: '2.13.2', since: clock.now(), isLive: true }],
    });
    await talk.click(avery, 'approvals.approve', approval());
    await talk.world.pass(30_000, 5_000);
    assert.deepEqual(cluster.acts, []);
  });

  it('say why the system refused, and only to who asked', async () => {
    talk.world.cluster.refusal = 'The disruption budget shop allows no pod to be removed now.';
    await talk.say(noor, `remove pod ${pod} of ${staging}`);
    await talk.world.pass(2_000);
    assert.match(messages(), /wasn’t removed\*\*: The disruption budget shop allows no pod/);
    assert.deepEqual(talk.world.cluster.acts, []);
  });

  it('are made once whatever fails in between, and say so if nobody can tell', async () => {
    const { cluster } = talk.world;
    cluster.faults.push({ failure: 'unclear', after: true });
    await talk.say(noor, `scale ${staging} to 4`);
    await talk.world.pass(60_000, 2_000);
    assert.deepEqual(cluster.acts, ['scale 3 to 4']);
    assert.match(messages(), /was scaled from 3 to 4/);
    for (let times = 0; times < 4; times++) cluster.faults.push({ failure: 'unclear' });
    await talk.say(noor, `remove pod ${pod} of ${staging}`);
    await talk.world.pass(300_000, 5_000);
    assert.match(messages(), /Gavel can’t tell whether it worked/);
  });

  it('happen once if the same click arrives twice, and one after the other otherwise', async () => {
    await Promise.all([talk.say(dana, `rollout undo ${production}`), talk.say(dana, `rollout undo ${production}`)]);
    assert.match(await talk.say(noor, `scale ${production} to 4`), /Another change comes first/);
    await talk.world.pass(1_000);
    const asked = [...talk.world.outbox.messages.keys()].filter((key) => key.startsWith('approval:'));
    assert.equal(new Set(asked.map((key) => key.split(':')[1])).size, 1);
  });

  it('are stopped by somebody else’s lock', async () => {
    await talk.say(dana, `lock ${staging} because I test`);
    assert.match(await talk.say(noor, `scale ${staging} to 4`), /is locked by Dana Developer.*Nothing was scaled/);
    assert.deepEqual(talk.world.cluster.acts, []);
  });

  const refused: readonly (readonly [line: string, why: RegExp, by?: typeof dana])[] = [
    [`scale ${staging} to 3`, /already has 3.pods/],
    [`scale ${staging} to lots`, /“lots” isn’t a number of pods/],
    [`scale ${staging} to 2000`, /isn’t a number of pods/],
    [`rollout undo ${staging} to 3`, /Revision 3 of shop in staging is already live/, dana],
    [`rollout undo ${staging} to 9`, /There is no revision 9/, dana],
    [`rollout undo ${staging} to soon`, /“soon” isn’t a revision/, dana],
    [`remove pod shop-1 of ${staging}`, /has no pod shop-1/],
    [`scale ${staging} to 4`, /You can’t scale shop in staging/, nico],
    [`rollout undo ${staging}`, /You can’t (roll back|undo)/, nico],
    [`remove pod ${pod} of ${staging}`, /You can’t remove pods/, dana],
  ];
  for (const [line, why, by = noor] of refused)
    it(`are refused: ${line} (${by.name})`, async () => {
      assert.match(await talk.say(by, line), why);
      await talk.world.pass(1_000);
      assert.deepEqual(talk.world.cluster.acts, []);
    });

  it('are left to an autoscaler, and to what keeps earlier revisions away', async () => {
    const { cluster, clock } = talk.world;
    cluster.status = runningStatus(clock.now(), { scaledBy: 'shop', whyNoUndo: 'It has no earlier revision.' });
    assert.match(await talk.say(noor, `scale ${staging} to 4`), /The autoscaler shop decides/);
    assert.match(
      await talk.say(dana, `rollout undo ${staging}`),
      /It has no earlier revision\. shop in staging wasn’t/,
    );
  });

  it('asked for on a card that shows an older state do nothing', async () => {
    const input = { id: 'shop/staging', count: '5', why: 'slow', revision: '2' };
    const reply = await talk.router.handleAction(turnOf(noor), 'workloads.scale', input);
    assert.match(JSON.stringify(reply), /has changed since you were asked/);
    assert.deepEqual(talk.world.cluster.acts, []);
  });
});
