import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import restify from 'restify';
import type { Request, Response } from 'restify';
import type { Logger } from '../core/telemetry/logger';
import { jsonIn } from '../core/text';

/** What the edge got back for one activity. */
export interface ActivityResult {
  readonly status: number;
  readonly body?: unknown;
}

interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** Handles one activity; whatever it throws becomes a 500 without a word. */
  readonly processActivity: (authorization: string, activity: unknown) => Promise<ActivityResult>;
  /** Rejects while the process can't serve. */
  readonly ready: () => Promise<void>;
  /** Which release this is: said to this machine only, and to nobody behind a proxy. */
  readonly release?: object;
  readonly logger: Logger;
  /** Gavel's own numbers; without it there is no `/metrics`. */
  readonly metrics?: { readonly contentType: string; text(): Promise<string> };
}

export interface Server {
  readonly port: number;
  /**
   * From now on it is not ready and asks with every answer that the next one be asked for elsewhere; with `notice` the door stays open until that was
   * noticed; `at once` waits only while requests come. Then it takes no more requests, and resolves when those in work are answered, at the
   * latest after eight seconds in all.
   */
  close(notice?: 'with notice' | 'at once'): Promise<void>;
}

const badRequest = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n';
const bodyLimitBytes = 256 * 1024;
const closingLimitMs = 8_000;
/** Whoever spreads requests over several instances needs a moment to see that this one takes no more. */
const noticeMs = { least: 1_000, most: 4_000, nobodyCame: 300 };
/** How long a connection may take to say what it wants, and then to say all of it. */
const requestLimitMs = 10_000;
const maxConnections = 10_000;
/** Longer than proxies keep theirs: whoever closes first must not be us, or a request gets lost on the way. */
const keptOpenMs = 75_000;

/** The HTTP edge. It limits and hands over; it decides nothing, and no error leaves it. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { logger } = options;
  const server = restify.createServer({ name: 'gavel', ignoreTrailingSlash: true, handleUncaughtExceptions: false });
  let leaving = false;
  let lastRequestAt = -Infinity;
  const closeAfter = (response: Response): void => {
    if (leaving && !response.headersSent) response.setHeader('connection', 'close');
  };

  // restify parses the address with the Host header and dies on a malformed one unless this stands first.
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
    lastRequestAt = performance.now();
    const { status, body } = await answerTo(request, options);
    if (response.headersSent || response.destroyed) return;
    closeAfter(response);
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
  server.server.on('clientError', (error: Error & { code?: string }, socket: Socket) => {
    const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (socket.writable)
      socket.end(timedOut ? 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n' : badRequest);
    else socket.destroy();
  });
  // restify listens for wishes to upgrade and answers none, so such a connection would stay open until its time is up.
  server.server.removeAllListeners('upgrade').on('upgrade', (_request, socket: Duplex) => socket.end(badRequest));
  limitConnections(server.server);

  await new Promise<void>((resolve, reject) => {
    // restify takes the error of its server and raises it anew on itself, where it would end the process.
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: server.address().port,
    async close(notice) {
      leaving = true;
      const begun = performance.now();
      if (notice) await waitForProxies(begun, notice === 'with notice' ? noticeMs.least : 0, () => lastRequestAt);
      await drain(server, closingLimitMs - (performance.now() - begun));
    },
  };
}

/** Closing the door resets what stands before it: so it stays open for a second and until nobody comes, but not for ever. */
async function waitForProxies(begun: number, minMs: number, cameAt: () => number): Promise<void> {
  for (;;) {
    const now = performance.now();
    if (now - begun >= noticeMs.most) return;
    if (now - begun >= minMs && now - cameAt() >= noticeMs.nobodyCame) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Nobody holds a connection without a request for long, and all together not more than the process can bear. */
function limitConnections(http: restify.Server['server']): void {
  http.maxConnections = maxConnections;
  http.headersTimeout = requestLimitMs;
  http.requestTimeout = 2 * requestLimitMs;
  http.keepAliveTimeout = keptOpenMs;
  // Node looks at its own limits every 30 s only unless told; whoever has not even finished a first head is let go in time.
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
    // Teams is no web page: with these a page of some other site can't speak to a bot on this machine.
    if (request.headers.origin !== undefined) return { status: 403 };
    if (!isPlainJson(request)) return { status: 415 };
    const body = await readBody(request);
    if (typeof body === 'number') return { status: body };
    const activity = parseObject(body.toString('utf8'));
    if (!activity) return { status: 400 };
    return await processActivity(request.header('authorization') ?? '', activity);
  } catch (error) {
    logger.error({ error }, 'An activity could not be handled');
    return { status: 500 };
  }
}

/** From this machine itself, not passed on from elsewhere and not by a web page. */
function isFromHere({ socket, headers }: Request): boolean {
  const { remoteAddress = '' } = socket;
  const passedOn = ['x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via', 'origin'] as const;
  return /^(::ffff:)?127\.|^::1$/.test(remoteAddress) && passedOn.every((name) => headers[name] === undefined);
}

/** Neither compressed nor of another kind. */
function isPlainJson({ headers }: Request): boolean {
  const encoding = headers['content-encoding'];
  return (
    /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') &&
    (encoding === undefined || encoding.toLowerCase() === 'identity')
  );
}

async function drain(server: restify.Server, limitMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.server.close(() => resolve()));
  const idle = setInterval(() => server.server.closeIdleConnections(), 50);
  const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
  await Promise.race([closed, limit]);
  clearInterval(idle);
  server.server.closeAllConnections();
}

/** Reads what somebody posts, before anybody knows who it is: never more, longer or deeper than it may be. */

/** What comes after a refusal is dropped so long and so much, then nothing is taken: the sender reads the answer instead of a broken pipe. */
const lingerMs = 2_000;
const lingerBytes = 1024 * 1024;
const deepestNesting = 100;

/**
 * The bytes, or the status that the request is to be answered with; never rejects. A body that says it is too large is not waited for; one that breaks
 * off counts as late.
 */
function readBody(request: IncomingMessage): Promise<Buffer | 408 | 413> {
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes) {
    linger(request);
    return Promise.resolve(413);
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let isOver = false;
    const timer = setTimeout(() => end(408), requestLimitMs);
    const end = (result: Buffer | 408 | 413): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      request.removeListener('data', onData);
      if (typeof result === 'number') linger(request);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > bodyLimitBytes) end(413);
      else chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => end(Buffer.concat(chunks)));
    request.once('close', () => end(408));
    request.once('error', () => end(408));
  });
}

function linger(request: IncomingMessage): void {
  const { socket } = request;
  let bytes = 0;
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref();
  request.once('close', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > lingerBytes) request.pause();
  });
  request.once('end', () => clearTimeout(timer));
  request.resume();
}

/** The JSON object, or undefined for whatever is none, also for one nested so deeply that walking over it would end badly. */
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

/** Whether there is enough of it to nest too deeply: most texts need no closer look. */
function opensOften(text: string, sign: string): boolean {
  let at = -1;
  for (let found = 0; found <= deepestNesting / 2; found++) if ((at = text.indexOf(sign, at + 1)) === -1) return false;
  return true;
}

/** The place of the closing quote; the end of the text when there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}
