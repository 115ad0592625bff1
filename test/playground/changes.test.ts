import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlayground } from '../../src/playground';
import type { Playground } from '../../src/playground';
import type { Message } from '../../src/playground/messages';

interface Heard {
  readonly type: string;
  readonly id: string;
  readonly text?: string;
  readonly replyToId?: string;
  readonly reactionsAdded?: object[];
  readonly reactionsRemoved?: object[];
  readonly conversation: { readonly id: string };
  readonly channelData: { readonly eventType?: string; readonly channel?: { type?: string }; readonly team?: object };
}

const general = '19:general@thread.tacv2';
const privateOne = '19:release-room@thread.tacv2';
const sharedOne = '19:partners@thread.tacv2';

describe('edits, reactions and separate channels in the playground', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-playground-'));
  const heard: Heard[] = [];
  let bot: Server;
  let playground: Playground;
  before(async () => {
    bot = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        heard.push(JSON.parse(body) as Heard);
        response.end();
      });
    });
    await new Promise<void>((resolve) => bot.listen(0, '127.0.0.1', resolve));
    const address = bot.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const botUrl = `http://127.0.0.1:${port}/api/messages`;
    playground = await startPlayground({ port: 0, botUrl, dataFile: join(folder, 'playground.ndjson') });
  });
  beforeEach(() => void heard.splice(0));
  after(async () => {
    await playground.close();
    bot.close();
    bot.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  });

  async function post(path: string, body: object): Promise<{ status: number; body: Message & { message: Message } }> {
    const response = await fetch(new URL(path, playground.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gavel-playground': '1' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Message & { message: Message } };
  }
  const say = async (as: string, conversation: string, text: string, mention = 'normal'): Promise<Message> =>
    (await post('/api/say', { as, conversation, text, mention })).body.message;

  it('tell the bot about an edited message that mentions it, under the same id', async () => {
    const { id } = await say('dana', general, 'helth');
    const changed = await post('/api/edit', { as: 'dana', conversation: general, activityId: id, text: 'health <b>' });
    assert.equal(changed.body.text, '@Gavel health <b>');
    assert.ok(changed.body.editedAt !== undefined);
    const [first, edit] = heard;
    assert.equal(first?.type, 'message');
    assert.equal(edit?.type, 'messageUpdate');
    assert.equal(edit?.id, id);
    assert.equal(edit?.channelData.eventType, 'editMessage');
    assert.match(edit?.text ?? '', /<at>Gavel<\/at>&nbsp;health &lt;b&gt;/);
    assert.equal(edit?.conversation.id, first?.conversation.id);
  });

  it('let nobody edit other people’s messages, and keep those from the bot that were not for it', async () => {
    const { id } = await say('dana', general, 'among us', 'none');
    const edit = { conversation: general, activityId: id, text: 'other' };
    assert.equal((await post('/api/edit', { as: 'noor', ...edit })).status, 403);
    assert.equal((await post('/api/edit', { as: 'dana', ...edit, text: ' ' })).status, 400);
    assert.equal((await post('/api/edit', { as: 'dana', ...edit })).status, 200);
    assert.deepEqual(heard, []);
  });

  it('tell the bot about a thumbs-up on its own messages and its removal, which are not edits', async () => {
    const activities = `/v3/conversations/${encodeURIComponent(general)}/activities`;
    const { id } = (await post(activities, { type: 'message', text: 'hello' })).body;
    const like = { as: 'noor', conversation: general, activityId: id };
    const liked = (await post('/api/react', like)).body;
    assert.deepEqual(liked.likedBy, ['29:noor']);
    assert.equal(liked.editedAt, undefined);
    await post('/api/react', like);
    assert.deepEqual((await post('/api/react', { ...like, remove: true })).body.likedBy, []);
    assert.deepEqual(
      heard.map(({ type, replyToId }) => `${type} ${replyToId}`),
      Array(3).fill(`messageReaction ${id}`),
    );
    assert.deepEqual(heard[0]?.reactionsAdded, [{ type: 'like' }]);
    assert.deepEqual(heard[2]?.reactionsRemoved, [{ type: 'like' }]);
    const mine = await say('dana', general, 'among us', 'none');
    await post('/api/react', { ...like, activityId: mine.id });
    assert.equal(heard.length, 3);
  });

  it('include a private and a shared channel, to which Gavel is added separately', async () => {
    const refused = await post('/api/say', { as: 'dana', conversation: privateOne, text: 'help' });
    assert.equal(refused.status, 409);
    for (const conversation of [privateOne, sharedOne]) await post('/api/install', { as: 'ada', conversation });
    await say('dana', privateOne, 'help');
    await say('pat', sharedOne, 'help');
    assert.deepEqual(
      heard.map(({ type, channelData }) => `${type} ${channelData.channel?.type}`),
      [...['private', 'shared'].flatMap((each) => [`installationUpdate ${each}`, `conversationUpdate ${each}`])].concat(
        'message private',
        'message shared',
      ),
    );
    assert.ok(heard.every(({ channelData }) => channelData.team));
    assert.equal((await post('/api/say', { as: 'nico', conversation: privateOne, text: 'help' })).status, 403);
    await post('/api/install', { as: 'ada', conversation: privateOne, remove: true });
    assert.equal((await post('/api/say', { as: 'dana', conversation: privateOne, text: 'help' })).status, 409);
    assert.equal((await post('/api/say', { as: 'dana', conversation: general, text: 'help' })).status, 200);
  });

  it('include the organization of a member of the shared channel', async () => {
    const path = `v3/conversations/${encodeURIComponent(sharedOne)}/members/29:pat`;
    const pat = (await (await fetch(new URL(path, playground.url))).json()) as { tenantId: string };
    assert.match(pat.tenantId, /beef$/);
  });
});
