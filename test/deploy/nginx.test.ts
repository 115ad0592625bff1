import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/telemetry/logger';
import { startServer } from '../../src/server';
import type { Server } from '../../src/server';
import { freePort } from '../free-ports';
import { findNginx, startNginx } from './nginx';
import type { RunningNginx } from './nginx';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('nginx in front of Gavel, with TLS', () => {
  let folder: string;
  let gavel: Server;
  let nginx: RunningNginx;
  const received: unknown[] = [];

  before(async function () {
    const program = findNginx();
    if (program === undefined) return this.skip();
    folder = mkdtempSync(join(tmpdir(), 'gavel-nginx-'));
    gavel = await startServer({
      host: '127.0.0.1',
      port: 0,
      processActivity: async (authorization, activity) => {
        received.push({ authorization, activity });
        return { status: 200, body: { heard: true } };
      },
      ready: async () => undefined,
      logger: silentLogger,
    });
    nginx = await startNginx(program, folder, [gavel.port, await freePort()]);
  });
  after(async () => {
    await nginx?.stop();
    await gavel?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function ask(method: string, path: string, body = '', more: Record<string, string> = {}): Promise<Answer> {
    const headers = { host: 'gavel.example.com', 'content-type': 'application/json', ...more };
    const where = { host: '127.0.0.1', port: nginx.tlsPort, servername: 'gavel.example.com', ca: nginx.certificate };
    return new Promise((resolve, reject) => {
      const call = request({ ...where, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  it('passes messages on completely, with the proof of who sent them', async () => {
    const { status, body } = await ask('POST', '/api/messages', '{"type":"message"}', {
      authorization: 'Bearer a.b.c',
    });
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(body), { heard: true });
    assert.deepEqual(received.at(-1), { authorization: 'Bearer a.b.c', activity: { type: 'message' } });
  });

  it('exposes only messages and that Gavel is alive', async () => {
    assert.equal((await ask('GET', '/healthz')).status, 200);
    for (const path of ['/', '/readyz', '/metrics', '/api', '/api/messages/', '/api/messages/x', '/healthz/x', '/.env'])
      assert.equal((await ask('GET', path)).status, 404, path);
    assert.equal((await ask('GET', '/api/messages')).status, 405);
    assert.equal((await ask('POST', '/api/hooks/github')).status, 404);
  });

  it('stops requests that are too large before they reach Gavel', async () => {
    const before = received.length;
    const { status } = await ask('POST', '/api/messages', JSON.stringify({ text: 'x'.repeat(256 * 1024) }));
    assert.equal(status, 413);
    assert.equal(received.length, before);
    assert.equal((await ask('POST', '/api/messages', JSON.stringify({ text: 'x'.repeat(200 * 1024) }))).status, 200);
  });

  it('does not reveal its version and tells browsers to stay with TLS', async () => {
    const { headers } = await ask('GET', '/');
    assert.equal(headers['server'], 'nginx');
    assert.match(headers['strict-transport-security'] ?? '', /max-age=31536000/);
  });

  it('redirects requests without TLS', async () => {
    const { status, location } = await new Promise<{ status?: number; location?: string }>((resolve, reject) => {
      plainRequest(
        {
          host: '127.0.0.1',
          port: nginx.plainPort,
          path: '/healthz',
          headers: { host: 'gavel.example.com' },
          agent: false,
        },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode, location: response.headers.location });
        },
      )
        .on('error', reject)
        .end();
    });
    assert.equal(status, 301);
    assert.equal(location, 'https://gavel.example.com/healthz');
  });
});
