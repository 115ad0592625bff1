import { createHash, randomBytes } from 'node:crypto';
import { registerSecret } from '../../core/text/secrets';

/** How Gavel proves to a system who it is. A `token` that is a function is asked for before each call, so it can expire and be renewed. */
export type Authentication =
  | { readonly by: 'basic'; readonly user: string; readonly password: string }
  | { readonly by: 'bearer'; readonly token: string | (() => Promise<string>) }
  | { readonly by: 'header'; readonly name: string; readonly value: string }
  | { readonly by: 'digest'; readonly user: string; readonly password: string };

type Challenge = ReadonlyMap<string, string>;

interface Target {
  readonly method: string;
  /** The path and query as they are sent. */
  readonly path: string;
}

/** The headers that sign a connection's calls in. From here on its secrets show nowhere. */
export type SignIn = ReturnType<typeof createSignIn>;

export function createSignIn(authentication: Authentication | undefined) {
  let challenge: Challenge | undefined;
  let uses = 0;
  let lastToken = '';
  for (const secret of secretsOf(authentication)) registerSecret(secret);

  async function tokenOf(token: string | (() => Promise<string>)): Promise<string> {
    const value = typeof token === 'string' ? token : await token();
    if (value !== lastToken) registerSecret(value);
    lastToken = value;
    return value;
  }

  return {
    async headers(target: Target): Promise<Readonly<Record<string, string>>> {
      switch (authentication?.by) {
        case undefined:
          return {};
        case 'basic':
          return { authorization: `Basic ${base64(`${authentication.user}:${authentication.password}`)}` };
        case 'bearer':
          return { authorization: `Bearer ${await tokenOf(authentication.token)}` };
        case 'header':
          return { [authentication.name.toLowerCase()]: authentication.value };
        case 'digest':
          if (!challenge) return {};
          uses++;
          return {
            authorization: digestHeader(authentication, challenge, target, uses, randomBytes(16).toString('hex')),
          };
      }
    },
    /** Whether the call is worth sending once more: the system said what to sign, and refused before it did anything. */
    learn(status: number, header: string | undefined): boolean {
      if (authentication?.by !== 'digest' || status !== 401) return false;
      const offered = readChallenge(header);
      if (!offered || (challenge?.get('nonce') === offered.get('nonce') && uses > 0)) return false;
      challenge = offered;
      uses = 0;
      return true;
    },
  };
}

function secretsOf(authentication: Authentication | undefined): string[] {
  switch (authentication?.by) {
    case 'basic':
    case 'digest':
      return [authentication.password, `${authentication.user}:${authentication.password}`];
    case 'bearer':
      return typeof authentication.token === 'string' ? [authentication.token] : [];
    case 'header':
      return [authentication.value];
    case undefined:
      return [];
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What a digest challenge says; undefined when it's none that Gavel can answer. */
function readChallenge(header: string | undefined): Challenge | undefined {
  const [, words] = /\bDigest (.*)$/i.exec(header?.slice(0, 4_000) ?? '') ?? [];
  if (words === undefined) return undefined;
  const found = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of words.matchAll(
    /(?<![a-z0-9-])([a-z][a-z0-9-]{0,19})=(?:"([^"]*)"|([^\s,"]+))/gi,
  ))
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), quoted ?? bare);
  const offers = found
    .get('qop')
    ?.split(',')
    .map((each) => each.trim()) ?? ['auth'];
  return found.has('nonce') && offers.includes('auth') && hashOf(found) ? found : undefined;
}

/** Apache, and so Nagios, knows only MD5. */
function hashOf(challenge: Challenge): 'md5' | 'sha256' | undefined {
  const name = (challenge.get('algorithm') ?? 'MD5').toUpperCase().replace(/-SESS$/, '');
  return name === 'MD5' ? 'md5' : name === 'SHA-256' ? 'sha256' : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc7616#section-3.4 */
function digestHeader(
  { user, password }: { readonly user: string; readonly password: string },
  challenge: Challenge,
  { method, path }: Target,
  uses: number,
  clientNonce: string,
): string {
  const hash = (...parts: string[]): string =>
    createHash(hashOf(challenge) ?? 'md5')
      .update(parts.join(':'))
      .digest('hex');
  const realm = challenge.get('realm') ?? '';
  const nonce = challenge.get('nonce') ?? '';
  const algorithm = challenge.get('algorithm');
  const count = uses.toString(16).padStart(8, '0');
  const ofUser = hash(user, realm, password);
  const secret = /-sess$/i.test(algorithm ?? '') ? hash(ofUser, nonce, clientNonce) : ofUser;
  const wanted = hash(method, path);
  const hasQop = challenge.has('qop');
  const fields: [name: string, value: string | undefined][] = [
    ['username', quoted(user)],
    ['realm', quoted(realm)],
    ['nonce', quoted(nonce)],
    ['uri', quoted(path)],
    [
      'response',
      quoted(hasQop ? hash(secret, nonce, count, clientNonce, 'auth', wanted) : hash(secret, nonce, wanted)),
    ],
    ['algorithm', algorithm],
    ['opaque', challenge.has('opaque') ? quoted(challenge.get('opaque') ?? '') : undefined],
    ['qop', hasQop ? 'auth' : undefined],
    ['nc', hasQop ? count : undefined],
    ['cnonce', hasQop || /-sess$/i.test(algorithm ?? '') ? quoted(clientNonce) : undefined],
  ];
  return `Digest ${fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join(', ')}`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
