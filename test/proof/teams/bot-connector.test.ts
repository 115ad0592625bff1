import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlayground } from '../../../src/playground';
import type { Playground } from '../../../src/playground';
import { startBotConnector } from './bot-connector';
import type { BotConnector } from './bot-connector';

const channel = '19:deployments@thread.tacv2';
const message = { type: 'message', text: 'hello' };

describe('the Bot Connector of the proofs', () => {
  let connector: BotConnector;
  // Its time stands still: how quickly the requests of a test arrive doesn't count.
  beforeEach(async () => (connector = await startBotConnector({ elapsed: () => 1_000 })));
  afterEach(() => connector.close());

  const at = (path: string): string => `v3/conversations/${encodeURIComponent(channel)}/${path}`;
  async function call(url: string, method: string, path: string, body?: unknown) {
    const response = await fetch(`${url.replace(/\/$/, '')}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const json = (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown> | undefined;
    return { status: response.status, json, retryAfter: response.headers.get('retry-after') };
  }

  /** Status, the names and kinds of its fields, and the error's code: what a bot can rely on. */
  function shapeOf({ status, json }: Awaited<ReturnType<typeof call>>): unknown {
    const kinds = Object.entries(json ?? {}).map(([name, value]) => `${name}: ${typeof value}`);
    return { status, kinds: kinds.sort(), code: (json?.['error'] as { code?: string } | undefined)?.code };
  }

  it('answers in the same shape as the playground', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-connector-'));
    const playground: Playground = await startPlayground({
      port: 0,
      botUrl: 'http://127.0.0.1:9/api/messages',
      dataFile: join(folder, 'playground.ndjson'),
      completions: () => [],
    });
    const serviceUrl = playground.url;
    try {
      const calls: [string, string, unknown?][] = [
        ['POST', at('activities'), message],
        ['POST', at('activities'), { type: 'typing' }],
        ['POST', at('activities'), { type: 'message' }],
        ['POST', at('activities'), { ...message, text: 'x'.repeat(60_000) }],
        ['PUT', at('activities/unknown'), message],
        ['DELETE', at('activities/unknown')],
        ['POST', 'v3/conversations', { members: [{ id: '29:dana' }] }],
        ['POST', 'v3/conversations', { channelData: { channel: { id: channel } }, activity: message }],
        ['GET', 'v3/elsewhere'],
      ];
      for (const [method, path, body] of calls) {
        const here = await call(connector.url, method, path, body);
        const there = await call(serviceUrl, method, path, body);
        assert.deepEqual(shapeOf(here), shapeOf(there), `${method} ${path}`);
      }
      for (const url of [connector.url, serviceUrl]) {
        const activities = `v3/conversations/${encodeURIComponent('19:general@thread.tacv2')}/activities`;
        const posted = await call(url, 'POST', activities, message);
        const path = `${activities}/${String(posted.json?.['id'])}`;
        assert.deepEqual(await call(url, 'PUT', path, message), { status: 200, json: posted.json, retryAfter: null });
        assert.equal((await call(url, 'DELETE', path)).status, 200);
      }
    } finally {
      await playground.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('enforces the limits of a conversation and of the tenant, and counts requests that come too early', async () => {
    const posts = await Promise.all(
      Array.from({ length: 9 }, () => call(connector.url, 'POST', at('activities'), message)),
    );
    const refused = posts.filter(({ status }) => status === 429);
    assert.equal(refused.length, 2, 'seven in a second');
    assert.ok(refused.every(({ retryAfter }) => Number(retryAfter) >= 1));
    assert.ok(connector.counts().early >= 1);
    const others = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        call(connector.url, 'POST', `v3/conversations/19:c${index}/activities`, message),
      ),
    );
    assert.equal(others.filter(({ status }) => status === 201).length, 43, 'fifty in a second for all of them');
  });

  it('fails on command: refuses, breaks the connection, or posts without an answer', async () => {
    connector.mood = (_, attempt) => (['429 without Retry-After', '503', 'reset', 'lost reply'] as const)[attempt - 1];
    const post = () => call(connector.url, 'POST', at('activities'), message);
    assert.deepEqual(await post().then(({ status, retryAfter }) => [status, retryAfter]), [429, null]);
    assert.equal((await post()).status, 503);
    await assert.rejects(post());
    assert.equal(connector.messages.size, 0);
    await assert.rejects(post());
    assert.equal(connector.messages.size, 1);
    assert.equal((await post()).status, 201);
  });
});
