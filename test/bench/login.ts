import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** A local stand-in for Microsoft's sign-in: OpenID document, keys, and tokens in both directions. */
export interface Login {
  readonly url: string;
  readonly openIdUrl: string;
  /** What Teams would send: signed with RS256 and 2048 bits, for this bot and this service address. */
  tokenFor(serviceUrl: string): Promise<string>;
  close(): Promise<void>;
}

export const appId = '44444444-0000-4000-8000-00000000b07a';
const hourSeconds = 3_600;

export async function startLogin(): Promise<Login> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 2_048 });
  const key = { ...(await exportJWK(publicKey)), kid: 'bench', use: 'sig', alg: 'RS256', endorsements: ['msteams'] };
  let url = '';
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const document = { issuer: 'https://api.botframework.com', jwks_uri: `${url}/keys` };
    const token = { access_token: 'a'.repeat(1_200), token_type: 'Bearer', expires_in: hourSeconds };
    const body = path.endsWith('/openid')
      ? { ...document, id_token_signing_alg_values_supported: ['RS256'] }
      : path === '/keys'
        ? { keys: [key] }
        : token;
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    openIdUrl: `${url}/openid`,
    tokenFor: (serviceUrl) =>
      new SignJWT({ serviceurl: serviceUrl })
        .setProtectedHeader({ alg: 'RS256', kid: 'bench', typ: 'JWT' })
        .setIssuer('https://api.botframework.com')
        .setAudience(appId)
        .setIssuedAt()
        .setNotBefore('-1 minute')
        .setExpirationTime('1 hour')
        .sign(privateKey),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
