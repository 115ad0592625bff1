import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError } from 'zod';

/** Plain HTTP on this machine only, with a guard that keeps other pages out. */

export interface LocalServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the playground's page and the bot. An error thrown by `handle` is answered with its `status`, 500 by default. Port 0 takes a free one. */
export async function serveHere(
  port: number,
  handle: (address: URL, request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<LocalServer> {
  let open = port;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const path = request.url ?? '/';
    const address = URL.canParse(path, 'http://127.0.0.1') ? new URL(path, 'http://127.0.0.1') : undefined;
    const refusal = refusalOf(request, open, address?.pathname ?? '');
    if (refusal) return answerJson(response, 403, { error: { code: 'Forbidden', message: refusal } });
    if (!address)
      return answerJson(response, 400, { error: { code: 'BadSyntax', message: 'The address isn’t valid.' } });
    return handle(address, request, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const { status = 500 } = error as { status?: number };
      const message = error instanceof Error ? error.message : 'Refused';
      answerJson(response, error instanceof ZodError ? 400 : status, { error: { code: 'Refused', message } });
    });
  });
  server.keepAliveTimeout = keptOpenMs;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address && typeof address === 'object') open = address.port;
  return {
    url: `http://127.0.0.1:${open}/`,
    port: open,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function answerNotFound(response: ServerResponse): void {
  answerJson(response, 404, { error: { code: 'NotFound', message: 'No such address.' } });
}

const bodyLimitBytes = 1024 * 1024;
/** Longer than clients keep a connection: if the server closed it first, a request on its way would get lost. */
const keptOpenMs = 75_000;

/** The complete body as JSON; rejects with a `status` if it is too large or invalid. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw Object.assign(new Error('The body is too large.'), { status: 413 });
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw Object.assign(new Error('The body is not JSON.', { cause }), { status: 400 });
  }
}

export function answerJson(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Why this request is refused; undefined if it comes from this machine and from the playground's own page. */
function refusalOf(request: IncomingMessage, port: number, pathname: string): string | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  // Another page can make its own name point to 127.0.0.1, but can't choose the Host that the browser sends.
  if (!own.includes(request.headers.host ?? '')) return 'Only this machine can use this address.';
  const { origin } = request.headers;
  if (origin !== undefined && !own.includes(origin.replace(/^http:\/\//, '')))
    return 'Only the playground’s own page can do this. Open the playground directly.';
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  // Everything except what the bot calls, by the path that is served, not the one that was written.
  const forPeople = !pathname.startsWith('/v3/');
  // A form or an image of another page can't set its own header.
  if (changes && forPeople && request.headers['x-gavel-playground'] !== '1')
    return 'The x-gavel-playground header is missing.';
  return undefined;
}
