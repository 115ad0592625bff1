import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { patienceMs } from '../patience';

/**
 * A small load balancer: one address, round robin, without sticky sessions. It skips an instance that isn't ready or refuses the connection; a request goes
 * to another one only if it was certainly not delivered.
 */
export interface Proxy {
  readonly port: number;
  /** The instances that get requests now. */
  readonly ready: ReadonlySet<number>;
  close(): Promise<void>;
}

const lookEveryMs = 50;

export async function startProxy(ports: readonly number[]): Promise<Proxy> {
  const ready = new Set<number>();
  let turn = 0;

  async function look(port: number): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(patienceMs) }).catch(
      () => undefined,
    );
    if (answer?.ok) ready.add(port);
    else ready.delete(port);
  }

  function pass(incoming: IncomingMessage, body: Buffer, response: ServerResponse, tried: readonly number[]): void {
    const open = ports.filter((port) => ready.has(port) && !tried.includes(port));
    const port = open[(turn += 1) % Math.max(1, open.length)];
    if (port === undefined) return void waitForOne(incoming, body, response);
    const outgoing = request(
      { host: '127.0.0.1', port, path: incoming.url, method: incoming.method, headers: incoming.headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    outgoing.on('error', (error: Error & { code?: string }) => {
      if (error.code === 'ECONNREFUSED') return pass(incoming, body, response, [...tried, port]);
      if (!response.headersSent) response.statusCode = 502;
      response.end();
    });
    outgoing.end(body);
  }

  /** No instance is available at this moment: the request waits a little, as in any balancer with a queue. */
  async function waitForOne(incoming: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    for (let waited = 0; waited < patienceMs; waited += lookEveryMs) {
      if (ready.size > 0) return pass(incoming, body, response, []);
      await setTimeout(lookEveryMs);
    }
    response.statusCode = 503;
    response.end();
  }

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => pass(incoming, Buffer.concat(chunks), response, []));
  });
  let looking = true;
  const looks = ports.map(async (port) => {
    while (looking) {
      await look(port);
      await setTimeout(lookEveryMs);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ready,
    close: () =>
      new Promise((resolve) => {
        looking = false;
        server.close(() => void Promise.all(looks).then(() => resolve()));
        server.closeAllConnections();
      }),
  };
}
