import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import restify from 'restify';
import type { Request, Response } from 'restify';
import type { Logger } from '../core/telemetry/logger';
import { jsonIn } from '../core/text';
import { activityLimitBytes, isPlain, readBody, requestLimitMs } from './body';
import { answerHook } from './hooks';
import type { ReceiveHook } from './hooks';

/** The result of one activity. */
export interface ActivityResult {
  readonly status: number;
  readonly body?: unknown;
}

interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Handles one activity; anything it throws becomes a 500 without details. */
  readonly processActivity: (authorization: string, activity: unknown) => Promise<ActivityResult>;
  /** Rejects while the process can't serve requests. */
  readonly ready: () => Promise<void>;
  /** The release of this process: told only to this machine, and to nobody behind a proxy. */
  readonly release?: object;
  readonly logger: Logger;
  /** Handles one call of an outside system; never rejects. Without it, there is no `/api/hooks`. */
  readonly receiveHook?: ReceiveHook;
  /** Gavel's own metrics; without them, there is no `/metrics`. */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> };
}

export interface Server {
  readonly port: number;
  /**
   * From now on, it isn't ready, and each answer asks the client to send the next request elsewhere. `with notice` keeps accepting connections until
   * that was noticed; `at once` waits only while requests arrive. Then it accepts nothing more, and resolves when the requests in progress are
   * answered, after at most eight seconds in all.
   */
  close(notice?: 'with notice' | 'at once'): Promise<void>;
}

const badRequest = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n';
const closingLimitMs = 8_000;
/** A load balancer needs a moment to notice that this instance accepts nothing more. */
const noticeMs = { least: { 'with notice': 1_000, 'at once': 0 }, most: 4_000, nobodyCame: 300 };
const maxConnections = 10_000;
/** Longer than proxies keep connections open: if we closed first, a request could get lost. */
const keptOpenMs = 75_000;

