import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { createTokenCheck, Unauthorized } from '../../../../src/chat/teams/auth/token-check';
import type { TokenCheck } from '../../../../src/chat/teams/auth/token-check';
import { silentLogger } from '../../../../src/core/telemetry/logger';
import { createMovableClock } from '../../../core/time/movable-clock';
import type { MovableClock } from '../../../core/time/movable-clock';
import { eventually } from '../../../patience';

const appId = '22222222-0000-4000-8000-000000000001';
const serviceUrl = 'https://smba.trafficmanager.net/emea/';
const now = Date.parse('2026-11-20T14:00:00Z');

interface Wish {
  issuer?: string;
  audience?: string;
  expiresAt?: number;
  notBefore?: number;
  serviceUrl?: string | null;
  kid?: string;
  algorithm?: string;
  key?: CryptoKey | Uint8Array;
}

describe('the token check', () => {
  let openId: Server;
  let openIdUrl = '';
  let keys: (JWK & { endorsements?: string[] })[] = [];
  let fetches = { document: 0, keys: 0 };
  let failing = false;
  let signing: { publicKey: CryptoKey; privateKey: CryptoKey };
  let stranger: { publicKey: CryptoKey; privateKey: CryptoKey };
  let clock: MovableClock;
  let check: TokenCheck;

  before(async () => {
    signing = await generateKeyPair('RS256', { extractable: true });
    stranger = await generateKeyPair('RS256', { extractable: true });
    openId = createServer((request, response) => {
      response.statusCode = failing ? 503 : 200;
      if (failing) return void response.end();
      const isKeys = request.url === '/keys';
      fetches[isKeys ? 'keys' : 'document']++;
      const body = isKeys
        ? { keys }
        : { issuer: 'https://api.botframework.com', jwks_uri: openIdUrl.replace(/open$/, 'keys') };
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => openId.listen(0, '127.0.0.1', resolve));
    openIdUrl = `http://127.0.0.1:${(openId.address() as AddressInfo).port}/open`;
  });
  after(() => new Promise((resolve) => openId.close(resolve)));
  beforeEach(async () => {
    keys = [{ ...(await exportJWK(signing.publicKey)), kid: 'one', endorsements: ['msteams', 'webchat'] }];
    fetches = { document: 0, keys: 0 };
    failing = false;
    clock = createMovableClock(now);
    check = createTokenCheck({ appId, clock, openIdUrl, logger: silentLogger });
  });

  const seconds = (time: number): number => Math.floor(time / 1000);
  function signed(wish: Wish = {}): Promise<string> {
    const claims = wish.serviceUrl === null ? {} : { serviceurl: wish.serviceUrl ?? serviceUrl };
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: wish.algorithm ?? 'RS256', kid: wish.kid ?? 'one' })
      .setIssuer(wish.issuer ?? 'https://api.botframework.com')
      .setAudience(wish.audience ?? appId)
      .setIssuedAt(seconds(now - 60_000))
      .setNotBefore(seconds(wish.notBefore ?? now - 60_000))
      .setExpirationTime(seconds(wish.expiresAt ?? now + 3_600_000));
    return token.sign(wish.key ?? signing.privateKey);
  }
  const verify = (token: string, address = serviceUrl): Promise<void> => check.verify(`Bearer ${token}`, address);
  const refuses = (work: Promise<unknown>): Promise<void> => assert.rejects(work, Unauthorized);

  it('accepts a genuine token, and checks it once', async () => {
    const token = await signed();
    await verify(token);
    await verify(token, 'https://smba.trafficmanager.net/emea');
    assert.deepEqual(fetches, { document: 1, keys: 1 });
  });

  const forged: [string, () => Promise<string>][] = [
    ['of another issuer', () => signed({ issuer: 'https://sts.windows.net/x/' })],
    ['for another bot', () => signed({ audience: '33333333-0000-4000-8000-000000000001' })],
    ['past its end and the tolerance', () => signed({ expiresAt: now - 6 * 60_000 })],
    ['that is not valid yet', () => signed({ notBefore: now + 6 * 60_000 })],
    ['for another service address', () => signed({ serviceUrl: 'https://smba.trafficmanager.net/amer/' })],
    ['without a service address', () => signed({ serviceUrl: null })],
    ['of an unknown key', () => signed({ kid: 'two' })],
    ['signed by a stranger under a known name', () => signed({ key: stranger.privateKey })],
    [
      'signed with the public key as a shared secret',
      () => signed({ algorithm: 'HS256', key: Buffer.from(JSON.stringify(keys[0])) }),
    ],
    ['without a signature', async () => `${new UnsecuredJWT({ serviceurl: serviceUrl }).setAudience(appId).encode()}`],
    [
      'that was changed on the way',
      async () => {
        const [header, , signature] = (await signed()).split('.');
        const claims = {
          iss: 'https://api.botframework.com',
          aud: appId,
          serviceurl: serviceUrl,
          exp: seconds(now) + 3_600,
        };
        return `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
      },
    ],
  ];
  for (const [what, make] of forged) it(`rejects a token ${what}`, async () => refuses(verify(await make())));

  it('rejects a known token once its key is withdrawn, without reading keys more often', async () => {
    const token = await signed({ expiresAt: now + 30 * 3_600_000 });
    await verify(token);
    const withdrawn = keys.splice(0);
    try {
      clock.advance(61 * 60_000);
      await verify(token);
      await eventually('the withdrawal', () =>
        verify(token).then(
          () => false,
          () => true,
        ),
      );
      const asked = fetches.keys;
      for (let time = 0; time < 20; time++) await refuses(verify(token));
      assert.ok(fetches.keys <= asked + 1);
    } finally {
      keys.push(...withdrawn);
    }
  });

  it('rereads keys from a day ago before it accepts anybody', async () => {
    const token = await signed({ expiresAt: now + 30 * 3_600_000 });
    await verify(token);
    const withdrawn = keys.splice(0);
    try {
      clock.advance(25 * 3_600_000);
      await refuses(verify(token));
    } finally {
      keys.push(...withdrawn);
    }
  });

  it('rejects everything that is not a bearer token', async () => {
    const token = await signed();
    for (const header of [
      '',
      'Bearer',
      'Bearer x',
      `Basic ${token}`,
      token,
      `Bearer ${token} ${token}`,
      `bearer  ${token}`,
    ])
      await refuses(check.verify(header, serviceUrl));
  });

  it('tolerates clocks that differ by five minutes', async () =>
    assert.doesNotReject(verify(await signed({ expiresAt: now - 4 * 60_000 }))));

  it('rejects a remembered token once it has expired', async () => {
    const token = await signed({ expiresAt: now + 60_000 });
    await verify(token);
    clock.advance(7 * 60_000);
    await refuses(verify(token));
  });

  it('rejects a key that is not endorsed for Teams', async () => {
    keys = [{ ...(await exportJWK(signing.publicKey)), kid: 'one', endorsements: ['webchat'] }];
    await refuses(verify(await signed()));
  });

  it('fetches the keys once for everybody who waits', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => signed()));
    await Promise.all(tokens.map((token) => verify(token)));
    assert.deepEqual(fetches, { document: 1, keys: 1 });
  });

  it('learns a new key at once, and asks for unknown ones at most every 30 s', async () => {
    await verify(await signed());
    clock.advance(31_000);
    const next = await generateKeyPair('RS256', { extractable: true });
    keys = [...keys, { ...(await exportJWK(next.publicKey)), kid: 'two', endorsements: ['msteams'] }];
    await verify(await signed({ kid: 'two', key: next.privateKey }));
    assert.equal(fetches.keys, 2);
    for (let count = 0; count < 20; count++) await refuses(verify(await signed({ kid: `unknown-${count}` })));
    assert.equal(fetches.keys, 2);
  });

  it('rejects without errors while the keys can’t be read, and recovers', async () => {
    failing = true;
    await refuses(verify(await signed()));
    failing = false;
    clock.advance(6_000);
    await verify(await signed());
  });
});
