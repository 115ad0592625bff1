import { exportSPKI } from 'jose';
import { makeKeyPair } from './identity-server';
import type { IdentityServer } from './identity-server';

/** Every known way to forge a token, by name: the content of the Authorization header. */

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Also publishes a key that isn't endorsed for Teams. */
export async function forgeTokens(
  identity: IdentityServer,
  serviceUrl: string,
  now = Date.now(),
): Promise<ReadonlyMap<string, string>> {
  const stranger = await makeKeyPair('stranger');
  const unendorsed = await makeKeyPair('unendorsed');
  identity.published.push({ ...unendorsed.jwk, endorsements: ['webchat', 'slack'] });
  const seconds = Math.floor(now / 1_000);
  const sign = (wish: Parameters<IdentityServer['sign']>[1] = {}): Promise<string> =>
    identity.sign(serviceUrl, { now, ...wish });
  const good = await sign();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const publicPem = Buffer.from(await exportSPKI(identity.key.publicKey));
  const { kid } = identity.key;
  const kidOf = (name: string) => ({ header: { kid: name } });

  const tokens: Record<string, string> = {
    'unsigned, alg none': `${encoded({ alg: 'none', kid, typ: 'JWT' })}.${payload}.`,
    'alg none with a signature': `${encoded({ alg: 'none', kid, typ: 'JWT' })}.${payload}.${signature}`,
    'alg nOnE': `${encoded({ alg: 'nOnE', kid })}.${payload}.${signature}`,
    'the signature left off': `${header}.${payload}.`,
    'signed by a stranger under our key id': await sign({ key: stranger.privateKey }),
    'HS256 with the public key (PEM) as secret': await sign({ header: { alg: 'HS256' }, key: publicPem }),
    'HS256 with the public key (JWK) as secret': await sign({
      header: { alg: 'HS256' },
      key: Buffer.from(JSON.stringify(identity.published[0])),
    }),
    'a foreign key id': await sign({ ...kidOf('stranger'), key: stranger.privateKey }),
    'no key id': await sign({ header: { kid: undefined } }),
    'a key id that is a path': await sign({ ...kidOf('../../dev/null'), key: stranger.privateKey }),
    'a key id out of the prototype': await sign({ ...kidOf('__proto__'), key: stranger.privateKey }),
    'a key that is not endorsed for Teams': await sign({ ...kidOf('unendorsed'), key: unendorsed.privateKey }),
    expired: await sign({ claims: { exp: seconds - 6 * 60 } }),
    'without an end': await sign({ claims: { exp: null } }),
    'an end that is no number': await sign({ claims: { exp: 'never' } }),
    'not valid yet': await sign({ claims: { nbf: seconds + 6 * 60 } }),
    'for another bot': await sign({ claims: { aud: '99999999-0000-4000-8000-000000000001' } }),
    'for nobody': await sign({ claims: { aud: null } }),
    'of another issuer': await sign({ claims: { iss: 'https://evil.example' } }),
    'of the emulator': await sign({
      claims: { iss: 'https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/' },
    }),
    'of the government cloud': await sign({ claims: { iss: 'https://api.botframework.us' } }),
    'of a list of issuers': await sign({ claims: { iss: ['https://api.botframework.com'] } }),
    'for another service address': await sign({ claims: { serviceurl: 'https://smba.trafficmanager.net/amer/' } }),
    'without a service address': await sign({ claims: { serviceurl: null } }),
    'a service address that is a list': await sign({ claims: { serviceurl: [serviceUrl] } }),
    'a changed payload': `${header}.${encoded({ ...claims, exp: seconds + 86_400 })}.${signature}`,
    'a changed header': `${encoded({ alg: 'RS256', kid, typ: 'JWT', x: 1 })}.${payload}.${signature}`,
    'a key of its own in the header (jwk)': await sign({ header: { jwk: stranger.jwk }, key: stranger.privateKey }),
    'a key address of its own (jku)': await sign({
      header: { jku: 'http://127.0.0.1:9/keys' },
      key: stranger.privateKey,
    }),
    'a certificate address of its own (x5u)': await sign({
      header: { x5u: 'http://127.0.0.1:9/cert' },
      key: stranger.privateKey,
    }),
    'an unknown critical header': `${encoded({ alg: 'RS256', kid, crit: ['exp2'], exp2: 1 })}.${payload}.${signature}`,
    'four parts': `${good}.${signature}`,
    'no JSON inside': `${Buffer.from('not json').toString('base64url')}.${payload}.${signature}`,
    'nothing but dots': '..',
    'a huge token': `${header}.${'A'.repeat(12_000)}.${signature}`,
  };
  const all = new Map(Object.entries(tokens).map(([what, token]) => [what, `Bearer ${token}`]));
  return all
    .set('no header', '')
    .set('no bearer', good)
    .set('another scheme', `Basic ${good}`)
    .set('two tokens', `Bearer ${good} ${good}`)
    .set('two tokens with a comma', `Bearer ${good}, Bearer ${good}`)
    .set('a space inside', `Bearer ${good.slice(0, 20)} ${good.slice(20)}`)
    .set('two spaces', `Bearer  ${good}`)
    .set('only the word', 'Bearer');
}
