import assert from 'node:assert/strict';
import { z } from 'zod';
import { defineAction } from '../../../src/chat/contract';
import type { Asked, Feature, Guard, Reply } from '../../../src/chat/contract';
import { createInbox } from '../../../src/chat/inbox';
import { createDialogs } from '../../../src/chat/inbox/dialogs';
import { createOutbox } from '../../../src/chat/outbox';
import type { RunningOutbox } from '../../../src/chat/outbox';
import { createRateLimit } from '../../../src/chat/rate-limit';
import { createRouter } from '../../../src/chat/router';
import { createTeamsBot, createTeamsConnection } from '../../../src/chat/teams';
import { UserError } from '../../../src/core/errors';
import { newId } from '../../../src/core/keys';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { eventually, patienceMs } from '../../patience';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';
import { command, objectIds, personIds, sampleCatalog, tenant } from '../sample';
import { startConnectorServer } from './out/connector-server';
import type { ConnectorServer } from './out/connector-server';

/** Dialogs as Teams requests them and sends their answers: `task/fetch` and `task/submit`. */

type Json = Record<string, unknown>;
const channel = '19:deployments@thread.tacv2';
const cardType = 'application/vnd.microsoft.card.adaptive';

const done: Extract<Reply, { card: 'chat/refusal' }> = {
  card: 'chat/refusal',
  data: {
    kind: 'Sample',
    state: { glyph: '✓', word: 'Done', tone: 'good' },
    title: 'It is done',
    summary: 'It is done',
    sentence: 'The sentence.',
    facts: [],
    next: { button: 'Again', verb: 'sample.stop', id: 'abc' },
    other: { button: '', verb: '', id: '' },
    footer: 'ref',
  },
};

