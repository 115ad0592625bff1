import type { z } from 'zod';
import { measure } from '../../core/telemetry';
import { jsonIn } from '../../core/text';
import { registerSecret } from '../../core/text/secrets';
import { joinAddress } from './address';
import { attemptCall, callError } from './attempt';
import type { AttemptParts, Outgoing } from './attempt';
import { createSignIn } from './authentication';
import type { CircuitState, HttpAnswer, HttpCall, HttpLimits, HttpOptions, Pages, Paging } from './contract';
import type { TappedExchange } from './contract';
import { CallError, createGuards } from './guards';
import { readPages } from './paging';
import { judgeSilence, maxRestMs } from './rules';
import type { Verdict } from './rules';
import { openScope } from './scope';
import { createTransport } from './transport';

/** The HTTP client of all connectors: what a call may cost, when it's sent again and what its answer means is decided here. */

const defaults: HttpLimits = {
  connectMs: 5_000,
  headersMs: 15_000,
  bodyIdleMs: 15_000,
  totalMs: 60_000,
  maxBytes: 10_000_000,
  maxReads: 8,
  maxWrites: 4,
  maxQueued: 100,
  maxAttempts: 3,
  pauseMs: 250,
  maxFailures: 5,
  openMs: 30_000,
};

/** Every method rejects with `ConnectorError` whose `failure` says what is known, or with the reason of the call's own signal. */
export interface HttpClient {
  /** The whole answer. */
  bytes(call: HttpCall): Promise<HttpAnswer>;
  /** The answer with its body as text, decoded as it says. */
  text(call: HttpCall): Promise<HttpAnswer & { readonly text: string }>;
  /** What the JSON of the answer says. An answer of another shape is an `invalid answer`; after anything but a read it's `unclear`. */
  json<T>(call: HttpCall, schema: z.ZodType<T>): Promise<T>;
  /** All pages in order, at most `maxPages`. */
  pages<T>(call: HttpCall, schema: z.ZodType<T>, paging: Paging<T>, maxPages: number): Promise<Pages<T>>;
  /** Which circuits there are, and whether calls go out. */
  circuits(): ReadonlyMap<string, CircuitState>;
  /** Ends what is in progress. */
  close(): Promise<void>;
}

/** Opens no connection yet. Throws when the address isn't one of the web, or holds a name and password. */
export function createHttpClient(options: HttpOptions): HttpClient {
  const { name, clock, logger, telemetry } = options;
  const base = readBase(options);
  for (const secret of secretsOf(options)) registerSecret(secret);
  const limits = { ...defaults, ...options.limits };
  const transport = createTransport(options, limits);
  const parts = { ...options, transport, signIn: createSignIn(options.authentication) };
  const attempt = createAttempt(parts);

  const guards = createGuards({
    ...{ name, limits, clock },
    onCircuit(circuit, state) {
      telemetry?.circuit({ target: name, name: circuit, state });
      if (state !== 'half-open') logger.warn({ connection: name, circuit, state }, 'A circuit has changed');
    },
  });

  /** With `at`, an address that an answer named. */
  async function bytes(call: HttpCall, at?: URL): Promise<HttpAnswer> {
    const callLimits = { ...limits, ...call.limits };
    const scope = openScope(call.signal, callLimits.totalMs);
    const url = at ?? joinAddress(base, call.path, call.query);
    let isSent = false;
    const whyStopped = (): unknown => {
      const stop = scope.stop();
      const harmless = call.kind === 'read' || !isSent;
      if (stop?.by === 'caller' && harmless) return stop.reason;
      const code = stop?.by === 'caller' ? 'STOPPED' : 'TOTAL_TIMEOUT';
      return callError(name, outgoing, judgeSilence(call.kind, { code, isSent }));
    };
    const outgoing: Outgoing = {
      ...{ call, limits: callLimits, signal: scope.signal, whyStopped },
      url: url ?? base,
      onSend: () => void (isSent = true),
    };
    const work = (): Promise<HttpAnswer> => {
      if (!url) throw callError(name, outgoing, leaves);
      if (options.tap?.readsOnly && call.kind !== 'read') throw callError(name, outgoing, readsOnly);
      if (call.isProbe) return attempt(outgoing);
      return guards.run(call.kind, call.circuit ?? call.kind, scope.signal, () => attempt(outgoing));
    };
    const run = (): Promise<HttpAnswer> => scope.race(async () => work(), whyStopped);
    return telemetry ? measure({ target: name, name: `${name} HTTP ${call.kind}` }, telemetry, clock, run) : run();
  }

  async function json<T>(call: HttpCall, schema: z.ZodType<T>, at?: URL): Promise<HttpAnswer & { readonly value: T }> {
    const headers = { accept: 'application/json', ...call.headers };
    const answer = await bytes({ ...call, headers }, at);
    const found = schema.safeParse(jsonIn(textOf(answer)));
    if (found.success) return { ...answer, value: found.data };
    const [issue] = found.error.issues;
    const where = issue && issue.path.length > 0 ? `unexpected ${issue.path.map(String).join('.')}` : 'no such JSON';
    throw invalid(call, `the answer can’t be read (${where})`);
  }

  /** Whatever a write was answered, it may have been done. */
  function invalid(call: HttpCall, words: string): CallError {
    const failure = call.kind === 'read' ? 'invalid answer' : 'unclear';
    const url = joinAddress(base, call.path) ?? base;
    return callError(name, { call, url }, { failure, words, isOutage: false });
  }

  return {
    bytes: (call) => bytes(call),
    async text(call) {
      const answer = await bytes(call);
      return { ...answer, text: textOf(answer) };
    },
    json: async (call, schema) => (await json(call, schema)).value,
    pages: (call, schema, paging, maxPages) =>
      readPages({
        ...{ base, paging, maxPages },
        first: joinAddress(base, call.path, call.query),
        read: (query, at) => json({ ...call, query: { ...call.query, ...query } }, schema, at),
        fail: (words) => invalid(call, words),
      }),
    circuits: () => guards.states(),
    close: () => transport.close(),
  };
}

