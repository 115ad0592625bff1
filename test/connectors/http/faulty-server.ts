import { createServer as createPlainServer, request as forward } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** One request that arrived whole. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
  /** 1 for the first request. */
  readonly count: number;
}

export type Serve = (exchange: Exchange) => void;

interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real server on this machine that does what a test says, and counts what arrives. */
export class FaultyServer {
  readonly received: Received[] = [];
  /** Every connection that was ever opened. */
  connections = 0;
  serve: Serve = ({ response }) => answer(response, 200, { fine: true });
  private readonly sockets = new Set<Duplex>();

  private constructor(
    private readonly server: Server,
    private readonly scheme: 'http' | 'https',
  ) {
    server.on('connection', (socket: Socket) => {
      this.connections++;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        this.received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
        this.serve({ request, response, body, count: this.received.length });
      });
    });
  }

  static async start(serve?: Serve, tls?: ServerOptions): Promise<FaultyServer> {
    const server = tls ? createSecureServer(tls) : createPlainServer();
    const faulty = new FaultyServer(server, tls ? 'https' : 'http');
    if (serve) faulty.serve = serve;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return faulty;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `${this.scheme}://${this.scheme === 'https' ? 'localhost' : '127.0.0.1'}:${port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Sends JSON, or text as it is. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown = '',
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A real proxy: tunnels by CONNECT, and passes plain requests on. */
export class TestProxy {
  readonly tunnels: string[] = [];
  readonly passed: string[] = [];
  private readonly sockets = new Set<Duplex>();

  private constructor(
    private readonly server: Server,
    private readonly credential: string,
  ) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
    });
    server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.tunnels.push(request.url ?? '');
      if (!this.isKnown(request)) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      const port = Number(request.url?.split(':').at(-1));
      const onward = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      this.sockets.add(onward);
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.passed.push(request.url ?? '');
      if (!this.isKnown(request)) return answer(response, 407, 'who are you?');
      const headers = { ...request.headers };
      delete headers['proxy-authorization'];
      request.pipe(
        forward(request.url ?? '', { method: request.method, headers }, (found) => {
          response.writeHead(found.statusCode ?? 502, found.headers);
          found.pipe(response);
        }),
      );
    });
  }

  /** `credential` is `user:password`. */
  static async start(credential: string): Promise<TestProxy> {
    const server = createPlainServer();
    const proxy = new TestProxy(server, credential);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private isKnown({ headers }: IncomingMessage): boolean {
    return headers['proxy-authorization'] === `Basic ${Buffer.from(this.credential).toString('base64')}`;
  }

  address(credential: string): string {
    return `http://${credential}@127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
