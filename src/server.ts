import restify from 'restify';
import type { Request, Response } from 'restify';
import type { Logger } from './core/logger';

/** What the edge got back for one activity. */
export interface ActivityAnswer {
  readonly status: number;
  readonly body?: unknown;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Handles one activity; whatever it throws becomes a 500 without a word. */
  readonly processActivity: (authorization: string, activity: unknown) => Promise<ActivityAnswer>;
  /** Rejects while the process cannot serve. */
  readonly ready: () => Promise<void>;
  readonly logger: Logger;
}

export interface Server {
  readonly port: number;
  /** Takes no more requests and resolves when those in work are answered, or after ten seconds. */
  close(): Promise<void>;
}

const bodyLimitBytes = 256 * 1024;
const drainLimitMs = 10_000;

/** The HTTP edge. It limits and hands over; it decides nothing, and no error leaves it. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { logger } = options;
  const server = restify.createServer({ name: 'gavel', ignoreTrailingSlash: true, handleUncaughtExceptions: false });

  // restify parses the address with the Host header and dies on a malformed one unless this stands first.
  server.pre((request: Request, response: Response, next) => {
    try {
      request.getUrl();
      next();
    } catch {
      response.statusCode = 400;
      response.end();
      next(false);
    }
  });

  server.get('/healthz', async (_request: Request, response: Response) => void response.json(200, { status: 'alive' }));
  server.get('/readyz', async (_request: Request, response: Response) => {
    try {
      await options.ready();
      response.json(200, { status: 'ready' });
    } catch (error) {
      logger.info({ reason: String(error) }, 'Not ready');
      response.json(503, { status: 'not ready' });
    }
  });
  server.post('/api/messages', async (request: Request, response: Response) => {
    const { status, body } = await answerTo(request, options);
    if (response.headersSent || response.destroyed) return;
    if (body === undefined) {
      response.statusCode = status;
      response.end();
    } else response.json(status, body);
  });
  server.on('restifyError', (_request: Request, _response: Response, error: Error, done: () => void) => {
    logger.debug({ error }, 'A request was refused');
    done();
  });
  // A broken TLS hello or garbage on the socket is not worth more than the closing of the socket.
  server.server.on('clientError', (_error: Error, socket: { writable: boolean; end(text: string): void }) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  });

  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return { port: server.address().port, close: () => drain(server) };
}

async function answerTo(request: Request, { processActivity, logger }: ServerOptions): Promise<ActivityAnswer> {
  try {
    const body = await readBody(request);
    if (body === 'too large') return { status: 413 };
    const activity = parseObject(body);
    if (!activity) return { status: 400 };
    return await processActivity(request.header('authorization') ?? '', activity);
  } catch (error) {
    logger.error({ error }, 'An activity could not be handled');
    return { status: 500 };
  }
}

async function readBody(request: Request): Promise<string | 'too large'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the sender gets the answer instead of a broken pipe; far beyond it the line is cut.
    if (bytes > 40 * bodyLimitBytes) return 'too large';
    if (bytes <= bodyLimitBytes) chunks.push(chunk);
  }
  return bytes > bodyLimitBytes ? 'too large' : Buffer.concat(chunks).toString('utf8');
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function drain(server: restify.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.server.close(() => resolve()));
  const idle = setInterval(() => server.server.closeIdleConnections(), 50);
  const limit = new Promise<void>((resolve) => setTimeout(resolve, drainLimitMs).unref());
  await Promise.race([closed, limit]);
  clearInterval(idle);
  server.server.closeAllConnections();
}
