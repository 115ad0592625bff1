import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '../../src/core/telemetry/logger';
import { startServer } from '../../src/server';
import type { ActivityResult, Server } from '../../src/server';
import { eventually } from '../patience';

const json = { 'content-type': 'application/json' };

describe('the server', () => {
  let server: Server;
  let answer: () => Promise<ActivityResult>;
  let ready = true;
  let url = '';

  before(async () => {
    server = await startServer({
      host: '127.0.0.1',
      port: 0,
      processActivity: () => answer(),
      ready: async () => {
        if (!ready) throw new Error('store gone');
      },
      logger: silentLogger,
    });
    url = `http://127.0.0.1:${server.port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    answer = async () => ({ status: 200, body: { ok: true } });
    ready = true;
  });

  const post = (body: string): Promise<number> =>
    fetch(`${url}/api/messages`, { method: 'POST', body, headers: json }).then((response) => response.status);
  const raw = (text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
      let seen = '';
      socket
        .on('data', (chunk) => (seen += chunk.toString()))
        .on('close', () => resolve(seen))
        .on('error', () => resolve(seen));
    });

  it('passes an activity on and returns the answer', async () => {
    assert.equal(await post('{"type":"message"}'), 200);
    answer = async () => ({ status: 401 });
    assert.equal(await post('{"type":"message"}'), 401);
  });

  const refused: [string, string, number][] = [
    ['broken JSON', '{"type":', 400],
    ['an empty body', '', 400],
    ['a list', '[]', 400],
    ['words', '"hello"', 400],
    ['a body over 256 KiB', JSON.stringify({ text: 'x'.repeat(300_000) }), 413],
  ];
  for (const [what, body, status] of refused)
    it(`answers ${what} with ${status}`, async () => assert.equal(await post(body), status));

  it('reveals nothing about an error and survives', async () => {
    answer = () => Promise.reject(new Error('secret inside'));
    const response = await fetch(`${url}/api/messages`, { method: 'POST', body: '{}', headers: json });
    assert.equal(response.status, 500);
    assert.equal(await response.text(), '');
  });

  for (const host of ['[', 'a b', 'http://', '%', ''])
    it(`survives a Host header of "${host}"`, async () => {
      const seen = await raw(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assert.match(seen, /^HTTP\/1\.1 (4\d\d|200)/);
      assert.equal((await fetch(`${url}/healthz`)).status, 200);
    });

  it('survives garbage on the socket', async () => {
    await raw('\x16\x03\x01garbage\r\n\r\n');
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  it('says whether it is ready', async () => {
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    ready = false;
    assert.equal((await fetch(`${url}/readyz`)).status, 503);
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  it('answers no other address', async () => assert.equal((await fetch(`${url}/nothing`)).status, 404));

  /** A server whose activities stay in progress until they are released. */
  async function slowServer() {
    const inWork: ((result: ActivityResult) => void)[] = [];
    let isSlow = true;
    const server = await startServer({
      host: '127.0.0.1',
      port: 0,
      processActivity: () => (isSlow ? new Promise((resolve) => inWork.push(resolve)) : nextTurn({ status: 202 })),
      ready: async () => undefined,
      logger: silentLogger,
    });
    return {
      port: server.port,
      close: server.close,
      begun: () => eventually('an activity in work', () => inWork.length > 0),
      letGo() {
        isSlow = false;
        for (const resolve of inWork.splice(0)) resolve({ status: 202 });
      },
    };
  }

  it('answers requests in progress before it closes', async () => {
    const other = await slowServer();
    const inWork = fetch(`http://127.0.0.1:${other.port}/api/messages`, { method: 'POST', body: '{}', headers: json });
    await other.begun();
    const closed = other.close();
    other.letGo();
    await closed;
    assert.equal((await inWork).status, 202);
  });

  it('announces that it is closing, keeps serving, and closes kept connections', async () => {
    const other = await slowServer();
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (path: string, agent: Agent): Promise<{ status?: number; connection?: string }> =>
      new Promise((resolve, reject) => {
        const method = path === '/api/messages' ? 'POST' : 'GET';
        const sent = request(
          { host: '127.0.0.1', port: other.port, path, method, agent, headers: json },
          (response) => {
            response.resume();
            response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }));
          },
        );
        sent.on('error', reject);
        sent.end(method === 'POST' ? '{}' : undefined);
      });
    assert.deepEqual(await ask('/healthz', kept), { status: 200, connection: 'keep-alive' });
    const begunBefore = ask('/api/messages', kept);
    await other.begun();
    const closed = other.close('with notice');
    other.letGo();
    assert.deepEqual(await begunBefore, { status: 202, connection: 'close' });
    assert.equal((await ask('/readyz', kept)).status, 503);
    assert.equal((await ask('/healthz', kept)).status, 200);
    for (let count = 0; count < 3; count++)
      assert.deepEqual(await ask('/api/messages', kept), { status: 202, connection: 'close' });
    await closed;
    await assert.rejects(ask('/healthz', kept), /ECONNREFUSED/);
    kept.destroy();
  });

  /** The status of a request over a kept connection, or the error it ended with. */
  function askThrough(agent: Agent, port: number): Promise<string> {
    return new Promise((resolve) => {
      const to = { host: '127.0.0.1', port, path: '/api/messages', method: 'POST', agent, headers: json };
      const sent = request(to, (response) => {
        response.resume();
        response.on('end', () => resolve(String(response.statusCode)));
      });
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
      sent.end('{}');
    });
  }
  /** The process does nothing in this time, as on a busy machine. */
  const stall = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

  it('drops no request while it shuts down without notice', async () => {
    const other = await slowServer();
    other.letGo();
    const kept = new Agent({ keepAlive: true, maxSockets: 4 });
    const answers: string[] = [];
    let left = Infinity;
    const crowd = Array.from({ length: 4 }, async () => {
      for (; left > 0; left -= 1) answers.push(await askThrough(kept, other.port));
    });
    await eventually('some answers', () => answers.length > 20);
    left = 20;
    await Promise.all([other.close('at once'), ...crowd]);
    assert.deepEqual([...new Set(answers)], ['202']);
    assert.equal(await askThrough(kept, other.port), 'ECONNREFUSED');
    kept.destroy();
  });

  for (const notice of ['with notice', 'at once'] as const)
    it(`answers who connected while it was too busy to see it (${notice})`, async () => {
      const other = await slowServer();
      other.letGo();
      const [first, second] = [new Agent(), new Agent()];
      assert.equal(await askThrough(first, other.port), '202');
      const closed = other.close(notice);
      await nextTurn();
      const waiting = askThrough(second, other.port);
      stall(1_500);
      assert.equal(await waiting, '202');
      await closed;
    });

  it('answers the request that arrived over a kept connection before it closed', async () => {
    const other = await slowServer();
    other.letGo();
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    assert.equal(await askThrough(kept, other.port), '202');
    const waiting = askThrough(kept, other.port);
    await new Promise((resolve) => process.nextTick(resolve));
    const closed = other.close();
    assert.equal(await waiting, '202');
    await closed;
    kept.destroy();
  });
});