/** The HTTP server. It limits requests and passes them on; it makes no decisions, and no error escapes it. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { logger } = options;
  const server = restify.createServer({ name: 'gavel', ignoreTrailingSlash: true, handleUncaughtExceptions: false });
  let leaving = false;
  let lastSignAt = -Infinity;
  const closeAfter = (response: Response): void => {
    if (leaving && !response.headersSent) response.setHeader('connection', 'close');
  };

  // restify parses the address with the Host header and crashes on a malformed one unless this comes first.
  server.pre((request: Request, response: Response, next) => {
    closeAfter(response);
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
  server.get('/readyz', async (request: Request, response: Response) => {
    const release = isFromHere(request) ? options.release : {};
    try {
      if (leaving) throw new Error('Gavel is stopping');
      await options.ready();
      response.json(200, { status: 'ready', ...release });
    } catch (error) {
      logger.info({ reason: String(error) }, 'Not ready');
      response.json(503, { status: 'not ready', ...release });
    }
  });
  const { metrics } = options;
  if (metrics)
    server.get('/metrics', async (_request: Request, response: Response) => {
      response.setHeader('content-type', metrics.contentType);
      response.end(await metrics.text());
    });
  server.post('/api/messages', async (request: Request, response: Response) => {
    lastSignAt = performance.now();
    const { status, body } = await answerTo(request, options);
    if (response.headersSent || response.destroyed) return;
    closeAfter(response);
    if (body === undefined) {
      response.statusCode = status;
      response.end();
    } else response.json(status, body);
  });
  const { receiveHook } = options;
  if (receiveHook)
    server.post('/api/hooks/:connection', async (request: Request, response: Response) => {
      lastSignAt = performance.now();
      await answerHook(request, response, receiveHook, () => closeAfter(response));
    });
  server.on('restifyError', (_request: Request, _response: Response, error: Error, done: () => void) => {
    logger.debug({ error }, 'A request was refused');
    done();
  });
  // A broken TLS hello or garbage only deserves a closed socket.
  server.server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
    const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (socket.writable)
      socket.end(timedOut ? 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n' : badRequest);
    else socket.destroy();
  });
  // restify listens for upgrade requests but never answers them, so such a connection would stay open until its time limit.
  server.server.removeAllListeners('upgrade').on('upgrade', (_request, socket: Duplex) => socket.end(badRequest));
  limitConnections(server.server);
  server.server.on('connection', () => (lastSignAt = performance.now()));
  await new Promise<void>((resolve, reject) => {
    // restify re-emits the server's error on itself, where it would end the process.
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: server.address().port,
    async close(notice) {
      leaving = true;
      const begun = performance.now();
      await (notice ? waitForProxies(begun, noticeMs.least[notice], () => lastSignAt) : takeWhatArrived());
      await drain(server, closingLimitMs - (performance.now() - begun));
    },
  };
}

/** Closing the listener resets waiting connections, so it stays open for at least a second and until none arrive, but not forever. */
async function waitForProxies(begun: number, minMs: number, cameAt: () => number): Promise<void> {
  for (;;) {
    await takeWhatArrived();
    const now = performance.now();
    if (now - begun >= noticeMs.most) return;
    if (now - begun >= minMs && now - cameAt() >= noticeMs.nobodyCame) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Timers run before anything is read: after a pause, they see silence while requests wait. Two turns, because the first may end without a read. */
async function takeWhatArrived(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** No connection stays open for long without a request, and all together stay below what the process can handle. */
function limitConnections(http: restify.Server['server']): void {
  http.maxConnections = maxConnections;
  http.headersTimeout = requestLimitMs;
  http.requestTimeout = 2 * requestLimitMs;
  http.keepAliveTimeout = keptOpenMs;
  // By default, Node checks its own limits every 30 s; connections without complete headers should be closed in time.
  Object.assign(http, { connectionsCheckingInterval: Math.min(1_000, requestLimitMs / 5) });
  const waiting = new WeakMap<Socket, NodeJS.Timeout>();
  http.on('connection', (socket: Socket) => {
    const timer = setTimeout(() => socket.destroy(), requestLimitMs).unref();
    waiting.set(socket, timer);
    socket.once('close', () => clearTimeout(timer));
  });
  http.on('request', ({ socket }: { socket: Socket }) => clearTimeout(waiting.get(socket)));
}

async function answerTo(request: Request, options: ServerOptions): Promise<ActivityResult> {
  const { processActivity, logger } = options;
  try {
    // Teams isn't a web page; without this check, a page of another site could talk to a bot on this machine.
    if (request.headers.origin !== undefined) return { status: 403 };
    if (!isPlainJson(request)) return { status: 415 };
    const body = await readBody(request, activityLimitBytes);
    if (typeof body === 'number') return { status: body };
    const activity = parseObject(body.toString('utf8'));
    if (!activity) return { status: 400 };
    return await processActivity(request.header('authorization') ?? '', activity);
  } catch (error) {
    logger.error({ error }, 'An activity could not be handled');
    return { status: 500 };
  }
}

/** From this machine itself, not forwarded and not by a web page. */
function isFromHere({ socket, headers }: Request): boolean {
  const { remoteAddress = '' } = socket;
  const passedOn = ['x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via', 'origin'] as const;
  return /^(::ffff:)?127\.|^::1$/.test(remoteAddress) && passedOn.every((name) => headers[name] === undefined);
}

/** Uncompressed JSON. */
function isPlainJson(request: Request): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '') && isPlain(request);
}

async function drain(server: restify.Server, limitMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.server.close(() => resolve()));
  const idle = setInterval(() => setImmediate(() => server.server.closeIdleConnections()), 50);
  const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
  await Promise.race([closed, limit]);
  clearInterval(idle);
  server.server.closeAllConnections();
}

const deepestNesting = 100;

/** The JSON object, or undefined if it isn't one or is nested so deeply that processing it would fail. */
function parseObject(text: string): object | undefined {
  if (isTooDeep(text)) return undefined;
  const value = jsonIn(text);
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
}

const quote = 0x22;
const backslash = 0x5c;

function isTooDeep(text: string): boolean {
  if (!opensOften(text, '{') && !opensOften(text, '[')) return false;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === quote) index = endOfString(text, index);
    else if (code === 0x7b || code === 0x5b) {
      if (++depth > deepestNesting) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

/** Whether there are enough brackets to nest too deeply: most texts need no closer check. */
function opensOften(text: string, sign: string): boolean {
  let at = -1;
  for (let found = 0; found <= deepestNesting / 2; found++) if ((at = text.indexOf(sign, at + 1)) === -1) return false;
  return true;
}

/** The position of the closing quote; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
