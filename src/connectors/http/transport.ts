import { rootCertificates } from 'node:tls';
import { Agent, Pool, ProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { HttpAnswer, HttpLimits, HttpOptions } from './contract';

/** One request and its answer on the wire, by undici. Knows neither kinds of calls nor tries. */

export interface WireRequest {
  readonly url: URL;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly keepEnd: boolean;
  readonly limits: Pick<HttpLimits, 'headersMs' | 'bodyIdleMs' | 'maxBytes'>;
  readonly signal: AbortSignal;
  /** `kept`: one that is used again; `fresh`: made for this request; `elsewhere`: fresh, to a host that isn't the connection's. */
  readonly connection: 'kept' | 'fresh' | 'elsewhere';
  /** Called before the first byte goes out. */
  readonly onSend: () => void;
  /** Takes the body of a good answer instead of keeping it. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined;
}

/** There is no whole answer. Carries a code and nothing that came from outside. */
export class WireError extends Error {
  override readonly name = 'WireError';
  constructor(
    readonly code: string,
    readonly isSent: boolean,
  ) {
    super(code);
  }
}

export type Transport = ReturnType<typeof createTransport>;

/** Opens no connection before the first request. */
export function createTransport(options: Pick<HttpOptions, 'ca' | 'clientCertificate' | 'proxy'>, limits: HttpLimits) {
  const dispatchers = new Map<WireRequest['connection'], Dispatcher>();

  function dispatcherFor(connection: WireRequest['connection']): Dispatcher {
    const found = dispatchers.get(connection) ?? createDispatcher(connection);
    dispatchers.set(connection, found);
    return found;
  }

  function createDispatcher(connection: WireRequest['connection']): Dispatcher {
    const { ca, clientCertificate, proxy } = options;
    const own = connection !== 'elsewhere' && clientCertificate;
    const identity = own && { cert: own.certificate, key: own.key, passphrase: own.passphrase };
    // Another host, such as a store of logs, is often one of the web.
    const trusted = ca === undefined || connection !== 'elsewhere' ? ca : [...rootCertificates, ca];
    const connect = { timeout: limits.connectMs, ...(trusted !== undefined && { ca: trusted }), ...identity };
    // Zero closes a connection behind each request: one that the system is just closing would make the outcome of a write unclear.
    const pool = { pipelining: connection === 'kept' ? 1 : 0 };
    if (proxy === undefined) return new Agent({ ...pool, connect });
    return new ProxyAgent({
      uri: proxy,
      proxyTunnel: false,
      requestTls: connect,
      proxyTls: { timeout: limits.connectMs },
      clientFactory: (origin, settings) => new Pool(origin, { ...settings, headersTimeout: limits.connectMs }),
      factory: (origin, settings) => new Pool(origin, { ...settings, ...pool }),
    });
  }

  return {
    exchange: (request: WireRequest): Promise<HttpAnswer> => exchange(dispatcherFor(request.connection), request),
    /** Cuts what is in progress. */
    async close(): Promise<void> {
      await Promise.all([...dispatchers.values()].map((each) => each.destroy()));
    },
  };
}

function exchange(dispatcher: Dispatcher, request: WireRequest): Promise<HttpAnswer> {
  const { url, method, body, signal, limits, keepEnd } = request;
  return new Promise((resolve, reject) => {
    const kept = createBuffer(limits.maxBytes, keepEnd);
    let controller: Dispatcher.DispatchController | undefined;
    let head: Pick<HttpAnswer, 'status' | 'headers'> = { status: 0, headers: new Map() };
    let isSent = false;
    let isOver = false;

    function end(settle: () => void): void {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener('abort', stop);
      settle();
    }
    function fail(code: string): void {
      end(() => reject(new WireError(code, isSent)));
      controller?.abort(new Error(code));
    }
    function stop(): void {
      fail('STOPPED');
    }

    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    dispatcher.dispatch(
      {
        ...{ origin: url.origin, path: `${url.pathname}${url.search}`, method, headers: { ...request.headers }, body },
        headersTimeout: limits.headersMs,
        bodyTimeout: limits.bodyIdleMs,
      },
      {
        onRequestStart(started) {
          controller = started;
          if (isOver) return started.abort(new Error('STOPPED'));
          isSent = true;
          request.onSend();
        },
        onResponseStart(_, status, headers) {
          if (status < 200) return;
          head = { status, headers: readHeaders(headers) };
          const encoding = head.headers.get('content-encoding') ?? 'identity';
          if (encoding !== 'identity') fail('ENCODED');
        },
        onResponseData(_, chunk) {
          if (request.onChunk && head.status < 300) request.onChunk(chunk);
          else if (!kept.add(chunk)) fail('TOO_LARGE');
        },
        onResponseEnd: () => end(() => resolve({ ...head, body: kept.bytes(), isCut: kept.isCut() })),
        onResponseError: (_, error) => fail(codeOf(error)),
      },
    );
  });
}

/** Collects what arrives; `add` says no when that is more than there is room for. */
function createBuffer(maxBytes: number, keepEnd: boolean) {
  let chunks: Buffer[] = [];
  let size = 0;
  let isCut = false;
  const bytes = (): Buffer => Buffer.concat(chunks);
  return {
    bytes: () => (isCut ? bytes().subarray(-maxBytes) : bytes()),
    isCut: () => isCut,
    add(chunk: Buffer): boolean {
      // The chunk may lie in a buffer that is written to again.
      chunks.push(Buffer.from(chunk));
      size += chunk.length;
      if (size <= maxBytes) return true;
      if (!keepEnd) return false;
      isCut = true;
      // Joined only when twice as much has come, so that a long answer costs no more than its length.
      if (size > 2 * maxBytes) {
        chunks = [bytes().subarray(-maxBytes)];
        size = maxBytes;
      }
      return true;
    },
  };
}

function readHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) found.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  return found;
}

function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string' && /^\w{1,60}$/.test(code)) return code;
  return name === 'HTTPParserError' ? 'HPE_ERROR' : 'FAILED';
}
