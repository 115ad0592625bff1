import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWK, JWTHeaderParameters } from 'jose';

/** The Bot Framework's sign-in on this machine: an OpenID document, a key set, tokens, and the bot's own token. */

export const appId = '22222222-0000-4000-8000-0000000000b0';
export const issuer = 'https://api.botframework.com';

export interface KeyPair {
  readonly kid: string;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

export interface Claims {
  readonly iss?: unknown;
  readonly aud?: unknown;
  readonly exp?: unknown;
  readonly nbf?: unknown;
  readonly serviceurl?: unknown;
}

export interface IdentityServer {
  readonly openIdUrl: string;
  readonly loginUrl: string;
  /** The first key, endorsed for Teams. */
  readonly key: KeyPair;
  /** The current content of the key set. */
  readonly published: (JWK & { endorsements?: string[] })[];
  /** How often each was requested. */
  readonly asked: { document: number; keys: number; tokens: number };
  /** While true, every answer is 503. */
  down: boolean;
  /** A token as Teams sends it, optionally with other claims, header fields or another key; a claim of `null` is left out. */
  sign(serviceUrl: string, wish?: Wish): Promise<string>;
  close(): Promise<void>;
}

export interface Wish {
  readonly claims?: Claims;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly key?: CryptoKey | Uint8Array;
  readonly now?: number;
}

export async function makeKeyPair(kid: string): Promise<KeyPair> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  return { kid, ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid } };
}

export async function startIdentityServer(): Promise<IdentityServer> {
  const key = await makeKeyPair('first');
  const published: IdentityServer['published'] = [{ ...key.jwk, endorsements: ['msteams', 'webchat'] }];
  const asked = { document: 0, keys: 0, tokens: 0 };
  let url = '';
  const server = createServer((request, response) => {
    request.resume();
    const kind = request.url === '/open' ? 'document' : request.url === '/keys' ? 'keys' : 'tokens';
    asked[kind]++;
    if (identity.down) {
      response.statusCode = 503;
      return void response.end();
    }
    const bodies = {
      document: { issuer, jwks_uri: `${url}/keys`, id_token_signing_alg_values_supported: ['RS256'] },
      keys: { keys: published },
      tokens: { access_token: 'the-token-of-the-bot', expires_in: 3_600 },
    };
    response.end(JSON.stringify(bodies[kind]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const identity: IdentityServer = {
    openIdUrl: `${url}/open`,
    loginUrl: `${url}/login`,
    key,
    published,
    asked,
    down: false,
    sign(serviceUrl, { claims = {}, header = {}, key: other, now = Date.now() } = {}) {
      const seconds = Math.floor(now / 1_000);
      const all: Claims = {
        iss: issuer,
        aud: appId,
        nbf: seconds - 60,
        exp: seconds + 3_600,
        serviceurl: serviceUrl,
        ...claims,
      };
      const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
      return new SignJWT(kept)
        .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT', ...header })
        .sign(other ?? key.privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return identity;
}
