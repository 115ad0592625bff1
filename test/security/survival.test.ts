import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eventually, patienceMs } from '../patience';
import { channelNumber, dana } from '../proof/harness';
import { startGuardedProcess } from './guarded-process';
import type { GuardedProcess } from './guarded-process';

/** What comes back on a raw socket until it is closed, however it is closed. */
function raw(port: number, text: string | Buffer, more: (socket: Socket) => void = () => undefined): Promise<string> {
  return new Promise((resolve) => {
    let seen = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(text);
      more(socket);
    });
    socket
      .on('data', (chunk) => (seen += chunk.toString('latin1')))
      .on('error', () => undefined)
      .on('close', () => resolve(seen));
  });
}

describe('a Gavel process under attack', () => {
  let gavel: GuardedProcess;
  let port = 0;

  before(async () => {
    gavel = await startGuardedProcess();
    port = gavel.instance.port;
  });
  after(() => gavel?.close());
  afterEach(async () => {
    await gavel.lives();
    assert.doesNotMatch(gavel.instance.output(), /"level":"error"|UnhandledPromise|Uncaught/i);
  });

  const json = { 'content-type': 'application/json' };
  const post = async (body: string | Buffer, headers: Record<string, string> = json): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/messages`, {
      method: 'POST',
      body: new Uint8Array(Buffer.from(body)),
      headers,
    });
    await response.text();
    return response.status;
  };
  const deep = (open: string, close: string, depth: number): string => `${open.repeat(depth)}1${close.repeat(depth)}`;

  const bodies: [string, string | Buffer, number, Record<string, string>?][] = [
    ['an empty object', '{}', 400],
    ['broken JSON', '{"type":"message",', 400],
    ['nothing', '', 400],
    ['null', 'null', 400],
    ['a number', '1e999', 400],
    ['a list', '[{}]', 400],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 400],
    ['lists nested 20 000 deep', deep('[', ']', 20_000), 400],
    ['objects nested 20 000 deep', deep('{"a":', '}', 20_000), 400],
    ['an activity with a value nested 20 000 deep', `{"type":"invoke","value":${deep('[', ']', 20_000)}}`, 400],
    ['100 000 brackets that never close', '['.repeat(100_000), 400],
    ['a type whose length is no number', '{"type":{"length":{"toString":1,"valueOf":1}}}', 400],
    ['a string without an end', `{"a":"${'\\'.repeat(100_000)}`, 400],
    ['300 kB', JSON.stringify({ text: 'x'.repeat(300_000) }), 413],
    ['words of another kind', 'type=message', 415, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['JSON that says it is text', '{}', 415, { 'content-type': 'text/plain' }],
    ['no kind at all', '{}', 415, { 'content-type': '' }],
    ['a page of another site', '{}', 403, { ...json, origin: 'https://evil.example' }],
    ['a bomb of gzip', gzipSync(Buffer.alloc(50_000_000)), 415, { ...json, 'content-encoding': 'gzip' }],
  ];
  for (const [what, body, status, headers] of bodies)
    it(`answers ${what} with ${status}`, async () => assert.equal(await post(body, headers), status));

  it('answers 20 MB with 413 without reading them', async () => {
    let written = 0;
    const size = 20_000_000;
    const head = `POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${size}\r\n\r\n`;
    const seen = await raw(port, head, (socket) => {
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const more = (): void => {
        while (written < size && !socket.destroyed && socket.write(chunk)) written += chunk.length;
        if (written < size && !socket.destroyed) socket.once('drain', more);
      };
      more();
    });
    assert.match(seen, /^HTTP\/1\.1 413 /);
    assert.ok(written < size / 2, `${written} bytes were taken`);
  });

  it('answers a body of undeclared length with 413 as soon as it is too long', async () => {
    const head =
      'POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const seen = await raw(port, head + chunk.repeat(20));
    assert.match(seen, /^HTTP\/1\.1 413 /);
  });

  for (const host of ['[', '[::1', 'a b', 'http://', '%', '@', 'x:99999', '\\', '\u00e9', ''])
    it(`survives a Host header of "${host}"`, async () => {
      for (const path of ['/healthz', '/api/messages', '//', '/\\'])
        assert.match(
          await raw(port, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
          /^HTTP\/1\.1 (200|4\d\d) /,
          path,
        );
    });

  const targets = [
    '/%',
    '/%E0%A4%A',
    '/api/messages/%ff%fe',
    '/api/messages?%',
    '/api/messages?a[b]=1&a[__proto__][x]=2',
    '/../../etc/passwd',
    '/api/%2e%2e/%2e%2e/etc/passwd',
    '//evil.example/',
    'http://evil.example/',
    'http://[',
    '*',
    '/__proto__',
    '/constructor',
    `/${'a'.repeat(9_000)}`,
    '/api/messages\u0000',
  ];
  for (const target of targets)
    it(`answers the address ${JSON.stringify(target.slice(0, 40))} with a refusal`, async () => {
      for (const method of ['GET', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND'])
        assert.match(
          await raw(port, `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`),
          // `OPTIONS *` only asks what the server can do.
          target === '*' ? /^HTTP\/1\.1 (200|4\d\d) / : /^HTTP\/1\.1 4\d\d /,
          method,
        );
    });

  const refused = /^HTTP\/1\.1 400 [^]*connection: close/i;
  const rubbish: [string, string | Buffer, RegExp?][] = [
    ['a TLS hello', Buffer.from('16030100a5010000a10303', 'hex')],
    ['bytes of all kinds', Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 167) % 256))],
    ['a head of 100 kB', `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(20_000)}\r\n`],
    ['two lengths', 'POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET',
    ],
    ['a negative length', 'POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n'],
    ['a broken chunk', 'POST /api/messages HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n'],
    ['a request and then rubbish', 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n\u0000\u0001rubbish\r\n\r\n'],
    [
      'a wish to upgrade',
      'GET /api/messages HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nrubbish\r\n\r\n',
    ],
    ['a wish to tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n', /^$/],
  ];
  for (const [what, bytes, answer = refused] of rubbish)
    it(`rejects ${what} and closes the connection`, async () => assert.match(await raw(port, bytes), answer));

  it('answers a hundred pipelined requests followed by garbage', async () => {
    const one =
      'POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
    const seen = await raw(port, `${one.repeat(100)}rubbish\r\n\r\n`);
    assert.ok((seen.match(/HTTP\/1\.1 400/g) ?? []).length >= 100);
  });

  it('serves others while two thousand connections are silent', async () => {
    const idle = await Promise.all(
      Array.from(
        { length: 2_000 },
        () =>
          new Promise<Socket>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => resolve(socket)).on('error', () => resolve(socket));
          }),
      ),
    );
    const { status } = await gavel.door.deliver(gavel.door.people.says(dana, channelNumber(1), 'thanks'));
    assert.equal(status, 200);
    for (const socket of idle) socket.destroy();
  });

  it('closes connections that send nothing, half a head of a first or later request, or half a body', async () => {
    const head =
      'POST /api/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{';
    const second = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nPOST /api/mess';
    const ends = await Promise.all([raw(port, ''), raw(port, 'POST /api/mess'), raw(port, head), raw(port, second)]);
    assert.match(ends[3] ?? '', /alive[^]*HTTP\/1\.1 408 /, 'also of a second request on the same connection');
    assert.match(ends[2] ?? '', /^HTTP\/1\.1 408 /);
  });

  it('still answers a genuine activity', async () => {
    await gavel.door.deliver(gavel.door.people.says(dana, channelNumber(2), 'thanks'));
    await eventually('an answer', () => (gavel.connector.messages.size > 0 ? true : undefined));
  });
});

describe('a Gavel process without sign-in', () => {
  const start = (environment: Record<string, string>) =>
    spawnSync(process.execPath, ['--import', 'tsx', join(__dirname, '../../src/index.ts')], {
      env: { PATH: process.env['PATH'], ...environment },
      cwd: __dirname,
      timeout: patienceMs,
      encoding: 'utf8',
    });

  const cases: [string, Record<string, string>, RegExp][] = [
    ['outside this machine', { GAVEL_HOST: '0.0.0.0' }, /listens on 127\.0\.0\.1 only/],
    ['in production', { NODE_ENV: 'production' }, /MicrosoftAppType is missing/],
  ];
  for (const [what, environment, expected] of cases)
    it(`refuses to start ${what}`, () => {
      const { status, stderr } = start(environment);
      assert.equal(status, 1);
      assert.match(stderr, expected);
    });
});
