import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ComponentDialog, TextPrompt, WaterfallDialog } from 'botbuilder-dialogs';
import { z } from 'zod';
import { defineAction } from '../../../src/chat/contract';
import type { Feature } from '../../../src/chat/contract';
import { createInbox } from '../../../src/chat/inbox';
import { createDialogs } from '../../../src/chat/inbox/dialogs';
import { createOutbox } from '../../../src/chat/outbox';
import type { RunningOutbox } from '../../../src/chat/outbox';
import { createRateLimit } from '../../../src/chat/rate-limit';
import { createRouter } from '../../../src/chat/router';
import { createTeamsBot, createTeamsConnection } from '../../../src/chat/teams';
import { newId } from '../../../src/core/keys';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { startServer } from '../../../src/server';
import type { Server } from '../../../src/server';
import type { Store } from '../../../src/store/contract';
import { eventually, patienceMs } from '../../patience';
import { temporaryStore } from '../../store/temporary-store';
import type { TemporaryStore } from '../../store/temporary-store';
import { command, objectIds, personIds, sampleCatalog, tenant } from '../sample';
import { startConnectorServer } from './out/connector-server';
import type { ConnectorServer } from './out/connector-server';

const botId = '28:gavel';
const channel = '19:deployments@thread.tacv2';
const refusalData = {
  kind: 'Sample',
  state: { glyph: '✓', word: 'Done', tone: 'good' },
  title: 'Title',
  summary: 'The summary',
  sentence: 'The sentence.',
  facts: [],
  next: { button: 'Again', verb: 'sample.change', id: 'abc' },
  other: { button: '', verb: '', id: '' },
  footer: 'ref',
};

class ColorDialog extends ComponentDialog {
  constructor() {
    super('sample.colors');
    this.addDialog(new TextPrompt('text'));
    this.addDialog(
      new WaterfallDialog('steps', [
        (step) => step.prompt('text', 'Which color?'),
        (step) => {
          Object.assign(step.values, { color: String(step.result) });
          return step.prompt('text', 'Which shape?');
        },
        async (step) => {
          await step.context.sendActivity(`${(step.values as { color?: string }).color} ${step.result}`);
          return step.endDialog();
        },
      ]),
    );
    this.initialDialogId = 'steps';
  }
}

