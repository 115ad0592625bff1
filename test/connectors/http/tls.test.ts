import assert from 'node:assert/strict';
import type { TLSSocket } from 'node:tls';
import { createAuthority, createIdentity } from './certificates';
import type { Identity } from './certificates';
import { callOf, ClientWorld, failureOf, Fine } from './client-world';
import { answer } from './faulty-server';

describe('the HTTP client with TLS', () => {
  const world = new ClientWorld();
  let authority: Identity;
  let stranger: Identity;
  let trusted: Identity;

  before(async () => {
    authority = await createAuthority('Acme authority');
    stranger = await createAuthority('Somebody else');
    trusted = await createIdentity(authority, 'localhost', 100);
  });
  afterEach(() => world.close());

  it('trusts the connection’s own authority', async () => {
    const server = await world.server(undefined, trusted);
    const client = world.client(server.url, { ca: authority.cert });
    for (const kind of ['read', 'once'] as const)
      assert.deepEqual(await client.json(callOf(kind), Fine), { fine: true });
  });

  const refusals: readonly [
    what: string,
    identity: () => Promise<Identity>,
    ca: () => string | undefined,
    words: RegExp,
  ][] = [
    [
      'has expired',
      () => createIdentity(authority, 'localhost', -1),
      () => authority.cert,
      /its certificate has expired \(CERT_HAS_EXPIRED\)$/,
    ],
    [
      'is for another name',
      () => createIdentity(authority, 'ci.acme.example', 100),
      () => authority.cert,
      /its certificate is for another name/,
    ],
    [
      'is signed by another authority',
      async () => trusted,
      () => stranger.cert,
      /isn’t signed by an authority that Gavel trusts/,
    ],
    [
      'is signed by nobody known',
      async () => trusted,
      () => undefined,
      /isn’t signed by an authority that Gavel trusts/,
    ],
  ];
  for (const [what, identity, ca, words] of refusals)
    it(`sends nothing to a system whose certificate ${what}`, async () => {
      const server = await world.server(undefined, await identity());
      const client = world.client(server.url, { ca: ca() });
      for (const kind of ['read', 'once'] as const) {
        const error = await failureOf(client.json(callOf(kind), Fine));
        assert.equal(error.failure, 'unreachable');
        assert.match(error.message, words);
      }
      assert.equal(server.received.length, 0);
      assert.equal(server.connections, 2, 'another try would get the same certificate');
    });

  it('shows the connection’s own certificate, and only to its own system', async () => {
    const client = await createIdentity(authority, 'gavel', 100);
    const seen: string[] = [];
    const tls = { ...trusted, ca: authority.cert, requestCert: true, rejectUnauthorized: false };
    const nameOf = (socket: TLSSocket): string =>
      socket.authorized ? String(socket.getPeerCertificate().subject.CN) : 'nobody';
    const other = await world.server(({ request, response }) => {
      seen.push(nameOf(request.socket as TLSSocket));
      answer(response, 200, 'elsewhere');
    }, tls);
    const server = await world.server(({ request, response }) => {
      seen.push(nameOf(request.socket as TLSSocket));
      answer(response, 302, '', { location: other.url });
    }, tls);
    const clientCertificate = { certificate: client.cert, key: client.key };
    const http = world.client(server.url, { ca: authority.cert, clientCertificate });
    assert.equal((await http.text(callOf('read', { mayLeave: true }))).text, 'elsewhere');
    assert.deepEqual(seen, ['gavel', 'nobody']);
  });

  describe('through a proxy', () => {
    it('goes through a tunnel with HTTPS, and trusts only the system’s own certificate', async () => {
      const proxy = await world.proxy('gavel:proxy-password');
      const server = await world.server(undefined, trusted);
      const client = world.client(server.url, { ca: authority.cert, proxy: proxy.address('gavel:proxy-password') });
      for (const kind of ['read', 'once'] as const)
        assert.deepEqual(await client.json(callOf(kind), Fine), { fine: true });
      assert.deepEqual([...new Set(proxy.tunnels)], [new URL(server.url).host]);
      assert.deepEqual(proxy.passed, []);
      assert.equal(server.received[0]?.headers['proxy-authorization'], undefined);
      const distrustful = world.client(server.url, { ca: stranger.cert, proxy: proxy.address('gavel:proxy-password') });
      assert.equal((await failureOf(distrustful.json(callOf('once'), Fine))).failure, 'unreachable');
      assert.equal(server.received.length, 2);
    });

    it('asks the proxy with plain HTTP', async () => {
      const proxy = await world.proxy('gavel:proxy-password');
      const server = await world.server();
      const client = world.client(server.url, { proxy: proxy.address('gavel:proxy-password') });
      for (const kind of ['read', 'once'] as const)
        assert.deepEqual(await client.json(callOf(kind), Fine), { fine: true });
      assert.deepEqual(proxy.tunnels, []);
      assert.equal(proxy.passed[0], `${server.url}/api/things`);
    });

    it('sends nothing when the proxy doesn’t know Gavel', async () => {
      const proxy = await world.proxy('gavel:proxy-password');
      const server = await world.server(undefined, trusted);
      const client = world.client(server.url, { ca: authority.cert, proxy: proxy.address('gavel:other-password') });
      for (const kind of ['read', 'once'] as const) {
        const error = await failureOf(client.json(callOf(kind), Fine));
        assert.equal(error.failure, 'unreachable');
        assert.match(error.message, /the proxy can’t connect/);
      }
      assert.equal(server.received.length, 0);
    });
  });
});
