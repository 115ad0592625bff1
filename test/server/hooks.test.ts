import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import { silentLogger } from '../../src/core/telemetry/logger';
import { startServer } from '../../src/server';
import type { Server } from '../../src/server';
import type { ReceiveHook } from '../../src/server/hooks';

const mega = 1024 * 1024;

describe('the address for calls of outside systems', () => {
  let server: Server;
  let receive: ReceiveHook;
  const arrived: { connection: string; signature: string | undefined; body: string }[] = [];

  before(async () => {
    server = await startServer({
      ...{ host: '127.0.0.1', port: 0, logger: silentLogger, ready: async () => undefined },
      processActivity: async () => ({ status: 200 }),
      receiveHook: (call) => receive(call),
    });
  });
  after(() => server.close());
  beforeEach(() => {
    arrived.length = 0;
    receive = async (call) => {
      const body = await call.body();
      if (typeof body === 'number') return { status: body };
      const { connection } = call;
      arrived.push({ connection, signature: call.header('x-gavel-signature'), body: body.toString() });
      return { status: 200 };
    };
  });

  /** On a connection of its own: one that carries the rest of a refused body can be closed at any moment. */
  function post(path: string, body: string | Buffer | readonly Buffer[], headers: OutgoingHttpHeaders = {}) {
    return new Promise<IncomingMessage>((resolve, reject) => {
      const sending = request({ agent: false, port: server.port, path, method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          // Senders get a status and nothing else.
          if (text === '') resolve(response);
          else reject(new Error(text));
        });
      });
      sending.on('error', reject);
      for (const chunk of [body].flat()) sending.write(chunk);
      sending.end();
    });
  }

  it('passes the name, the headers and the raw body on', async () => {
    const body = '{"a" :  "ü"}\r\n';
    assert.equal((await post('/api/hooks/nagios-1', body, { 'X-Gavel-Signature': 'sha256=0' })).statusCode, 200);
    assert.deepEqual(arrived, [{ connection: 'nagios-1', signature: 'sha256=0', body }]);
  });

  it('takes a megabyte and refuses two with 413, however they are sent', async () => {
    assert.equal((await post('/api/hooks/nagios', 'x'.repeat(mega))).statusCode, 200);
    assert.equal(
      (await post('/api/hooks/nagios', 'x'.repeat(2 * mega), { 'content-length': 2 * mega })).statusCode,
      413,
    );
    const chunks = Array.from({ length: 8 }, () => Buffer.alloc(mega / 4));
    assert.equal((await post('/api/hooks/nagios', chunks)).statusCode, 413);
    assert.equal(arrived.length, 1);
  });

  it('answers before the body has arrived if nobody wants it', async () => {
    receive = async () => ({ status: 401 });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(
        { port: server.port, path: '/api/hooks/nagios', method: 'POST', headers: { 'content-length': '1000000' } },
        (response) => {
          resolve(response.statusCode);
          sending.destroy();
        },
      );
      sending.on('error', reject);
      sending.write('x');
    });
    assert.equal(status, 401);
  });

  it('tells senders when to come again', async () => {
    receive = async () => ({ status: 503, retryAfterSeconds: 2 });
    const response = await post('/api/hooks/nagios', '{}');
    assert.deepEqual([response.statusCode, response.headers['retry-after']], [503, '2']);
  });

  it('refuses web pages and compressed bodies', async () => {
    assert.equal((await post('/api/hooks/nagios', '{}', { origin: 'https://pages.example' })).statusCode, 403);
    assert.equal((await post('/api/hooks/nagios', gzipSync('{}'), { 'content-encoding': 'gzip' })).statusCode, 415);
    assert.deepEqual(arrived, []);
  });

  for (const [path, name] of [
    ['/api/hooks/__proto__', '__proto__'],
    ['/api/hooks/a%2Fb', 'a/b'],
    ['/api/hooks/..%2F..%2Fmessages', '../../messages'],
  ] as const)
    it(`passes the name in ${path} on as it is`, async () => {
      await post(path, '{}');
      assert.deepEqual(
        arrived.map(({ connection }) => connection),
        [name],
      );
    });

  for (const [method, path] of [
    ['GET', '/api/hooks/nagios'],
    ['PUT', '/api/hooks/nagios'],
    ['POST', '/api/hooks'],
    ['POST', '/api/hooks/a/b'],
    ['POST', '/api/hooks/%E0%A4%A'],
  ] as const)
    it(`refuses ${method} ${path}`, async () => {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
      assert.ok(response.status >= 400 && response.status < 500, `answered ${response.status}`);
      assert.deepEqual(arrived, []);
    });
});
