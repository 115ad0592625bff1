import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Authentication } from '../../../src/connectors/http/authentication';
import { callOf, ClientWorld, failureOf, Fine } from './client-world';
import { answer } from './faulty-server';
import type { Serve } from './faulty-server';

const user = 'gavel "bot"';
const password = 'digest-password';

interface DigestServer {
  readonly algorithm: 'MD5' | 'SHA-256' | 'MD5-sess';
  /** How often one nonce may be used. */
  readonly uses: number;
  /** What was let through. */
  acted: string[];
}

/** Checks digests as Apache does: https://www.rfc-editor.org/rfc/rfc7616 */
function serveDigest({ algorithm, uses, acted }: DigestServer): Serve {
  let nonce = 0;
  let used = 0;
  const name = algorithm.startsWith('MD5') ? 'md5' : 'sha256';
  const hash = (...parts: string[]): string => createHash(name).update(parts.join(':')).digest('hex');
  function isRight(request: IncomingMessage): boolean {
    const header = request.headers.authorization ?? '';
    const field = (wanted: string): string =>
      new RegExp(`\\b${wanted}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^",\\s]+))`)
        .exec(header)
        ?.slice(1)
        .find(Boolean)
        ?.replace(/\\(.)/g, '$1') ?? '';
    const ofUser = hash(user, 'Nagios Access', password);
    const secret = algorithm === 'MD5-sess' ? hash(ofUser, `n${nonce}`, field('cnonce')) : ofUser;
    const expected = hash(
      secret,
      `n${nonce}`,
      field('nc'),
      field('cnonce'),
      'auth',
      hash(request.method ?? '', request.url ?? ''),
    );
    return (
      field('username') === user &&
      field('uri') === request.url &&
      field('nc') === (used + 1).toString(16).padStart(8, '0') &&
      field('response') === expected
    );
  }
  return ({ request, response }) => {
    if (nonce > 0 && used < uses && isRight(request)) {
      used++;
      acted.push(`${request.method} ${request.url}`);
      return answer(response, 200, { fine: true });
    }
    nonce++;
    used = 0;
    answer(response, 401, '', {
      'www-authenticate': `Digest realm="Nagios Access", nonce="n${nonce}", algorithm=${algorithm}, opaque="o1", qop="auth-int,auth"`,
    });
  };
}

describe('how the HTTP client signs in', () => {
  const world = new ClientWorld();
  afterEach(() => world.close());

  const schemes: readonly [authentication: Authentication, header: string, value: string][] = [
    [
      { by: 'basic', user: 'gavel', password: 'p:ä' },
      'authorization',
      `Basic ${Buffer.from('gavel:p:ä').toString('base64')}`,
    ],
    [{ by: 'bearer', token: 'a-static-token' }, 'authorization', 'Bearer a-static-token'],
    [{ by: 'header', name: 'PRIVATE-TOKEN', value: 'a-private-token' }, 'private-token', 'a-private-token'],
  ];
  for (const [authentication, header, value] of schemes)
    it(`by ${authentication.by}`, async () => {
      const server = await world.server();
      await world.client(server.url, { authentication }).json(callOf('read'), Fine);
      assert.equal(server.received[0]?.headers[header], value);
    });

  it('by a token that is asked for before each call', async () => {
    const server = await world.server();
    let count = 0;
    const token = async (): Promise<string> => `token-number-${++count}`;
    const client = world.client(server.url, { authentication: { by: 'bearer', token } });
    for (let calls = 0; calls < 2; calls++) await client.json(callOf('read'), Fine);
    assert.deepEqual(
      server.received.map(({ headers }) => headers.authorization),
      ['Bearer token-number-1', 'Bearer token-number-2'],
    );
  });

  for (const algorithm of ['MD5', 'SHA-256', 'MD5-sess'] as const)
    it(`by digest with ${algorithm}: once asked what to sign, then again only when the system wants something new signed`, async () => {
      const acted: string[] = [];
      const server = await world.server(serveDigest({ algorithm, uses: 2, acted }));
      const client = world.client(server.url, { authentication: { by: 'digest', user, password } });
      await client.json(callOf('once', { query: { q: 'a b' } }), Fine);
      await client.json(callOf('read'), Fine);
      assert.equal(server.received.length, 3);
      assert.deepEqual(acted, ['POST /api/things?q=a+b', 'GET /api/things']);
      await client.json(callOf('once'), Fine);
      assert.equal(server.received.length, 5);
      assert.equal(acted.length, 3, 'what was refused has done nothing');
    });

  it('tries a wrong digest password no second time', async () => {
    const acted: string[] = [];
    const server = await world.server(serveDigest({ algorithm: 'MD5', uses: 9, acted }));
    const client = world.client(server.url, { authentication: { by: 'digest', user, password: 'wrong-password' } });
    assert.equal((await failureOf(client.json(callOf('once'), Fine))).failure, 'unauthorized');
    assert.equal(server.received.length, 2);
    assert.deepEqual(acted, []);
  });

  it('signs with nothing that the system doesn’t offer', async () => {
    const challenges = [
      'Basic realm="x"',
      'Digest realm="x"',
      'Digest realm="x", nonce="1", qop="auth-int"',
      'Digest nonce="1", algorithm=SHA-512',
    ];
    for (const challenge of challenges) {
      const server = await world.server(({ response }) => answer(response, 401, '', { 'www-authenticate': challenge }));
      const client = world.client(server.url, { authentication: { by: 'digest', user, password } });
      assert.equal((await failureOf(client.json(callOf('read'), Fine))).failure, 'unauthorized');
      assert.equal(server.received.length, 1);
    }
  });
});
