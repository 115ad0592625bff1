import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRateLimit } from '../../../../src/chat/rate-limit';
import { createBotToken } from '../../../../src/chat/teams/auth/authentication';
import type { TeamsOptions } from '../../../../src/chat/teams/connection';
import { isAllowedAddress } from '../../../../src/chat/teams/in/inbound';
import { createConnectorClient } from '../../../../src/chat/teams/out/connector-client';
import { silentLogger } from '../../../../src/core/telemetry/logger';
import { redactSecrets } from '../../../../src/core/text/secrets';
import { systemClock } from '../../../../src/core/time/clock';
import type { Store } from '../../../../src/store/contract';
import { createMovableClock } from '../../../core/time/movable-clock';

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('the sender to Teams', () => {
  let server: Server;
  let url = '';
  let heard: Heard[] = [];
  let status = 200;
  let answer: string | 'hang' | 'reset' | 'cut' = '{}';
  let headers: Record<string, string> = {};

  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        heard.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
        if (answer === 'hang') return;
        if (answer === 'reset') return void request.socket.destroy();
        response.writeHead(status, headers);
        response.write(answer);
        // Once the request has been sent.
        if (answer === 'cut') response.write(' ', () => request.socket.destroy());
        else response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    heard = [];
    status = 200;
    answer = '{}';
    headers = {};
  });

  const client = createConnectorClient({
    rule: { local: true, hosts: [] },
    token: { get: async () => 'the-token', forget: () => undefined },
    rateLimit: createRateLimit(0),
    clock: systemClock,
    timeLimitMs: 150,
  });
  const post = 'v3/conversations/19%3Aa/activities';
  const kindOf = async (method: 'POST' | 'PUT', to = url): Promise<string> =>
    client.call(to, method, method === 'PUT' ? `${post}/17` : post, { type: 'message' }).then(
      () => 'sent',
      (error: { kind?: string }) => error.kind ?? String(error),
    );

  const outcomes: [number, string, string][] = [
    [201, 'sent', 'sent'],
    [302, 'refused', 'refused'],
    [403, 'place closed', 'gone'],
    [412, 'retry', 'retry'],
    [504, 'unclear', 'retry'],
  ];
  for (const [code, posting, editing] of outcomes)
    it(`treats ${code} as “${posting}” when posting and “${editing}” when editing, after one attempt`, async () => {
      status = code;
      headers = code === 302 ? { location: `${url}/elsewhere` } : {};
      assert.equal(await kindOf('POST'), posting);
      assert.equal(await kindOf('PUT'), editing);
      assert.equal(heard.length, 2);
    });

  it('names the code of a fault, in either of its two forms', async () => {
    status = 403;
    for (const body of ['{"error":{"code":"BotDisabledByAdmin"}}', '{"code":"BotDisabledByAdmin"}']) {
      answer = body;
      await assert.rejects(client.call(url, 'POST', post, {}), { message: 'Teams returned 403 BotDisabledByAdmin' });
    }
    for (const body of ['null', '[]', 'no json', '{"error":"text"}']) {
      answer = body;
      await assert.rejects(client.call(url, 'POST', post, {}), { message: 'Teams returned 403' });
    }
  });

  it('knows what was certainly never sent from what may have arrived', async () => {
    answer = 'reset';
    assert.equal(await kindOf('POST'), 'unclear');
    assert.equal(await kindOf('PUT'), 'retry');
    answer = 'hang';
    assert.equal(await kindOf('POST'), 'unclear');
    assert.equal(await kindOf('PUT'), 'retry');
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    assert.equal(await kindOf('POST', `http://127.0.0.1:${port}`), 'retry');
  });

  it('treats a post as delivered if its answer breaks off after the status, and a read as failed', async () => {
    headers = { 'content-length': '100' };
    answer = 'cut';
    assert.equal(await kindOf('POST'), 'sent');
    await assert.rejects(client.call(url, 'GET', 'v3/x'), { kind: 'retry' });
  });

  it('reads how long to wait on any status, and pauses the conversation that long', async () => {
    headers = { 'retry-after': '7' };
    for (const [code, conversation] of [
      [429, 'b'],
      [503, 'c'],
      [500, 'd'],
    ] as const) {
      status = code;
      const path = `v3/conversations/${conversation}/activities`;
      await assert.rejects(client.call(url, 'POST', path, {}), { retryAfterMs: 7_000 });
      await assert.rejects(client.call(url, 'POST', path, {}), { message: 'Teams is rate-limiting messages there' });
    }
    assert.equal(heard.length, 3);
  });

  it('sends its token only to allowed addresses', async () => {
    assert.equal(await kindOf('POST', 'https://evil.example'), 'gone');
    assert.equal(heard.length, 0);
    await client.call(`${url}/`, 'POST', 'v3/x', {});
    assert.equal(heard[0]?.headers.authorization, 'Bearer the-token');
    assert.equal(heard[0]?.url, '/v3/x');
  });

  const addresses: [string, boolean, boolean][] = [
    ['https://smba.trafficmanager.net/emea/', true, false],
    ['https://SMBA.trafficmanager.net/emea/', true, false],
    ['http://smba.trafficmanager.net/emea/', false, false],
    ['https://evil.trafficmanager.net/', false, false],
    ['https://smba.trafficmanager.net.evil.example/', false, false],
    ['https://smba.trafficmanager.net@evil.example/', false, false],
    ['https://smba.trafficmanager.net:8443/', false, false],
    ['http://127.0.0.1:3979/', false, true],
    ['http://localhost:3979', false, true],
    ['http://127.0.0.1.evil.example/', false, false],
    ['http://169.254.169.254/', false, false],
    ['file:///etc/passwd', false, false],
    ['nonsense', false, false],
  ];
  for (const [address, teams, local] of addresses)
    it(`judges ${address}`, () => {
      assert.equal(isAllowedAddress(address, { local: false, hosts: ['smba.trafficmanager.net'] }), teams);
      assert.equal(isAllowedAddress(address, { local: true, hosts: [] }), local);
    });

  describe('its token', () => {
    const clock = createMovableClock(1_000_000);
    const options = (appType: 'SingleTenant' | 'UserAssignedMSI'): TeamsOptions => ({
      registration: {
        appType,
        appId: 'app',
        tenantId: 'tenant',
        password: appType === 'SingleTenant' ? 'pass&word' : undefined,
      },
      allowedTenants: [],
      serviceHosts: [],
      store: {} as Store,
      clock,
      logger: silentLogger,
      loginUrl: url,
      identityEndpoint: { url: `${url}/identity`, header: 'platform' },
    });

    it('is fetched once for everybody who waits, kept, renewed before it expires, and redacted', async () => {
      answer = JSON.stringify({ access_token: 'bot-token-value', expires_in: 3_600 });
      const token = createBotToken(options('SingleTenant'));
      await Promise.all([token.get(), token.get(), token.get()]);
      assert.equal(await token.get(), 'bot-token-value');
      assert.equal(heard.length, 1);
      assert.equal(heard[0]?.url, '/tenant/oauth2/v2.0/token');
      assert.equal(new URLSearchParams(heard[0]?.body).get('client_secret'), 'pass&word');
      assert.doesNotMatch(redactSecrets('Bearer bot-token-value'), /bot-token-value/);
      clock.advance(56 * 60_000);
      await token.get();
      token.forget();
      await token.get();
      assert.equal(heard.length, 3);
    });

    it('comes from the platform for a managed identity', async () => {
      answer = JSON.stringify({ access_token: 'identity-token', expires_in: '3600' });
      assert.equal(await createBotToken(options('UserAssignedMSI')).get(), 'identity-token');
      assert.match(heard[0]?.url ?? '', /^\/identity\?.*client_id=app/);
      assert.equal(heard[0]?.headers['x-identity-header'], 'platform');
    });

    it('is requested again after the token service failed, and nothing counts as sent', async () => {
      status = 503;
      const token = createBotToken(options('SingleTenant'));
      await assert.rejects(token.get(), { kind: 'retry' });
      status = 200;
      answer = JSON.stringify({ access_token: 'later-token', expires_in: 60 });
      assert.equal(await token.get(), 'later-token');
    });
  });
});