/** A system that limits requests is asked for nothing more until it takes them again. */
function createAttempt(parts: AttemptParts & Pick<HttpOptions, 'tap'>): (outgoing: Outgoing) => Promise<HttpAnswer> {
  const { name, clock } = parts;
  let restUntil = -Infinity;
  let askedUntil = -Infinity;
  return async (outgoing) => {
    const restMs = Math.ceil(restUntil - clock.elapsed());
    if (restMs > 0 && !outgoing.call.isProbe)
      throw callError(name, outgoing, resting(restMs, Math.ceil(askedUntil - clock.elapsed())));
    try {
      const answer = await attemptCall(parts, outgoing);
      parts.tap?.exchanged(exchangeOf(outgoing, answer));
      return answer;
    } catch (error) {
      if (error instanceof CallError && error.failure === 'rate limited' && error.retryAfterMs !== undefined) {
        restUntil = Math.max(restUntil, clock.elapsed() + Math.min(error.retryAfterMs, maxRestMs));
        askedUntil = Math.max(askedUntil, clock.elapsed() + error.retryAfterMs);
      }
      throw error;
    }
  };
}

const leaves: Verdict = { failure: 'refused', words: 'the path leaves the address of the connection', isOutage: false };

const readsOnly: Verdict = { failure: 'refused', words: 'not sent: only reads are made now', isOutage: false };

const resting = (restMs: number, retryAfterMs: number): Verdict => ({
  failure: 'rate limited',
  words: `not sent: it takes no requests for ${Math.ceil(restMs / 1_000)} s`,
  retryAfterMs,
  isOutage: false,
});

function readBase({ name, base }: HttpOptions): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.search !== '')
    throw new Error(`The address of ${name} must begin with https:// and hold neither a password nor a query`);
  return url;
}

function secretsOf({ secrets = [], clientCertificate, proxy }: HttpOptions): string[] {
  const { username = '', password = '' } = proxy !== undefined && URL.canParse(proxy) ? new URL(proxy) : {};
  const own = [clientCertificate?.key, clientCertificate?.passphrase].filter((each) => each !== undefined);
  if (password === '') return [...secrets, ...own];
  const decoded = decodeURIComponent(password);
  return [...secrets, ...own, password, decoded, `${decodeURIComponent(username)}:${decoded}`];
}

function exchangeOf({ call, url }: Outgoing, answer: HttpAnswer): TappedExchange {
  const { method = call.body || call.kind !== 'read' ? 'POST' : 'GET', body } = call;
  const sent = body && ('json' in body ? JSON.stringify(body.json) : 'form' in body ? formOf(body.form) : body.text);
  return {
    ...{ method, path: `${url.pathname}${url.search}`, status: answer.status, body: textOf(answer) },
    ...(sent !== undefined && { requestBody: sent }),
    contentType: answer.headers.get('content-type') ?? '',
  };
}

/** As JSON, so that its fields are told apart. */
const formOf = (form: Readonly<Record<string, string>>): string => JSON.stringify(form);

/** In the encoding that the answer names, where Node knows it; else UTF-8. */
function textOf({ headers, body }: HttpAnswer): string {
  const [, encoding = 'utf-8'] = /charset\s*=\s*"?([\w-]{1,40})/i.exec(headers.get('content-type') ?? '') ?? [];
  try {
    return new TextDecoder(encoding).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}
