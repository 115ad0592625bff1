import { createHash } from 'node:crypto';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { keepRecent } from '../../../core/keys';
import { withoutEnding } from '../../../core/text';
import type { TeamsOptions } from '../connection';

/** Whether a request really comes from Teams: checks the Bot Framework token completely. */

/** Answered with 401; the message is for the log. */
export class Unauthorized extends Error {
  override readonly name = 'Unauthorized';
}

export type TokenCheck = ReturnType<typeof createTokenCheck>;

type TokenCheckOptions = Pick<TeamsOptions, 'clock' | 'logger' | 'openIdUrl'> & { readonly appId: string };

interface SigningKey {
  readonly key: CryptoKey;
  readonly endorsements: readonly string[];
}

/** Where the Bot Framework publishes its signing keys. */
export const publicOpenIdUrl = 'https://login.botframework.com/v1/.well-known/openidconfiguration';
const issuer = 'https://api.botframework.com';
const channel = 'msteams';
const skewSeconds = 5 * 60;
const refetchAfterMs = 30_000;
const failedAgainAfterMs = 5_000;
/** Keys are reread in the background after an hour, and before use after a day. */
const freshMs = 3_600_000;
const keysKeptMs = 24 * 3_600_000;
const fetchLimitMs = 5_000;
const maxRemembered = 1_000;

export function createTokenCheck({ appId, clock, logger, openIdUrl = publicOpenIdUrl }: TokenCheckOptions) {
  let keys = new Map<string, SigningKey>();
  let fetchedAt = -Infinity;
  /** When reading last failed. */
  let triedAt = -Infinity;
  let freshUntil = -Infinity;
  let fetching: Promise<void> | undefined;
  const verified = new Map<string, { readonly serviceUrl: string; readonly until: number; readonly keyId: string }>();

  /** One fetch for everybody who waits. An unknown key triggers another at most every 30 s, so nobody can make Gavel flood the endpoint. */
  async function keyFor(id: string): Promise<SigningKey | undefined> {
    const age = clock.elapsed() - fetchedAt;
    const isDue = (!keys.has(id) && age > refetchAfterMs) || age > freshMs;
    if (isDue && clock.elapsed() - triedAt > failedAgainAfterMs) {
      fetching ??= fetchKeys(openIdUrl)
        .then(
          (found) => {
            keys = found;
            fetchedAt = clock.elapsed();
            freshUntil = fetchedAt + keysKeptMs;
          },
          (error: unknown) => {
            logger.warn({ error }, 'The signing keys of the Bot Framework could not be read');
            triedAt = clock.elapsed();
          },
        )
        .finally(() => (fetching = undefined));
    }
    if (fetching && (!keys.has(id) || clock.elapsed() > freshUntil)) await fetching;
    return keys.get(id);
  }

  async function check(token: string): Promise<{ serviceUrl: string; until: number; keyId: string }> {
    const { kid, alg } = decodeProtectedHeader(token);
    if (alg !== 'RS256' || typeof kid !== 'string') throw new Unauthorized('The token isn’t signed correctly');
    const signing = await keyFor(kid);
    if (!signing) throw new Unauthorized('The token is signed with an unknown key');
    if (!signing.endorsements.includes(channel)) throw new Unauthorized('The key isn’t endorsed for Teams');
    const { payload } = await jwtVerify(token, signing.key, {
      algorithms: ['RS256'],
      issuer,
      audience: appId,
      clockTolerance: skewSeconds,
      currentDate: new Date(clock.now()),
      requiredClaims: ['exp', 'iss', 'aud'],
    });
    const serviceUrl = payload['serviceurl'];
    if (typeof serviceUrl !== 'string') throw new Unauthorized('The token names no service address');
    return { serviceUrl, until: ((payload.exp ?? 0) + skewSeconds) * 1_000, keyId: kid };
  }

  return {
    /** Rejects with `Unauthorized` unless the token is genuine, for this bot, from Teams and for this service address. */
    async verify(authorization: string, serviceUrl: string): Promise<void> {
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization)?.[1];
      if (token === undefined) throw new Unauthorized('There is no bearer token');
      const print = createHash('sha256').update(token).digest('base64');
      let known = verified.get(print);
      if (!known || known.until <= clock.now()) {
        known = await check(token).catch((cause: unknown) => {
          verified.delete(print);
          throw cause instanceof Unauthorized ? cause : new Unauthorized('The token isn’t valid', { cause });
        });
        keepRecent(verified, print, known, maxRemembered);
      }
      // Its key may have been withdrawn in the meantime.
      if (!(await keyFor(known.keyId))) {
        verified.delete(print);
        throw new Unauthorized('The token is signed with a key that was withdrawn');
      }
      if (bare(known.serviceUrl) !== bare(serviceUrl))
        throw new Unauthorized('The token is for another service address');
    },
  };
}

function bare(address: string): string {
  return withoutEnding(address.toLowerCase(), '/');
}

async function fetchKeys(openIdUrl: string): Promise<Map<string, SigningKey>> {
  const { jwks_uri: address } = (await fetchJson(openIdUrl)) as { jwks_uri?: unknown };
  if (typeof address !== 'string') throw new Error('The OpenID document names no keys');
  const { keys } = (await fetchJson(address)) as { keys?: (JWK & { endorsements?: unknown })[] };
  const found = new Map<string, SigningKey>();
  for (const jwk of keys ?? []) {
    if (jwk.kty !== 'RSA' || typeof jwk.kid !== 'string') continue;
    const endorsements = Array.isArray(jwk.endorsements) ? jwk.endorsements.map(String) : [];
    found.set(jwk.kid, { key: (await importJWK(jwk, 'RS256')) as CryptoKey, endorsements });
  }
  return found;
}

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(fetchLimitMs) });
  if (!answer.ok) throw new Error(`${url} returned ${answer.status}`);
  return answer.json();
}
