import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Replaces the token service and the keys of the Bot Framework, over real HTTP. */
export interface StandIn {
  readonly url: string;
  /** The token service's next answer. */
  token: { status: number; body: unknown; date?: string };
  /** The OpenID document and the keys. */
  document: unknown;
  keys: unknown;
  readonly asked: { readonly method: string; readonly url: string; readonly body: string; readonly header: string }[];
  close(): Promise<void>;
}

export async function startStandIn(): Promise<StandIn> {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '' } = request;
      standIn.asked.push({ method, url, body, header: String(request.headers['x-identity-header'] ?? '') });
      const isToken = /token/.test(url);
      response.sendDate = !isToken || standIn.token.date === undefined;
      if (isToken && standIn.token.date !== undefined) response.setHeader('date', standIn.token.date);
      response.statusCode = isToken ? standIn.token.status : 200;
      const answer = isToken ? standIn.token.body : url === '/keys' ? standIn.keys : standIn.document;
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const standIn: StandIn = {
    url,
    token: { status: 200, body: { access_token: 'a-token-of-the-stand-in', expires_in: 3_600 } },
    document: { jwks_uri: `${url}/keys` },
    keys: { keys: [{ kty: 'RSA', kid: 'one' }] },
    asked: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
