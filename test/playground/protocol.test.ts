import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as send } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlayground } from '../../src/playground';
import type { Playground } from '../../src/playground';
import { createPlaygroundClient } from './client';

const deployments = '19:deployments@thread.tacv2';
const message = { type: 'message', text: 'hello' };

interface Heard {
  type: string;
  id: string;
  name?: string;
  text?: string;
  value?: { action?: { verb: string; data: Record<string, unknown> }; trigger?: string; data?: unknown };
  entities?: { type: string; text: string; mentioned?: { id: string; type?: string } }[];
  from: { id: string; aadObjectId: string };
  conversation: { id: string; conversationType: string; tenantId: string };
  channelData: { tenant: { id: string }; team?: { id: string }; channel?: { id: string } };
  replyToId?: string;
}

/** A bot of a few lines: remembers what it gets and answers clicks as configured. */
function startBot(): Promise<{
  url: string;
  heard: Heard[];
  answer: { status: number; body: unknown };
  close(): void;
  server: Server;
}> {
  const heard: Heard[] = [];
  const answer = { status: 200, body: {} as unknown };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      heard.push(JSON.parse(text) as Heard);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
  });
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${port}/api/messages`,
        heard,
        answer,
        server,
        close: () => void (server.close(), server.closeAllConnections()),
      });
    }),
  );
}

describe('the playground', () => {
  let folder: string;
  let bot: Awaited<ReturnType<typeof startBot>>;
  let playground: Playground;

  const start = (): Promise<Playground> =>
    startPlayground({ port: 0, botUrl: bot.url, dataFile: join(folder, 'playground.ndjson') });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-playground-'));
    bot = await startBot();
    playground = await start();
  });
  afterEach(async () => {
    await playground.close();
    bot.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL(path, playground.url), {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    const text = await response.text();
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      body: (text ? JSON.parse(text) : undefined) as unknown,
    };
  };
  const activities = (conversation: string): string =>
    `/v3/conversations/${encodeURIComponent(conversation)}/activities`;
  const post = (conversation = deployments, body: unknown = message) => call('POST', activities(conversation), body);

  it('sends, replies, edits and deletes as the Bot Connector does', async () => {
    const { status, body } = await post();
    assert.equal(status, 201);
    const { id } = body as { id: string };
    const reply = await call('POST', `${activities(deployments)}/${id}`, message);
    assert.equal(reply.status, 201);
    assert.equal((await call('PUT', `${activities(deployments)}/${id}`, { ...message, text: 'changed' })).status, 200);
    const client = createPlaygroundClient(playground.url);
    const [first, second] = await client.messages('dana', deployments);
    assert.equal(first?.text, 'changed');
    assert.ok(first?.editedAt);
    assert.equal(second?.root, id, 'a reply stands in the thread');
    assert.equal((await call('DELETE', `${activities(deployments)}/${id}`)).status, 200);
    assert.equal((await client.messages('dana', deployments))[0]?.deleted, true);
    assert.equal((await call('PUT', `${activities(deployments)}/${id}`, message)).status, 404);
  });

  it('creates personal conversations and new threads', async () => {
    const personal = await call('POST', '/v3/conversations', { members: [{ id: '29:nico' }] });
    assert.equal((personal.body as { id: string }).id, 'a:nico');
    const thread = await call('POST', '/v3/conversations', {
      channelData: { channel: { id: deployments } },
      activity: message,
    });
    assert.match((thread.body as { id: string }).id, /^19:deployments@thread\.tacv2;messageid=\d+$/);
    assert.equal((await post((thread.body as { id: string }).id)).status, 201);
  });

  it('returns members, one member, pages of members and the team', async () => {
    const base = `/v3/conversations/${encodeURIComponent(deployments)}`;
    const paged = (await call('GET', `${base}/pagedmembers?pageSize=2`)).body as unknown as {
      members: { aadObjectId: string; tenantId: string }[];
      continuationToken: string;
    };
    assert.equal(paged.members.length, 2);
    const rest = (await call('GET', `${base}/pagedmembers?pageSize=5&continuationToken=${paged.continuationToken}`))
      .body as unknown as { members: object[] };
    assert.equal(rest.members.length, 3);
    assert.equal(((await call('GET', `${base}/members/29%3Aavery`)).body as { name: string }).name, 'Avery Approver');
    assert.equal((await call('GET', `${base}/members/29%3Anobody`)).status, 404);
    const channels = (await call('GET', `/v3/teams/${encodeURIComponent('19:general@thread.tacv2')}/conversations`))
      .body as unknown as { conversations: object[] };
    assert.equal(channels.conversations.length, 3);
  });

  it('refuses what Teams refuses: unknown, too large, too many, invalid', async () => {
    assert.equal((await post('19:unknown@thread.tacv2')).status, 404);
    assert.equal((await post(deployments, { ...message, text: 'x'.repeat(60_000) })).status, 413);
    assert.equal((await post(deployments, { type: 'message' })).status, 400);
    assert.equal((await post(deployments, 'words')).status, 400);
    const answers = [];
    for (let count = 0; count < 8; count++) answers.push(await post('a:dana'));
    const last = answers[answers.length - 1];
    assert.equal(last?.status, 429);
    assert.ok(Number(last?.retryAfter) >= 1);
  });

  it('sends and accepts nothing where it was removed, even after a restart, until it is added again', async () => {
    const client = createPlaygroundClient(playground.url);
    const { body } = await post();
    await client.install('ada', deployments, { remove: true });
    assert.deepEqual(
      bot.heard.map((each) => each.type),
      ['installationUpdate', 'conversationUpdate'],
    );
    const edit = `${activities(deployments)}/${(body as { id: string }).id}`;
    assert.equal((await post()).status, 403);
    assert.equal((await call('PUT', edit, message)).status, 403);
    await assert.rejects(client.say('dana', deployments, 'help'), /isn’t installed here/);
    await playground.close();
    playground = await start();
    assert.equal((await post()).status, 403);
    await createPlaygroundClient(playground.url).install('ada', deployments);
    assert.equal((await post()).status, 201);
  });

  it('shows a targeted message only to its recipient, and follows Teams’ rules for it', async () => {
    const world = (await call('GET', '/api/world')).body as { people: { key: string; id: string }[] };
    const idOf = (key: string): string => world.people.find((each) => each.key === key)?.id ?? assert.fail(key);
    const to = `/v3/conversations/${encodeURIComponent(deployments)}/activities`;
    const targeted = '?isTargetedActivity=true';
    const page = { 'x-gavel-playground': '1' };
    const dana = { id: idOf('dana') };
    const root = ((await call('POST', to, message)).body as { id: string }).id;
    assert.equal((await call('POST', `${to}${targeted}`, message)).status, 400, 'without a recipient');
    const sent = await call('POST', `${to}/${root}${targeted}`, { ...message, text: 'for you', recipient: dana });
    assert.equal(sent.status, 201);
    const { id } = sent.body as { id: string };
    const seenBy = async (as: string): Promise<{ id: string; root: string }[]> =>
      (await call('GET', `/api/messages?as=${as}&conversation=${encodeURIComponent(deployments)}`)).body as never;
    assert.deepEqual(
      (await seenBy('dana')).map((each) => [each.id, each.root]),
      [
        [root, root],
        [id, root],
      ],
    );
    assert.deepEqual(
      (await seenBy('ada')).map((each) => each.id),
      [root],
    );
    const react = { as: 'dana', conversation: deployments, activityId: id };
    assert.equal((await call('POST', '/api/react', react, page)).status, 403, 'nobody can react to it');
    const click = { ...react, as: 'ada', action: { type: 'Action.Execute', verb: 'x', data: {} } };
    assert.equal((await call('POST', '/api/click', click, page)).status, 404, 'for Ada it is not there');
    assert.equal((await call('PUT', `${to}/${id}`, message)).status, 404);
    assert.equal((await call('PUT', `${to}/${id}${targeted}`, { ...message, recipient: dana })).status, 400);
    assert.equal((await call('PUT', `${to}/${id}${targeted}`, message)).status, 200);
    assert.equal((await call('DELETE', `${to}/${id}${targeted}`)).status, 200);
  });

  it('simulates faults', async () => {
    const client = createPlaygroundClient(playground.url);
    for (const kind of ['412', '429', '500', '502'] as const) {
      await client.faults({ add: { kind } });
      assert.equal((await post()).status, Number(kind));
    }
    await client.faults({ add: { kind: 'reset' } });
    await assert.rejects(post());
    const before = (await client.messages('dana', deployments)).length;
    await client.faults({ add: { kind: 'lost-reply', method: 'POST', pathIncludes: 'activities' } });
    await assert.rejects(post());
    assert.equal((await client.messages('dana', deployments)).length, before + 1, 'stored, but the answer was lost');
    await client.faults({ add: { kind: 'slow', ms: 20 } });
    assert.equal((await post()).status, 201);
  });

  it('posts messages shaped like those of Teams', async () => {
    const client = createPlaygroundClient(playground.url);
    const said = await client.say('dana', deployments, 'deploy <shop>');
    const [heard] = bot.heard;
    assert.equal(heard?.text, '<at>Gavel</at>&nbsp;deploy &lt;shop&gt;');
    assert.equal(heard?.conversation.id, `${deployments};messageid=${said.id}`);
    assert.equal(heard?.from.aadObjectId, '11111111-0000-4000-8000-0000000000d1');
    assert.equal(heard?.channelData.tenant.id, heard?.conversation.tenantId);
    assert.equal(heard?.channelData.channel?.id, deployments);
    await client.say('dana', deployments, 'help', { mention: 'split' });
    assert.equal(bot.heard[1]?.text, '<at>Ga</at><at>vel</at>&nbsp;help');
    await client.say('dana', deployments, 'help', { mention: 'tag' });
    assert.equal(bot.heard[2]?.entities?.[0]?.mentioned?.type, 'tag');
    await client.say('dana', deployments, 'to people only', { mention: 'none' });
    assert.equal(bot.heard.length, 3, 'the bot hears only what mentions it');
    await client.say('dana', 'a:dana', 'help');
    assert.equal(bot.heard[3]?.conversation.conversationType, 'personal');
  });

  const card = {
    type: 'AdaptiveCard',
    version: '1.5',
    refresh: { action: { type: 'Action.Execute', verb: 'x.view', data: { id: '1' } }, userIds: ['29:avery'] },
    body: [],
    actions: [{ type: 'Action.Execute', verb: 'x.do', data: { id: '1' } }],
  };
  const postCard = async (content: object = card) => {
    const client = createPlaygroundClient(playground.url);
    await post(deployments, {
      type: 'message',
      summary: 's',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
    });
    return { client, shown: await client.waitFor('dana', deployments, (each) => each.summary === 's') };
  };

  it('sends clicks with their inputs, and shows the answer’s card only to the person who clicked', async () => {
    const { client, shown } = await postCard();
    bot.answer.body = {
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: { type: 'AdaptiveCard', body: [{ type: 'TextBlock', text: 'mine' }] },
    };
    assert.equal((await client.click('dana', shown, 'x.do', { reason: 'r' })).kind, 'card');
    const invoke = bot.heard[0];
    assert.deepEqual(invoke?.value?.action?.data, { id: '1', reason: 'r' });
    assert.equal(invoke?.value?.trigger, 'manual');
    assert.equal(invoke?.replyToId, shown.id);
    const view = async (as: string) => JSON.stringify((await client.messages(as, deployments))[0]?.view);
    assert.match(await view('dana'), /mine/);
    assert.doesNotMatch(await view('noor'), /mine/);
    await call('PUT', `${activities(deployments)}/${shown.id}`, {
      type: 'message',
      summary: 's',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
    });
    assert.doesNotMatch(await view('dana'), /mine/, 'an edit replaces the view');
  });

  it('refreshes automatically only for listed people, once a minute and after an edit', async () => {
    const { client, shown } = await postCard();
    bot.answer.body = {
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: { type: 'AdaptiveCard', body: [] },
    };
    assert.equal((await client.refresh('nico', shown)).kind, 'nothing');
    assert.equal((await client.refresh('avery', shown)).kind, 'card');
    assert.equal(bot.heard[0]?.value?.trigger, 'automatic');
    assert.equal((await client.refresh('avery', shown)).kind, 'nothing');
    await call('PUT', `${activities(deployments)}/${shown.id}`, {
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
    });
    assert.equal((await client.refresh('avery', shown)).kind, 'card');
  });

  it('reads answers of every kind', async () => {
    const { client, shown } = await postCard();
    const kinds: [number, unknown, string][] = [
      [200, { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'hi' }, 'message'],
      [200, { statusCode: 400, type: 'application/vnd.microsoft.error', value: { message: 'no' } }, 'error'],
      [500, {}, 'error'],
    ];
    for (const [status, body, kind] of kinds) {
      Object.assign(bot.answer, { status, body });
      assert.equal((await client.click('dana', shown, 'x.do')).kind, kind);
    }
  });

  it('opens and closes dialogs as strictly as Teams', async () => {
    const { client, shown } = await postCard({
      actions: [
        { type: 'Action.Submit', title: 'Ask…', data: { msteams: { type: 'task/fetch' }, verb: 'x.ask', id: '7' } },
      ],
    });
    const dialog = (content: object, more: object = {}): object => ({
      task: {
        type: 'continue',
        value: { title: 'Sure?', card: { contentType: 'application/vnd.microsoft.card.adaptive', content }, ...more },
      },
    });
    const submit = { type: 'Action.Submit', title: 'Do it', data: { verb: 'x.ask', id: '7' } };
    const inside = { type: 'AdaptiveCard', actions: [submit] };
    Object.assign(bot.answer, { status: 200, body: dialog(inside, { width: 400, height: 200 }) });
    const open = await client.open('dana', shown, 'x.ask');
    assert.deepEqual([open.title, bot.heard.at(-1)?.name], ['Sure?', 'task/fetch']);
    assert.deepEqual(bot.heard.at(-1)?.value, {
      data: { msteams: { type: 'task/fetch' }, verb: 'x.ask', id: '7' },
      context: { theme: 'default' },
    });
    const kinds: [unknown, string][] = [
      [undefined, 'nothing'],
      [{ task: { type: 'message', value: 'Done' } }, 'message'],
      [dialog(inside), 'dialog'],
      // Each of these leaves the dialog open with an error in it.
      [{}, 'error'],
      [{ task: { type: 'message', value: '' } }, 'error'],
      [{ task: { type: 'continue', value: { card: { content: inside } } } }, 'error'],
      [dialog({ type: 'AdaptiveCard', actions: [{ type: 'Action.Execute', title: 'x', verb: 'x.do' }] }), 'error'],
    ];
    for (const [body, kind] of kinds) {
      Object.assign(bot.answer, { status: 200, body });
      const answer = await open.press('x.ask', { reason: 'slow' });
      assert.equal(answer.kind, kind, JSON.stringify(body));
      assert.deepEqual(bot.heard.at(-1)?.value?.data, { verb: 'x.ask', id: '7', reason: 'slow' });
    }
    for (const body of [undefined, { task: { type: 'message', value: 'No' } }]) {
      Object.assign(bot.answer, { status: 200, body });
      await assert.rejects(client.open('dana', shown, 'x.ask'), /No dialog opened/);
    }
  });

  it('delivers a click twice if doubling is on, with the same or a new id', async () => {
    const { client, shown } = await postCard();
    for (const [how, ids] of [
      ['same-id', 1],
      ['new-id', 2],
    ] as const) {
      bot.heard.length = 0;
      await client.faults({ duplicateInvokes: how });
      await client.click('dana', shown, 'x.do');
      assert.equal(bot.heard.length, 2);
      assert.equal(new Set(bot.heard.map((each) => each.id)).size, ids);
    }
  });

  /** The path exactly as written: fetch would normalize it first. */
  const statusOf = (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = send({ host: '127.0.0.1', port: playground.port, path, method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end('{}');
    });

  it('is only for this machine and its own page', async () => {
    const say = { as: 'dana', conversation: deployments, text: 'help' };
    const own = { 'x-gavel-playground': '1' };
    assert.equal((await call('POST', '/api/say', say)).status, 403, 'without the header');
    for (const path of [
      '/./api/say',
      '/x/../api/say',
      '/%2e/api/say',
      '//api/say',
      `${playground.url}api/say`,
      '/elsewhere',
    ])
      assert.equal(await statusOf(path), 403, path);
    assert.equal(
      (await call('POST', '/api/say', say, { ...own, origin: 'https://evil.example' })).status,
      403,
      'from another page',
    );
    assert.equal((await call('GET', '/api/world?as=dana', undefined, { origin: 'null' })).status, 403);
    assert.equal((await call('POST', '/api/say', { ...say, as: 'nobody' }, own)).status, 404);
    assert.equal((await call('GET', `/api/messages?as=nico&conversation=a:dana`)).status, 403, 'not in this chat');
    assert.equal((await call('POST', '/api/say', { as: 'dana' }, own)).status, 400);
    const status = await new Promise((resolve) =>
      send(playground.url, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.resume().statusCode),
      ).end(),
    );
    assert.equal(status, 403, 'under another name');
  });

  it('serves its page with a policy that runs no foreign script, and all its libraries', async () => {
    for (const path of [
      '',
      'page.js',
      'page.css',
      'library/adaptivecards.js',
      'library/markdown-it.js',
      'library/purify.js',
    ]) {
      const response = await fetch(new URL(path, playground.url));
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get('content-security-policy') ?? '', /script-src 'self'/);
      await response.arrayBuffer();
    }
    assert.equal((await fetch(new URL('/../package.json', playground.url))).status, 404);
    for (const word of ['__proto__', 'constructor', 'toString'])
      assert.equal((await fetch(new URL(`/library/${word}`, playground.url))).status, 404, word);
  });

  it('keeps its conversations across a restart', async () => {
    await post();
    // No chance to save at the end: a second playground reads what the first one has acknowledged.
    const first = playground;
    playground = await start();
    await first.close();
    const client = createPlaygroundClient(playground.url);
    assert.equal((await client.messages('dana', deployments)).length, 1);
  });
});