describe('a question before something is done', () => {
  let connector: ConnectorServer;
  let temporary: TemporaryStore;
  let bot: ReturnType<typeof createTeamsBot>;
  let outbox: RunningOutbox;
  let ran: string[];
  let reply: (reason: string) => Reply;
  let slowly: Promise<void> | undefined;
  let counter = 0;

  const feature: Feature = {
    name: 'sample',
    commands: [command('show', [], { run: async () => ({ ...done, about: 'sample:abc' }) }), command('help', [])],
    actions: [
      defineAction({
        verb: 'sample.stop',
        operation: 'cancel',
        input: z.object({ id: z.string().max(20), reason: z.string().max(500), revision: z.string().default('') }),
        freeText: ['reason'],
        async asks({ person }, id) {
          if (person.id === personIds.nico) throw new UserError('You can’t stop abc. Dana can.');
          if (id === 'broken') throw new Error('out of order');
          return {
            title: 'Stop *abc*?',
            sentence: '**It stops.**',
            fields: [{ name: 'reason', label: 'Reason', error: 'Enter a reason.' }],
            go: 'Stop abc',
            keep: 'Keep it running',
            revision: 'r7',
          };
        },
        run: async ({ person }, { id, reason, revision }) => {
          ran.push(`${id} ${revision} ${reason} by ${person.id}`);
          await slowly;
          return reply(reason);
        },
      }),
      defineAction({
        verb: 'sample.plain',
        operation: 'look',
        input: z.object({ id: z.string() }),
        run: async () => ({ notice: 'Plain' }),
      }),
    ],
  };

  function build(guard?: Guard): void {
    const common = { store: temporary.store, clock: systemClock, logger: silentLogger };
    const confirm = guard ? [{ operation: 'cancel', expiresAfterSeconds: 60 } as const] : [];
    const catalog = { ...sampleCatalog(), confirm };
    const connection = createTeamsConnection({
      ...common,
      registration: undefined,
      allowedTenants: [tenant],
      serviceHosts: [],
    });
    outbox = createOutbox({ ...common, sender: connection.sender, rateLimit: createRateLimit(0) });
    outbox.drawCopies('sample:', async () => ({ ...done, data: { ...done.data, title: 'Changed' } }));
    bot = createTeamsBot({
      connection,
      outbox,
      inbox: createInbox({ ...common, owner: newId() }),
      dialogs: createDialogs({ ...common, dialogs: [] }),
      router: createRouter({
        features: [feature],
        catalog: () => catalog,
        audit: temporary.store.audit,
        ...common,
        ...(guard && { guard }),
      }),
      answerWithinMs: slowly ? 10 : patienceMs,
    });
    outbox.start();
  }

  beforeEach(async () => {
    ran = [];
    slowly = undefined;
    reply = (reason) => ({ notice: `Stopped because **${reason}**` });
    connector = await startConnectorServer();
    temporary = temporaryStore();
    build();
  });
  afterEach(async () => {
    await bot.idle();
    await outbox.stop();
    await connector.close();
    await temporary.remove();
  });

  function activity(type: string, more: Json, who: keyof typeof objectIds = 'dana'): Json {
    return {
      type,
      id: `in${++counter}`,
      channelId: 'msteams',
      serviceUrl: connector.url,
      from: { id: `29:${who}`, name: who, aadObjectId: objectIds[who] },
      recipient: { id: '28:gavel', name: 'Gavel' },
      conversation: { id: `${channel};messageid=r1`, conversationType: 'channel', isGroup: true, tenantId: tenant },
      channelData: { tenant: { id: tenant }, team: { id: '19:team@thread.tacv2' } },
      replyToId: 'clicked',
      ...more,
    };
  }
  const invoke = (name: string, data: unknown, who?: keyof typeof objectIds): Json =>
    activity('invoke', { name, value: { data, context: { theme: 'default' } } }, who);
  const opening = { msteams: { type: 'task/fetch' }, verb: 'sample.stop', id: 'abc' };
  const open = (who?: keyof typeof objectIds): Json => invoke('task/fetch', opening, who);
  const send = async (body: Json): Promise<{ status: number; body?: unknown }> => bot.process('', body);

  /** The card in the dialog, as a client sees it. */
  async function shown(body: Json): Promise<{ title: string; card: Json; buttons: Json[]; words: string }> {
    const answer = await send(body);
    assert.equal(answer.status, 200);
    const { task } = answer.body as { task: { type: string; value: Json } };
    assert.equal(task.type, 'continue', JSON.stringify(task));
    const { title, card, width, height } = task.value as { title: string; card: Json; width: number; height: number };
    assert.equal(card['contentType'], cardType);
    assert.ok(width >= 300 && width <= 700 && height >= 100 && height <= 700, `${width} x ${height}`);
    const words = JSON.stringify(card['content']);
    assert.doesNotMatch(words, /Action\.Execute|"refresh"/, 'Teams runs only Action.Submit in a dialog');
    const buttons: Json[] = [];
    JSON.parse(words, (_key, value: Json | null) => {
      if (value?.['type'] === 'Action.Submit') buttons.push(value);
      return value;
    });
    return { title, card: card['content'] as Json, buttons, words };
  }
  async function said(body: Json): Promise<string> {
    const answer = await send(body);
    const { task } = answer.body as { task: { type: string; value: unknown } };
    assert.deepEqual([answer.status, task.type], [200, 'message'], JSON.stringify(answer));
    return String(task.value);
  }
  async function goData(more: Json = { reason: 'slow' }): Promise<Json> {
    const { buttons } = await shown(open());
    return { ...(buttons[0]?.['data'] as Json), ...more };
  }

  it('opens as a dialog that says what will happen, and changes nothing', async () => {
    const { title, card, buttons } = await shown(open());
    assert.equal(title, 'Stop *abc*?');
    assert.deepEqual(
      (card['body'] as Json[]).map(({ type, text }) => text ?? type),
      ['**It stops.**', 'Container', 'ActionSet'],
      'the title stands in the head of the dialog alone',
    );
    assert.deepEqual(
      buttons.map(({ title: name, data }) => [name, { ...(data as Json), form: '' }]),
      [
        ['Stop abc', { verb: 'sample.stop', id: 'abc', revision: 'r7', form: '' }],
        ['Keep it running', { verb: 'chat.leave', id: 'abc', form: '' }],
      ],
    );
    assert.match(JSON.stringify(buttons), /"form":"[0-9a-f]{32}"/);
    assert.deepEqual(ran, []);
  });

  it('does it after the answer, and shows the result in the dialog', async () => {
    assert.equal(await said(invoke('task/submit', await goData())), 'Stopped because slow');
    assert.deepEqual(ran, [`abc r7 slow by ${personIds.dana}`]);
  });

  it('closes with its second button, and does nothing', async () => {
    const { buttons } = await shown(open());
    assert.deepEqual(await send(invoke('task/submit', buttons[1]?.['data'])), { status: 200, body: undefined });
    assert.deepEqual(ran, []);
  });

  it('does it once, and answers the same again: for the same delivery, under a new id, and after a restart', async () => {
    const data = await goData();
    const first = invoke('task/submit', data);
    reply = () => ({ notice: `Stopped for the ${ran.length}. time` });
    const [one, other] = await Promise.all([said(first), said(first)]);
    assert.deepEqual([one, other], ['Stopped for the 1. time', 'Stopped for the 1. time']);
    assert.equal(await said(first), one);
    assert.equal(await said(invoke('task/submit', data)), one);
    await bot.idle();
    await outbox.stop();
    build();
    assert.equal(await said(invoke('task/submit', data)), one);
    assert.equal(ran.length, 1);
    assert.equal(await said(invoke('task/submit', await goData())), 'Stopped for the 2. time', 'a new dialog is new');
    assert.equal(await said(invoke('task/submit', { ...data, reason: 'other' })), 'Stopped for the 3. time');
  });

  it('never gives one person’s answer to somebody else who sends the same form', async () => {
    const data = await goData();
    await said(invoke('task/submit', data));
    await said(invoke('task/submit', data, 'avery'));
    assert.deepEqual(ran, [`abc r7 slow by ${personIds.dana}`, `abc r7 slow by ${personIds.avery}`]);
  });

  it('shows another card in the dialog, with buttons that work there', async () => {
    reply = () => done;
    const { title, words, buttons } = await shown(invoke('task/submit', await goData()));
    assert.equal(title, 'Gavel');
    assert.match(words, /It is done/);
    const [again] = buttons;
    assert.deepEqual({ ...(again?.['data'] as Json), form: '' }, { verb: 'sample.stop', id: 'abc', form: '' });
    reply = () => ({ notice: 'Again' });
    assert.equal(await said(invoke('task/submit', { ...(again?.['data'] as Json), reason: 'x' })), 'Again');
  });

  it('is held by a gate like any other click, and the gate asks in the same dialog', async () => {
    const held: Asked[] = [];
    await outbox.stop();
    build(async (_turn, asked) => {
      held.push(asked);
      return { ...done, data: { ...done.data, title: 'Confirm first' } };
    });
    const { words, buttons } = await shown(invoke('task/submit', await goData()));
    assert.match(words, /Confirm first/);
    assert.equal(buttons.length, 1, 'what confirms it works in the dialog');
    assert.deepEqual(ran, []);
    assert.deepEqual(held[0]?.input, { id: 'abc', revision: 'r7', reason: 'slow' });
  });

  it('closes if the message below is edited to show the result', async () => {
    const entities = [{ type: 'mention', text: '<at>Gavel</at>', mentioned: { id: '28:gavel' } }];
    await send(activity('message', { text: '<at>Gavel</at> show', entities, replyToId: undefined }));
    await bot.idle();
    const posted = connector.messages().at(-1);
    reply = () => {
      void outbox.changed('sample:abc');
      return { ...done, about: 'sample:abc' };
    };
    const data = await goData();
    const where = { replyToId: posted?.activityId };
    assert.deepEqual(await send({ ...invoke('task/submit', data), ...where }), { status: 200, body: undefined });
    assert.deepEqual(await send({ ...invoke('task/submit', data), ...where }), { status: 200, body: undefined });
    assert.equal(ran.length, 1);
    await eventually('the edit', async () => (JSON.stringify(connector.sent).includes('Changed') ? true : undefined));
    const elsewhere = await shown(invoke('task/submit', await goData()));
    assert.match(elsewhere.words, /It is done/, 'another message does not show it, so the dialog does');
  });

  it('closes if there is nothing to say', async () => {
    reply = () => ({ nothing: true });
    assert.deepEqual(await send(invoke('task/submit', await goData())), { status: 200, body: undefined });
  });

  it('refuses in its own dialog, and in the audit log as for a click', async () => {
    const { title, words, buttons } = await shown(open('nico'));
    assert.deepEqual([title, buttons], ['Gavel', []]);
    assert.match(words, /You can’t stop abc\. Dana can\./);
    const [entry] = await temporary.store.audit.read({});
    assert.deepEqual([entry?.what, entry?.target, entry?.outcome], ['sample.stop', 'abc', 'refused']);
    assert.equal((await temporary.store.audit.read({})).length, 1);
  });

  it('masks a secret in a field before it is handled', async () => {
    const secret = 'ghp_16C7e42F292c6912E7710c838347Ae178B4a';
    const answer = await said(invoke('task/submit', await goData({ reason: `because ${secret}` })));
    assert.match(answer, /because \[secret\]/);
    assert.doesNotMatch(JSON.stringify(ran), /ghp_/);
  });

  it('opens on a phone that sends the button as an answer', async () => {
    assert.equal((await shown(invoke('task/submit', opening))).title, 'Stop *abc*?');
    assert.deepEqual(ran, []);
  });

  it('comes as a card if the client has no dialogs, and is finished once it is answered', async () => {
    const personal = { id: 'a:dana', conversationType: 'personal', tenantId: tenant };
    await send(
      activity('message', { value: opening, conversation: personal, channelData: { tenant: { id: tenant } } }),
    );
    await send(activity('message', { value: opening }));
    await bot.idle();
    assert.deepEqual(
      connector.messages().map(({ conversation }) => conversation),
      ['a:dana', 'a:dana'],
      'the question of a channel comes to the person alone',
    );
    const card = connector.messages()[1]?.body.attachments?.[0]?.content;
    assert.match(JSON.stringify(card), /"text":"Stop \\\\\*abc\\\\\*\?"/, 'it has its own heading');
    const [go, keep] = (card?.['body'] as Json[]).at(-1)?.['actions'] as { type: string; verb: string; data: Json }[];
    assert.deepEqual([go?.type, keep?.type], ['Action.Execute', 'Action.Execute']);
    const click = (button: typeof go, more: Json = {}): Json =>
      activity('invoke', {
        name: 'adaptiveCard/action',
        value: { action: { type: 'Action.Execute', verb: button?.verb, data: { ...button?.data, ...more } } },
        conversation: personal,
        channelData: { tenant: { id: tenant } },
      });
    for (const [order, words] of [
      [click(go, { reason: 'slow' }), /Answered.*Stopped because \*\*slow\*\*/],
      [click(keep), /Canceled.*Nothing was changed/],
    ] as const) {
      const { body } = (await send(order)) as { body: Json };
      assert.equal(body['type'], cardType);
      assert.match(JSON.stringify(body), words);
      assert.doesNotMatch(JSON.stringify(body), /Action\./);
    }
    assert.deepEqual(ran, [`abc r7 slow by ${personIds.dana}`]);
  });

  it('promises a slow answer, gives it where somebody clicked, and does it once', async () => {
    let finish = (): void => undefined;
    slowly = new Promise((resolve) => (finish = resolve));
    await outbox.stop();
    build();
    const { buttons } = await shown(open());
    const data = { ...(buttons[0]?.['data'] as Json), reason: 'slow' };
    assert.match(await said(invoke('task/submit', data)), /Still working on it/);
    assert.match(await said(invoke('task/submit', data)), /Still working on it/);
    finish();
    await bot.idle();
    assert.deepEqual(ran, [`abc r7 slow by ${personIds.dana}`]);
    assert.deepEqual(
      connector.messages().map(({ body }) => body.text),
      ['<at>dana</at> Stopped because **slow**'],
    );
    assert.equal(await said(invoke('task/submit', data)), 'Stopped because slow');
  });

  const crafted: readonly [what: string, data: unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', [opening]],
    ['no verb', { id: 'abc' }],
    ['a verb that is an object', { ...opening, verb: {} }],
    ['a verb of 10 000 letters', { ...opening, verb: 'x'.repeat(10_000) }],
    ['a verb that nobody has', { ...opening, verb: 'sample.nothing' }],
    ['a verb in the prototype', { ...opening, verb: 'constructor' }],
    ['a verb that asks nothing', { ...opening, verb: 'sample.plain' }],
    ['a line for the router', { ...opening, verb: 'chat.run', id: 'help' }],
    ['no id', { ...opening, id: undefined }],
    ['an id that is an object', { ...opening, id: { $ne: null } }],
    ['an id that is too long', { ...opening, id: 'x'.repeat(21) }],
    ['an id that breaks it', { ...opening, id: 'broken' }],
    ['an id in the prototype only', JSON.parse('{"verb":"sample.stop","__proto__":{"id":"abc"}}')],
  ];
  for (const [what, data] of crafted)
    it(`opens nothing for ${what}, in one sentence`, async () => {
      const { title, card, buttons } = await shown(invoke('task/fetch', data));
      assert.deepEqual([title, buttons], ['Gavel', []]);
      assert.match(String((card['body'] as Json[])[0]?.['text']), /^[A-Z][^{}]{10,200}\.$/);
      assert.deepEqual(ran, []);
    });

  for (const [what, more] of [
    ['no reason', { reason: undefined }],
    ['a reason that is a list', { reason: ['x'] }],
    ['a reason of 501 letters', { reason: 'x'.repeat(501) }],
    ['an id that is an object', { id: {} }],
    ['a form that is none', { form: { $ne: null }, reason: [] }],
    ['a verb that nobody has', { verb: 'sample.nothing' }],
    ['no verb', { verb: undefined }],
  ] as const)
    it(`does nothing if ${what} is sent, and says so`, async () => {
      assert.match(
        await said(invoke('task/submit', await goData({ ...{ reason: 'slow' }, ...more }))),
        /^[A-Z].{10,200}\.$/,
      );
      assert.deepEqual(ran, []);
    });

  it('does nothing for a stranger, as a dialog or as a card', async () => {
    const data = await goData();
    const foreign = { from: { id: '29:x', name: 'Dana', aadObjectId: 'dana@example.com' } };
    const { words } = await shown({ ...open(), ...foreign });
    assert.match(words, /Nothing was done/);
    assert.match(await said({ ...invoke('task/submit', data), ...foreign }), /Nothing was done/);
    const message = { ...activity('message', { value: opening }), ...foreign };
    await send(message);
    await bot.idle();
    assert.deepEqual(ran, []);
    assert.doesNotMatch(JSON.stringify(connector.messages()), /Stop/);
  });
});
