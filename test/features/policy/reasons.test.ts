import assert from 'node:assert/strict';
import type { CardContent, Person, Reply } from '../../../src/chat/contract';
import { renderCard } from '../../../src/core/card';
import { people, turnOf } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';

describe('a missing reason', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  async function requestToProduction(): Promise<void> {
    const card = await talk.say(people.dana, 'deploy shop 2.14.0 to production');
    const id = /"id":"([0-9a-f]{32})"/.exec(card)?.[1] ?? assert.fail(card);
    const chosen = { id, service: 'shop', environment: 'production', release: '2.14.0' };
    await talk.router.handleAction(turnOf(people.dana), 'deployments.request', chosen);
    await talk.world.deps.sweeper.idle();
  }
  const formIn = (reply: Reply): CardContent<'chat/choose'>['data'] => {
    assert.ok('card' in reply && reply.card === 'chat/choose', JSON.stringify(reply));
    assert.doesNotThrow(() => renderCard(reply.card, reply.data));
    return reply.data as CardContent<'chat/choose'>['data'];
  };
  const type = (who: Person, line: string): Promise<Reply> =>
    talk.router.handleText(turnOf(who, { trigger: 'typed' }), line);

  const table: readonly { who: Person; line: string; before?: () => Promise<unknown>; title: string; done: RegExp }[] =
    [
      {
        who: people.dana,
        line: 'lock shop in production until 18:00',
        title: 'Reason for “lock shop in production”',
        done: /is locked.*until 18:00.*it hangs/,
      },
      {
        who: people.ada,
        line: 'break lock shop in production',
        before: () => talk.say(people.dana, 'lock shop in production because of tax'),
        title: 'Reason for “break lock shop in production”',
        done: /You broke the lock.*it hangs/,
      },
      {
        who: people.noor,
        line: 'freeze production 2h',
        title: 'Reason for “freeze production”',
        done: /production is frozen.*it hangs/,
      },
      {
        who: people.noor,
        line: 'unfreeze production',
        before: () => talk.say(people.noor, 'freeze production 2h because finance is closing the books'),
        title: 'Reason for “unfreeze production”',
        done: /production is no longer frozen.*it hangs/,
      },
      {
        who: people.avery,
        line: 'reject D-1001',
        before: requestToProduction,
        title: 'Reason for “reject D-1001”',
        done: /Rejected by Avery Approver.*it hangs/,
      },
    ];
  for (const { who, line, before, title, done } of table)
    it(`is requested with a form that continues: ${line}`, async () => {
      await before?.();
      const form = formIn(await type(who, line));
      assert.equal(form.title, title);
      assert.deepEqual(
        form.inputs.filter(({ required }) => required).map(({ name, label }) => ({ name, label })),
        [{ name: 'chosen-reason', label: 'Reason' }],
      );
      const input = { id: form.id, by: form.by, 'chosen-reason': 'it hangs' };
      const reply = await talk.router.handleAction(turnOf(who), 'chat.choose', input);
      assert.match(JSON.stringify(reply), done);
    });

  it('is not requested if there is nothing to end', async () => {
    assert.match(JSON.stringify(await type(people.noor, 'unfreeze production')), /isn’t frozen/);
  });

  it('leads from a rollback under a lock to a place in line', async () => {
    const { connector } = talk.world;
    await talk.world.deps.sweeper.idle();
    const commit = connector.releasesOf.get('2.14.0')?.commit ?? '';
    connector.serving.set('shop/staging', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    const picker = await talk.say(people.dana, 'deploy shop 2.14.0 to staging');
    const id = /"id":"([0-9a-f]{32})"/.exec(picker)?.[1] ?? assert.fail(picker);
    const chosen = { id, service: 'shop', environment: 'staging', release: '2.14.0' };
    await talk.router.handleAction(turnOf(people.dana), 'deployments.request', chosen);
    await talk.world.pass(2_000);
    connector.finish('succeeded');
    await talk.world.pass(24_000);
    assert.notEqual(commit, '');
    await talk.say(people.noor, 'lock shop in staging because I look (at the database)');
    const barred = await type(people.dana, 'rollback shop in staging');
    assert.ok('card' in barred && barred.card === 'deployments/rollback', JSON.stringify(barred));
    const data = barred.data as CardContent<'deployments/rollback'>['data'];
    assert.equal(data.button, '');
    assert.equal(data.blocks[0]?.text, 'by Noor Operator: “I look (at the database)”.');
    const body = JSON.stringify(renderCard(barred.card, barred.data));
    assert.doesNotMatch(body, /"id":"reason"/);
    assert.doesNotMatch(body, /\\\\\(I look/);
    assert.match(body, /"title":"Get in line"/);
    const form = formIn(await talk.router.handleAction(turnOf(people.dana), 'chat.run', { id: data.getInLine }));
    const input = { id: form.id, by: form.by, 'chosen-reason': 'the rollback' };
    const reply = await talk.router.handleAction(turnOf(people.dana), 'chat.choose', input);
    assert.match(JSON.stringify(reply), /1\. Dana Developer/);
    const inLine = JSON.stringify(await type(people.dana, 'rollback shop in staging'));
    assert.match(inLine, /You’re number 1 in line/);
    assert.match(inLine, /"getInLine":""/);
  });
});

describe('a refusal', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  for (const [line, title] of [
    ['unfreeze production', 'You can’t unfreeze production'],
    ['break lock shop in production because of tax', 'You can’t break the lock on shop in production'],
    ['approve D-1002', 'You can’t approve D-1002'],
  ] as const)
    it(`names what was refused, and leads to access: ${line}`, async () => {
      const words = await talk.say(people.nico, line);
      assert.ok(words.includes(`"title":"${title}"`), words);
      assert.match(words, /Nothing was changed.*permission.*"Can\s(unfreeze|do\sit|approve)".*Request access/);
    });

  it('names the people who can approve this request, by the rule that applies', async () => {
    const card = await talk.say(people.dana, 'deploy shop 2.14.0 to production');
    const id = /"id":"([0-9a-f]{32})"/.exec(card)?.[1] ?? assert.fail(card);
    const chosen = { id, service: 'shop', environment: 'production', release: '2.14.0' };
    await talk.router.handleAction(turnOf(people.dana), 'deployments.request', chosen);
    await talk.world.deps.sweeper.idle();
    const words = await talk.say(people.dana, 'approve D-1001');
    assert.match(words, /"title":"Can\sapprove","value":"Avery Approver and Noor Operator"/);
    assert.doesNotMatch(words, /approve","value":"[^"]*Ada Admin/);
    assert.match(words, /approve your own request D.1001.*Someone other than the requester has to approve it/);
    assert.doesNotMatch(words, /Request access/, 'no role would let the requester approve');
    assert.match(await talk.say(people.nico, 'approve D-1001'), /Can\sapprove","value":"Avery.*Request access/);
  });
});

describe('a reason that is typed with the request', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
  });
  afterEach(() => talk.close());

  const click = (verb: string, input: object): Promise<Reply> =>
    talk.router.handleAction(turnOf(people.dana), verb, input);
  const idIn = (card: string): string => /"id":"([0-9a-f]{32})"/.exec(card)?.[1] ?? assert.fail(card);
  const shop = { service: 'shop', environment: 'production', release: '2.14.0' };

  for (const line of [
    'deploy shop 2.14.0 to production because customers wait for SHOP-214',
    'roll out shop 2.14.0 to production because customers wait for SHOP-214',
  ])
    it(`is in the form, and then on the request: ${line}`, async () => {
      const picker = await talk.say(people.dana, line);
      assert.match(picker, /"takesReason":true,"reason":"customers wait for SHOP-214"/);
      await click('deployments.request', { id: idIn(picker), ...shop, reason: 'customers wait for SHOP-214 and 215' });
      await talk.world.deps.sweeper.idle();
      assert.match(
        await talk.say(people.avery, 'approvals show D-1001'),
        /"Reason","value":"“customers wait for SHOP-214 and 215”"/,
      );
    });

  it('stays in the form when another release is chosen, and counts when the card has no field for it', async () => {
    const id = idIn(await talk.say(people.dana, 'deploy shop to production because customers wait'));
    const chosen = JSON.stringify(await click('deployments.preview', { id, ...shop }));
    assert.match(chosen, /"reason":"customers wait"/);
    const cleared = JSON.stringify(await click('deployments.preview', { id, ...shop, reason: '' }));
    assert.match(cleared, /"reason":""/);
  });

  it('is in the form of a rollback', async () => {
    const { connector } = talk.world;
    connector.serving.set('shop/staging', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    const id = idIn(await talk.say(people.dana, 'deploy shop 2.14.0 to staging'));
    await click('deployments.request', { id, ...shop, environment: 'staging' });
    await talk.world.pass(2_000);
    connector.finish('succeeded');
    await talk.world.pass(24_000);
    const rollback = await talk.say(people.dana, 'rollback shop in staging because checkout answers 500');
    assert.match(rollback, /"reason":"checkout answers 500"/);
  });
});
