import { createServer, request as callOn } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A call of a sender that the relay passed on. */
interface Relayed {
  readonly path: string;
  readonly body: string;
  /** 502 while nobody listens. */
  readonly status: number;
}

export interface Relay {
  readonly port: number;
  readonly calls: readonly Relayed[];
  close(): Promise<void>;
}

/** Stands between senders and Gavel, passes each call on as it is, and remembers it with its answer. It stays when Gavel is killed. */
export async function startRelay(to: number): Promise<Relay> {
  const calls: Relayed[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await text(request);
      const path = request.url ?? '';
      const { status, headers } = await passOn(to, { path, headers: request.headers, body });
      calls.push({ path, body, status });
      response.writeHead(status, headers);
      response.end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Call {
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

function passOn(
  port: number,
  { path, headers, body }: Call,
): Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>> }> {
  return new Promise((resolve) => {
    const call = callOn({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      const later = answer.headers['retry-after'];
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 502, headers: later === undefined ? {} : { 'retry-after': later } }),
      );
      answer.once('error', () => resolve({ status: 502, headers: {} }));
    });
    call.once('error', () => resolve({ status: 502, headers: {} }));
    call.end(body);
  });
}