describe('a turn through HTTP', () => {
  let connector: ConnectorServer;
  let temporary: TemporaryStore;
  let server: Server;
  let bot: ReturnType<typeof createTeamsBot>;
  let outbox: RunningOutbox;
  let runs: string[];
  let delivered = 0;
  let waiting = 0;
  let slowly: Promise<void> | undefined;
  let counter = 0;

  const feature: Feature = {
    name: 'sample',
    commands: [
      command('echo', [{ name: 'words', kind: 'text', summary: 'what' }], {
        run: async (turn, { words = '' }) => {
          runs.push(`${turn.person.id} ${turn.place.kind} ${turn.thread ?? '-'} ${words}`);
          return { text: `@[0] said ${words}`, mentions: [turn.person] };
        },
      }),
      command('card', [], { run: async () => ({ card: 'chat/refusal', data: refusalData }) }),
      command('large', [], {
        run: async () => ({ card: 'chat/refusal', data: { ...refusalData, title: 'x'.repeat(60_000) } }),
      }),
      command('colors', [], {
        run: async (turn) => {
          await turn.begin('sample.colors');
          return { nothing: true };
        },
      }),
      command('preview', [], {
        run: async () => ({ card: 'chat/refusal', data: refusalData, about: 'preview:1', isForOne: true }),
      }),
      command('seal', [], { right: 'admin', operation: 'lock' }),
      command('help', []),
    ],
    actions: [
      defineAction({
        verb: 'sample.change',
        operation: 'lock',
        input: z.object({ id: z.string() }),
        run: async (turn, { id }) => {
          runs.push(`change ${id} by ${turn.person.id} ${turn.trigger}`);
          await slowly;
          return { card: 'chat/refusal', data: { ...refusalData, title: `Changed ${id}` } };
        },
      }),
      defineAction({
        verb: 'sample.say',
        operation: 'look',
        input: z.object({ id: z.string() }),
        run: async (_turn, { id }) => ({ notice: `Said **${id}** \\*plainly\\*` }),
      }),
    ],
    dialogs: [{ id: 'sample.colors', operation: 'look', make: () => new ColorDialog() }],
  };

  function build(store: Store, answerWithinMs = patienceMs): void {
    const catalog = sampleCatalog();
    const common = { store, clock: systemClock, logger: silentLogger };
    const connection = createTeamsConnection({
      ...common,
      registration: undefined,
      allowedTenants: [tenant],
      serviceHosts: [],
    });
    outbox = createOutbox({ ...common, sender: connection.sender, rateLimit: createRateLimit(0) });
    bot = createTeamsBot({
      connection,
      outbox,
      inbox: createInbox({ ...common, owner: newId() }),
      dialogs: createDialogs({ ...common, dialogs: feature.dialogs ?? [] }),
      router: createRouter({
        features: [feature],
        catalog: () => catalog,
        audit: store.audit,
        clock: systemClock,
        logger: silentLogger,
      }),
      welcome: async () => ({ text: 'Welcome' }),
      answerWithinMs,
      foreground: {
        enter: () => {
          waiting += 1;
          return () => void (waiting -= 1);
        },
      },
    });
  }

  beforeEach(async () => {
    runs = [];
    waiting = 0;
    delivered = 0;
    slowly = undefined;
    connector = await startConnectorServer();
    temporary = temporaryStore();
    build(temporary.store);
    server = await startServer({
      host: '127.0.0.1',
      port: 0,
      processActivity: (authorization, body) => {
        delivered += 1;
        return bot.process(authorization, body);
      },
      ready: async () => undefined,
      logger: silentLogger,
    });
  });
  afterEach(async () => {
    await server.close();
    assert.equal(waiting, 0, 'whoever waited was answered, or refused');
    await bot.idle();
    await outbox.stop();
    await connector.close();
    await temporary.remove();
  });

  /** From here on, a click that takes longer than this is answered later. */
  async function hurry(): Promise<void> {
    await outbox.stop();
    build(temporary.store, 150);
  }

  type Json = Record<string, unknown>;
  function activity(type: string, more: Json = {}, where: 'channel' | 'personal' = 'channel'): Json {
    const conversation =
      where === 'channel'
        ? { id: `${channel};messageid=root1`, conversationType: 'channel', isGroup: true, tenantId: tenant }
        : { id: 'a:dana', conversationType: 'personal', tenantId: tenant };
    return {
      type,
      id: `in${++counter}`,
      channelId: 'msteams',
      serviceUrl: connector.url,
      from: { id: '29:dana', name: 'Dana', aadObjectId: objectIds.dana },
      recipient: { id: botId, name: 'Gavel' },
      conversation,
      channelData: {
        tenant: { id: tenant },
        ...(where === 'channel'
          ? { team: { id: '19:general@thread.tacv2' }, channel: { id: channel, name: 'Deployments' } }
          : {}),
      },
      ...more,
    };
  }
  const mention = (text: string, id = botId): Json => ({ type: 'mention', text, mentioned: { id, name: 'Gavel' } });
  const said = (text: string): Json =>
    activity('message', { text: `<at>Gavel</at>&nbsp;${text}`, entities: [mention('<at>Gavel</at>')] });
  const whispered = (text: string): Json => activity('message', { text }, 'personal');
  const click = (verb: string, data: Json, more: Json = {}, where: 'channel' | 'personal' = 'channel'): Json =>
    activity(
      'invoke',
      {
        name: 'adaptiveCard/action',
        replyToId: 'm0',
        value: { action: { type: 'Action.Execute', verb, data }, trigger: 'manual' },
        ...more,
      },
      where,
    );
  async function post(
    body: Json,
  ): Promise<{ status: number; body: { statusCode?: number; type?: string; value?: unknown } }> {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as object) };
  }

  describe('an answer for one person only', () => {
    const wordsOf = ({ body }: { body: { text?: string; attachments?: unknown } }): string =>
      JSON.stringify(body.attachments ?? body.text);

    it('is shown in the channel only to the person who typed, in its thread', async () => {
      for (const line of ['seal', 'nonsense of all kinds']) {
        await post(said(line));
        const reply = connector.messages().at(-1) ?? assert.fail();
        const { isTargeted, below, conversation, body } = reply;
        assert.deepEqual(
          { isTargeted, below, conversation, recipient: body.recipient?.id },
          { isTargeted: true, below: 'root1', conversation: channel, recipient: '29:dana' },
        );
        assert.match(wordsOf(reply), line === 'seal' ? /You can’t lock.*Avery Approver/ : /understand/);
      }
      assert.equal(connector.messages().length, 2, 'and nothing before everybody');
    });

    it('is short, and for everybody, if Teams can’t do that; a place that refused it isn’t tried again', async () => {
      await post(said('echo so that the place is known'));
      connector.faults.push({ status: 403, body: '{"error":{"code":"BotNotInConversationRoster"}}' });
      for (let times = 0; times < 2; times++) {
        await post(said('seal'));
        const reply = connector.messages().at(-1) ?? assert.fail();
        assert.equal(reply.isTargeted, false);
        assert.equal(reply.conversation, `${channel};messageid=root1`);
        assert.equal(
          reply.body.text,
          'You can’t lock. Nothing was changed. You need the admin permission. Avery Approver can.',
        );
      }
      assert.equal(connector.sent.filter(({ isTargeted }) => isTargeted).length, 0);
    });

    it('is edited for whoever typed alone, and never posted for everybody', async () => {
      let title = '';
      outbox.drawCopies('preview:', async () => ({ card: 'chat/refusal', data: { ...refusalData, title } }));
      outbox.start();
      await post(said('preview'));
      const shown = connector.messages().at(-1) ?? assert.fail();
      assert.equal(shown.isTargeted, true);
      await bot.idle();
      for (title of ['Looked at', 'Over']) {
        await outbox.changed('preview:1');
        await outbox.idle();
        const edited = connector.sent.at(-1) ?? assert.fail();
        assert.deepEqual([edited.method, edited.activityId, edited.isTargeted], ['PUT', shown.activityId, true]);
        assert.match(wordsOf(edited), new RegExp(title));
      }
      assert.deepEqual(
        connector.messages().filter(({ isTargeted }) => !isTargeted),
        [],
      );
    });

    it('is the card itself for everybody where Teams can’t do that, if it is only of no use to others', async () => {
      await post(said('echo so that the place is known'));
      connector.faults.push({ status: 403, body: '{"error":{"code":"BotNotInConversationRoster"}}' });
      await post(said('preview'));
      const reply = connector.messages().at(-1) ?? assert.fail();
      assert.equal(reply.isTargeted, false);
      assert.match(JSON.stringify(reply.body.attachments), new RegExp(refusalData.title));
    });

    it('is a card in the personal chat', async () => {
      await post(whispered('seal'));
      const [reply] = connector.messages();
      assert.equal(reply?.isTargeted, false);
      assert.match(JSON.stringify(reply?.body.attachments), /You can’t lock/);
    });

    it('is a sentence next to the card for the person who clicked', async () => {
      const { body } = await post(click('chat.run', { id: 'seal' }));
      assert.match(JSON.stringify(body), /You can’t lock/);
      assert.equal(connector.messages().length, 0);
    });
  });

  describe('a card that a help card opened', () => {
    const opened = async (input: object): Promise<string> =>
      JSON.stringify((await post(click('chat.run', { id: 'card', ...input }))).body);

    it('has a button back to help, also in clients that only submit', async () => {
      const answer = await opened({ from: 'help look' });
      const data = '"data":{"id":"help look"';
      assert.match(answer, new RegExp(`"title":"Back to help","verb":"chat.run",${data}}.*"Action.Submit".*${data}`));
      for (const from of [undefined, '', 'deploy shop', 'helpless', 7, `help ${'x'.repeat(101)}`])
        assert.doesNotMatch(await opened({ from }), /Back to help/);
    });

    it('keeps the way on its own buttons, so that what they show leads back, too', async () => {
      assert.match(
        await opened({ from: 'help look' }),
        /"verb":"sample.change","data":\{"id":"abc","from":"help look"\}/,
      );
      const { body } = await post(click('sample.change', { id: 'abc', from: 'help look' }));
      assert.match(JSON.stringify(body), /"title":"Back to help"/);
    });

    it('keeps it when it is redrawn', async () => {
      outbox.drawCopies('preview:', async () => ({ card: 'chat/refusal', data: { ...refusalData, title: 'Redrawn' } }));
      outbox.start();
      const opener = click('chat.run', { id: 'preview', from: 'help look' }, {}, 'personal');
      assert.match(JSON.stringify((await post(opener)).body), /Back to help/);
      await bot.idle();
      await outbox.idle();
      await outbox.changed('preview:1');
      await outbox.idle();
      const edited = connector.sent.at(-1) ?? assert.fail();
      assert.match(JSON.stringify(edited.body), /Redrawn.*"title":"Back to help"/);
    });

    it('has no second one if it leads to help itself', async () => {
      const answer = JSON.stringify((await post(click('chat.run', { id: 'bananas', from: 'help' }))).body);
      assert.match(answer, /"data":\{"id":"help"\}/);
      assert.doesNotMatch(answer, /Back to help/);
    });
  });

  it('answers a mention in its thread, and mentions with matching text and entity', async () => {
    assert.equal((await post(said('Echo hello there'))).status, 200);
    assert.deepEqual(runs, [`${personIds.dana} channel root1 hello there`]);
    const [reply, ...more] = connector.messages();
    assert.equal(more.length, 0);
    assert.equal(reply?.conversation, `${channel};messageid=root1`);
    assert.equal(reply?.body.text, '<at>dana</at> said hello there'.replace('dana', 'Dana'));
    assert.equal(reply?.body.entities?.[0]?.text, '<at>Dana</at>');
    assert.equal(reply?.body.entities?.[0]?.mentioned?.id, '29:dana');
    assert.ok(reply?.body.summary);
  });

  it('understands a split mention, and is not fooled by a tag with its name', async () => {
    const entities = [mention('<at>Ga</at>'), mention('<at>vel</at>')];
    await post(activity('message', { text: '<at>Ga</at><at>vel</at>&nbsp;echo split', entities }));
    await post(
      activity('message', { text: '<at>Gavel</at> echo tag', entities: [mention('<at>Gavel</at>', 'tag:1')] }),
    );
    await post(activity('message', { text: 'echo unmentioned' }));
    assert.deepEqual(runs, [`${personIds.dana} channel root1 split`]);
    assert.equal(connector.messages().length, 1);
  });

  it('keeps the names of mentioned colleagues as plain text', async () => {
    const entities = [mention('<at>Gavel</at>'), mention('<at>Nico</at>', '29:nico')];
    await post(activity('message', { text: '<at>Gavel</at> echo for <at>Nico</at>', entities }));
    assert.match(runs[0] ?? '', /for Nico$/);
  });

  it('sends a card on its own, with a summary and a fallback for old clients', async () => {
    await post(whispered('card'));
    const [reply] = connector.messages();
    assert.equal(reply?.conversation, 'a:dana');
    assert.equal(reply?.body.text, undefined);
    assert.equal(reply?.body.summary, 'The summary');
    assert.match(JSON.stringify(reply?.body.attachments?.[0]?.content), /"fallback":\{"type":"Action.Submit"/);
  });

  it('sends text if a card would be too large', async () => {
    await post(whispered('large'));
    assert.equal(connector.messages()[0]?.body.text, '**The summary**\n\nThe sentence.');
  });

  it('answers a message that is delivered again only once', async () => {
    const message = whispered('echo once');
    await Promise.all([post(message), post(message)]);
    await post(message);
    assert.equal(runs.length, 1);
    assert.equal(connector.messages().length, 1);
  });

  it('answers a click with the card for that person, always with 200', async () => {
    const answer = await post(click('sample.change', { id: 'abc' }));
    assert.equal(answer.status, 200);
    assert.equal(answer.body.statusCode, 200);
    assert.equal(answer.body.type, 'application/vnd.microsoft.card.adaptive');
    assert.match(JSON.stringify(answer.body.value), /Changed abc/);
    assert.equal(connector.messages().length, 0);
  });

  it('answers a notice as plain text', async () => {
    const { body } = await post(click('sample.say', { id: 'x' }));
    assert.deepEqual(body, {
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: 'Said x *plainly*',
    });
  });

  it('joins deliveries of one click, with the same and with a new id', async () => {
    let release = (): void => undefined;
    slowly = new Promise((resolve) => (release = resolve));
    const first = click('sample.change', { id: 'abc' });
    const answers = [post(first), post(first), post(click('sample.change', { id: 'abc' }))];
    await eventually('each delivery', () => (runs.length > 0 && delivered === answers.length) || undefined);
    // The parts between the server and the router take some turns of the event loop.
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    release();
    for (const answer of await Promise.all(answers)) assert.match(JSON.stringify(answer.body.value), /Changed abc/);
    assert.equal(runs.length, 1);
  });

  it('does not join clicks of different people', async () => {
    let release = (): void => undefined;
    slowly = new Promise((resolve) => (release = resolve));
    const other = { from: { id: '29:nico', name: 'Nico', aadObjectId: objectIds.nico } };
    const answers = [post(click('sample.change', { id: 'abc' })), post(click('sample.change', { id: 'abc' }, other))];
    await eventually('both clicks', () => runs.length === 2 || undefined);
    release();
    await Promise.all(answers);
    assert.equal(runs.length, 2);
  });

  it('answers a slow click in time and shows the outcome afterward, only to the person who clicked', async () => {
    await hurry();
    let release = (): void => undefined;
    slowly = new Promise((resolve) => (release = resolve));
    const inChannel = await post(click('sample.change', { id: 'abc' }));
    assert.match(String(inChannel.body.value), /Still working/);
    const inPrivate = await post(click('sample.change', { id: 'def' }, {}, 'personal'));
    assert.match(String(inPrivate.body.value), /Still working/);
    release();
    await bot.idle();
    const outcomes = connector
      .messages()
      .map(({ method, conversation, activityId }) => ({ method, conversation, edited: activityId === 'm0' }));
    assert.equal(outcomes.length, 2);
    assert.ok(outcomes.some(({ method, conversation }) => method === 'POST' && conversation.startsWith('a:')));
    assert.ok(outcomes.some(({ method, edited }) => method === 'PUT' && edited));
  });

  it('answers later instead of promising an answer if the process itself is overloaded', async () => {
    await hurry();
    slowly = (async () => {
      for (const end = Date.now() + 400; Date.now() < end;) await new Promise((resolve) => setImmediate(resolve));
    })();
    const answer = await post(click('sample.change', { id: 'abc' }));
    assert.match(JSON.stringify(answer.body.value), /Changed abc/);
    await bot.idle();
    assert.deepEqual(connector.messages(), []);
  });

  it('runs a submitted button once, however often it is delivered', async () => {
    const submitted = activity('message', { value: { verb: 'sample.change', id: 'abc' }, replyToId: 'm0' });
    await Promise.all([post(submitted), post(submitted)]);
    await post(submitted);
    assert.equal(runs.length, 1);
    assert.equal(connector.messages().length, 1);
  });

  it('accepts an answer to a dialog once', async () => {
    await post(whispered('colors'));
    const answer = whispered('red');
    await post(answer);
    // As after a crash: nobody remembers that it was answered.
    await temporary.store
      .collection({ name: 'inbound', schema: 1, indexes: {}, queries: [] })
      .remove(`a:dana ${String(answer['id'])}`);
    await post(answer);
    await post(whispered('round'));
    assert.match(JSON.stringify(connector.messages().at(-1)?.body), /red round/);
  });

  it('changes nothing when a card refreshes automatically', async () => {
    const value = {
      action: { type: 'Action.Execute', verb: 'sample.change', data: { id: 'abc' } },
      trigger: 'automatic',
    };
    assert.equal((await post(click('', {}, { value }))).status, 200);
    assert.deepEqual(runs, []);
  });

  it('runs the fallback of old clients through the same handler', async () => {
    await post(activity('message', { value: { verb: 'sample.change', id: 'abc' }, replyToId: 'm0' }));
    assert.deepEqual(runs, [`change abc by ${personIds.dana} clicked`]);
    assert.match(JSON.stringify(connector.messages()[0]?.body), /Changed abc/);
  });

  it('answers every other invoke with 200', async () => {
    for (const name of ['task/fetch', 'task/submit', 'application/search', 'message/submitAction'])
      assert.equal((await post(activity('invoke', { name, value: {} }))).status, 200, name);
    for (const value of [
      undefined,
      null,
      7,
      {},
      { action: 3 },
      { action: { verb: {} } },
      { action: { verb: 'x'.repeat(9_999) } },
    ])
      assert.equal((await post(click('', {}, { value: value as Json }))).body.statusCode, 200);
  });

  const strangers: [string, Json, string?][] = [
    [
      'of a foreign tenant',
      { conversation: { id: 'a:x', conversationType: 'personal', tenantId: '99999999-0000-4000-8000-000000000000' } },
    ],
    ['whose tenants differ', { channelData: { tenant: { id: '99999999-0000-4000-8000-000000000000' } } }],
    ['without an Entra identity', { from: { id: '29:anonymous', name: 'Dana' } }],
    ['with a made-up identity', { from: { id: '29:x', name: 'Dana', aadObjectId: 'dana@example.com' } }],
  ];
  for (const [what, more] of strangers)
    it(`does nothing for somebody ${what}, and says so once`, async () => {
      await post({ ...whispered('echo x'), ...more });
      const answer = await post({ ...click('sample.change', { id: 'abc' }, {}, 'personal'), ...more });
      await bot.idle();
      assert.deepEqual(runs, []);
      assert.equal(answer.status, 200);
      assert.match(String(answer.body.value), /Nothing was done/);
      assert.equal(connector.messages().length, 1);
    });

  it('accepts only addresses of this machine in local mode, and no other channel', async () => {
    assert.equal((await post({ ...whispered('echo x'), serviceUrl: 'https://evil.example/' })).status, 401);
    assert.equal((await post({ ...whispered('echo x'), channelId: 'webchat' })).status, 401);
    assert.equal((await post({ ...whispered('echo x'), serviceUrl: undefined })).status, 400);
    assert.equal((await post({})).status, 400);
    assert.deepEqual(runs, []);
  });

  it('welcomes once for each place, and again after it was removed', async () => {
    const added = { action: 'add', from: { id: '29:dana', aadObjectId: objectIds.dana } };
    await post(activity('installationUpdate', added));
    await post(activity('conversationUpdate', { membersAdded: [{ id: botId }] }));
    await post(activity('conversationUpdate', { membersAdded: [{ id: '29:somebody' }] }));
    await bot.idle();
    assert.equal(connector.messages().length, 1);
    await post(activity('installationUpdate', { ...added, action: 'remove' }));
    await post(activity('installationUpdate', added));
    await bot.idle();
    assert.equal(connector.messages().length, 2);
  });

  const edited = (message: Json, text: string): Json => ({
    ...message,
    type: 'messageUpdate',
    text: String(message['text']).replace(/(^|&nbsp;)[^;]*$/, `$1${text}`),
    channelData: { ...(message['channelData'] as Json), eventType: 'editMessage' },
  });
  const answers = (): string[] => connector.messages().map(({ body }) => body.text ?? body.summary ?? '');

  it('answers a line that was not understood again when it is edited, in its thread', async () => {
    const message = said('ecko hello');
    await post(message);
    await post(edited(message, 'ecko hello'));
    assert.equal(connector.messages().length, 1, 'a preview of a link changes nothing');
    const change = edited(message, 'echo hello');
    await Promise.all([post(change), post(change)]);
    await post(change);
    assert.deepEqual(runs, [`${personIds.dana} channel root1 hello`]);
    assert.equal(connector.messages().length, 2);
    assert.equal(connector.messages()[1]?.conversation, `${channel};messageid=root1`);
    await post(edited(message, 'echo twice'));
    await post(edited(message, 'echo three times'));
    assert.equal(runs.length, 1);
    assert.match(answers()[2] ?? '', /already answered this message/);
    assert.equal(connector.messages().length, 3);
  });

  it('does nothing when a line that had an effect is edited, and says so once', async () => {
    const message = whispered('echo first');
    await post(message);
    await post(edited(message, 'echo second'));
    await post(edited(message, 'echo third'));
    assert.equal(runs.length, 1);
    assert.equal(connector.messages().length, 2);
    assert.match(answers()[1] ?? '', /already answered this message.*changes nothing/);
  });

  it('ignores an edited line that it never got, that is somebody else’s, or that was restored', async () => {
    await post(edited(whispered('echo never'), 'echo ever'));
    const message = whispered('ecko mine');
    await post(message);
    const theirs = { ...edited(message, 'echo theirs'), from: { id: '29:avery', aadObjectId: objectIds.avery } };
    await post(theirs);
    const restored = { ...(message['channelData'] as Json), eventType: 'undeleteMessage' };
    await post({ ...message, type: 'messageUpdate', channelData: restored });
    assert.deepEqual(runs, []);
    assert.equal(connector.messages().length, 1);
  });

  it('ignores reactions and deletions, whatever the line did', async () => {
    const message = whispered('echo once');
    await post(message);
    const deletion = { ...(message['channelData'] as Json), eventType: 'softDeleteMessage' };
    for (const after of [
      { ...message, type: 'messageDelete', text: undefined, channelData: deletion },
      activity('messageReaction', { reactionsAdded: [{ type: 'like' }], replyToId: 'm1' }, 'personal'),
      activity('messageReaction', { reactionsRemoved: [{ type: 'like' }], replyToId: 'm1' }),
    ])
      assert.equal((await post(after)).status, 200);
    assert.equal(runs.length, 1);
    assert.equal(connector.messages().length, 1);
  });

  it('ignores unknown activities', async () => {
    for (const type of ['messageReaction', 'event', 'typing', 'trace', 'handoff', 'x'])
      assert.equal((await post(activity(type))).status, 200);
    assert.equal(connector.messages().length, 0);
  });

  it('waits and retries when Teams asks it to', async () => {
    connector.faults.push({ status: 429, headers: { 'retry-after': '0' } }, { status: 412 });
    await post(whispered('echo patient'));
    assert.equal(connector.messages().length, 1);
  });

  /** Until neither the bot nor the outbox has anything to do. */
  async function afterwards(): Promise<void> {
    for (let round = 0; round < 8; round++) {
      await bot.idle();
      await outbox.idle();
      await nextTurn();
    }
  }

  for (const [what, fault] of Object.entries({
    '202 without a body': { status: 202, body: '' },
    '200 without a body': { status: 200, body: '' },
    '201 with an empty object': { status: 201, body: '{}' },
    '201 with a number for an id': { status: 201, body: '{"id":1789}' },
    '201 with null': { status: 201, body: 'null' },
  }))
    it(`treats ${what} as delivered: one answer, no repetition, no apology`, async () => {
      connector.faults.push({ ...fault, delivers: true });
      await post(said('echo once'));
      await afterwards();
      assert.deepEqual(
        connector.messages().map(({ body }) => body.text),
        ['<at>Dana</at> said once'],
      );
    });

  it('leaves an answer that failed three times to the outbox, where it arrives once', async () => {
    connector.faults.push({ status: 500 });
    await post(said('echo late'));
    connector.faults.push({ status: 503 }, { status: 503 });
    await eventually('the answer', () => connector.messages().length > 0 || undefined);
    await afterwards();
    assert.deepEqual(
      connector.messages().map(({ body }) => body.text),
      ['<at>Dana</at> said late'],
    );
  });

  it('repeats an answer of unknown outcome only once', async () => {
    connector.faults.push({ status: 502, delivers: true }, { status: 'reset', delivers: true });
    await post(said('echo doubtful'));
    await eventually('the second try', () => connector.faults.length === 0 || undefined);
    await afterwards();
    const answers = connector.messages().filter(({ body }) => body.text === '<at>Dana</at> said doubtful');
    assert.equal(answers.length, 2, 'both tries arrived, and there is no third');
  });

  it('answers at the top level if the thread is gone, whatever the answer looks like', async () => {
    for (const fault of [
      { status: 404, body: '{"error":{"code":"ActivityNotFoundInConversation"}}' },
      { status: 404, body: '{"error":{"code":"ConversationNotFound"}}' },
      { status: 403, body: '{"code":"ServiceError","message":"Unknown"}' },
    ]) {
      connector.faults.push(fault);
      const up = said('echo up');
      const conversation = { ...(up['conversation'] as Json), id: `${channel};messageid=17` };
      await post({ ...up, conversation });
      assert.equal(connector.messages().at(-1)?.conversation, channel);
    }
    assert.equal(connector.messages().length, 3);
  });

  it('answers in the thread of a group chat, and outside of it where there are no threads', async () => {
    const chat = '19:chat@thread.v2';
    const inChat = (id: string) => ({
      ...said('echo here'),
      conversation: { id, conversationType: 'groupChat', isGroup: true, tenantId: tenant },
      channelData: { tenant: { id: tenant } },
    });
    await post(inChat(`${chat};messageid=42`));
    await post(inChat(chat));
    assert.deepEqual(
      connector.messages().map(({ conversation }) => conversation),
      [`${chat};messageid=42`, chat],
    );
  });

  it('concludes nothing about the channel from a card that can’t be edited anymore, and reposts its final state', async () => {
    await post(said('echo known'));
    const put = (revision: number, final: boolean) =>
      outbox.put({
        key: 'run',
        destination: { to: 'place', placeId: channel },
        content: { text: `state ${revision}` },
        revision,
        final,
      });
    await put(1, false);
    await afterwards();
    connector.faults.push({ status: 403, body: '{"code":"ServiceError","message":"Unknown"}' });
    await put(2, true);
    await afterwards();
    assert.deepEqual(
      connector.messages().map(({ method, body }) => `${method} ${body.text}`),
      ['POST <at>Dana</at> said known', 'POST state 1', 'POST state 2'],
    );
    const lost = temporary.store.collection({ name: 'lost-places', schema: 1, indexes: {}, queries: [] });
    assert.equal(await lost.get(channel), undefined);
  });

  it('clears the mark of an unreachable place with an answer that arrives there', async () => {
    await post(said('echo known'));
    connector.faults.push({ status: 403 });
    const destination = { to: 'place', placeId: channel } as const;
    await outbox.put({ key: 'n', destination, content: { text: 'notice' }, revision: 1, final: true });
    await outbox.idle();
    const lost = temporary.store.collection({ name: 'lost-places', schema: 1, indexes: {}, queries: [] });
    assert.ok(await lost.get(channel));
    await post(said('echo again'));
    await afterwards();
    assert.equal(await lost.get(channel), undefined);
    await outbox.idle();
    const texts = connector.messages().map(({ body }) => body.text);
    assert.ok(texts.includes('notice'), 'what waited for it goes on at once');
  });

  it('posts to people it has seen only in a list of members', async () => {
    await post(said('echo here'));
    connector.members.push({ id: '29:avery', aadObjectId: objectIds.avery, name: 'Avery' });
    await outbox.put({
      key: 'k',
      destination: { to: 'person', personId: personIds.avery },
      content: { text: 'one' },
      revision: 1,
    });
    await outbox.put({
      key: 'l',
      destination: { to: 'person', personId: `entra:${tenant}/${objectIds.nico}` },
      content: { text: 'x' },
      revision: 1,
    });
    await outbox.idle();
    await outbox.put({
      key: 'k',
      destination: { to: 'person', personId: personIds.avery },
      content: { text: 'two' },
      revision: 2,
      final: true,
    });
    await outbox.idle();
    assert.deepEqual(
      connector
        .messages()
        .slice(1)
        .map(({ method, conversation, body }) => `${method} ${conversation} ${body.text}`),
      ['POST a:29:avery one', 'PUT a:29:avery two'],
    );
    assert.deepEqual(await outbox.fate('l'), { state: 'undeliverable', error: 'Teams doesn’t know this person' });
  });

  it('keeps a dialog private and continues it after a restart', async () => {
    await post(said('colors'));
    const texts = (): (string | undefined)[] =>
      connector.messages().map(({ conversation, body }) => `${conversation} ${body.text}`);
    assert.deepEqual(texts(), ['a:29:dana Which color?']);
    assert.ok(
      !('name' in (connector.messages()[0]?.body.conversation ?? {})),
      'a chat of two has no name, not an empty one',
    );
    await post(whispered('blue'));
    assert.deepEqual(texts().slice(1), ['a:dana Which shape?']);
    build(temporary.reopen('two'));
    await post(whispered('echo in between'));
    await post(whispered('colors'));
    await post(whispered('circle'));
    assert.match(texts().at(-1) ?? '', /blue circle$/);
    assert.equal(runs.length, 1, 'another command ran while the dialog waited');
    await post(whispered('square'));
    assert.equal(runs.length, 1);
  });

  it('leaves a dialog with cancel', async () => {
    await post(whispered('colors'));
    await post(whispered('cancel'));
    await post(whispered('blue'));
    const answers = connector.messages().map(({ body }) => body.text ?? body.summary ?? '');
    assert.ok(
      answers.some((text) => /stop asking/.test(text)),
      answers.join(' | '),
    );
    assert.match(answers.at(-1) ?? '', /didn.t understand/);
  });
});
