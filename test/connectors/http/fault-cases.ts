import type { HttpLimits } from '../../../src/connectors/http/contract';
import type { CallKind } from '../../../src/connectors/http/rules';
import type { ConnectorFailure } from '../../../src/core/errors';
import { answer } from './faulty-server';
import type { Serve } from './faulty-server';

/** What systems do to whoever calls them, and what a call of each kind has to make of it. Holds for every connector that speaks HTTP. */
export interface FaultCase {
  readonly name: string;
  readonly serve: Serve;
  readonly expect: Readonly<Record<CallKind, Expectation>>;
  /** Short time limits where the case is about them. */
  readonly limits?: Partial<HttpLimits>;
  /** The system says that it did what was wanted, in words that can't be read. */
  readonly isGood?: true;
}

interface Expectation {
  /** `none`: it works. */
  readonly failure: ConnectorFailure | 'none';
  /** How many requests arrive, at three tries. */
  readonly requests: number;
  readonly retryAfterMs?: number;
}

/** Nothing is sent again, and nothing was changed whatever kind it was. */
function always(failure: ConnectorFailure, retryAfterMs?: number): FaultCase['expect'] {
  const expected = { failure, requests: 1, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  return { read: expected, idempotent: expected, once: expected };
}

/** A read changed nothing; whether anything else did, nobody knows. `tries`: how often what may be sent again is sent. */
function unknown(read: ConnectorFailure, tries: number, retryAfterMs?: number): FaultCase['expect'] {
  const asked = retryAfterMs !== undefined && { retryAfterMs };
  return {
    read: { failure: read, requests: tries, ...asked },
    idempotent: { failure: 'unclear', requests: tries, ...asked },
    once: { failure: 'unclear', requests: 1, ...asked },
  };
}

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Serve =>
  ({ response }) =>
    answer(response, code, { message: 'as the test wants' }, headers);

const signInPage = '<!doctype html><title>Acme</title><form>Sign in <input type="password"></form>';
const hour = 3_600_000;
const day = 24 * hour;
const tooLarge = 300_000;

/** A connector that is held to these is made with `maxBytes` of 100,000. */
export const faultCases: readonly FaultCase[] = [
  { name: '400', serve: status(400), expect: always('refused') },
  { name: '401', serve: status(401), expect: always('unauthorized') },
  { name: '403', serve: status(403), expect: always('refused') },
  { name: '404', serve: status(404), expect: always('not found') },
  { name: '409', serve: status(409), expect: always('conflict') },
  { name: '410', serve: status(410), expect: always('not found') },
  { name: '412', serve: status(412), expect: always('conflict') },
  { name: '422', serve: status(422), expect: always('refused') },
  {
    name: '429 for an hour, in seconds',
    serve: status(429, { 'retry-after': '3600' }),
    expect: always('rate limited', hour),
  },
  {
    name: '429 for days, as a date',
    serve: ({ response }) => answer(response, 429, '', { 'retry-after': new Date(Date.now() + 2 * day).toUTCString() }),
    expect: always('rate limited', day),
  },
  { name: '429 that says nothing else', serve: status(429), expect: always('rate limited', 60_000) },
  {
    name: '403 because of too many requests',
    serve: status(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' }),
    expect: always('rate limited', day),
  },
  {
    name: '429 once, then an answer',
    serve: ({ response, count }) =>
      count === 1 ? answer(response, 429, '', { 'retry-after': '0' }) : answer(response, 200, { fine: true }),
    expect: {
      read: { failure: 'none', requests: 2 },
      idempotent: { failure: 'none', requests: 2 },
      once: { failure: 'rate limited', requests: 1, retryAfterMs: 0 },
    },
  },
  { name: '500', serve: status(500), expect: unknown('unreachable', 3) },
  { name: '502', serve: status(502), expect: unknown('unreachable', 3) },
  { name: '503 for hours', serve: status(503, { 'retry-after': '7200' }), expect: unknown('unreachable', 1, 2 * hour) },
  {
    name: '502 once, then an answer',
    serve: ({ response, count }) => answer(response, count === 1 ? 502 : 200, { fine: true }),
    expect: {
      read: { failure: 'none', requests: 2 },
      idempotent: { failure: 'none', requests: 2 },
      once: { failure: 'unclear', requests: 1 },
    },
  },
  { name: '501', serve: status(501), expect: always('refused') },
  {
    name: 'no answer',
    serve: () => undefined,
    expect: unknown('unreachable', 1),
    limits: { headersMs: 300 },
  },
  {
    name: 'an answer that stops in the middle',
    serve({ response }) {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
    },
    expect: unknown('unreachable', 1),
    limits: { bodyIdleMs: 300 },
  },
  {
    name: 'an answer that never ends',
    serve({ response }) {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(timer));
    },
    expect: unknown('unreachable', 1),
    limits: { totalMs: 500 },
  },
  {
    name: 'a connection that is cut',
    serve: ({ request }) => void request.socket.resetAndDestroy(),
    expect: unknown('unreachable', 3),
  },
  {
    name: 'a connection that ends without an answer',
    serve: ({ request }) => void request.socket.end(),
    expect: unknown('unreachable', 3),
  },
  {
    name: 'half an answer',
    serve({ request, response }) {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    },
    expect: unknown('unreachable', 3),
  },
  {
    name: 'something that isn’t HTTP',
    serve: ({ request }) => void request.socket.end('220 mail.acme.example ESMTP\r\n'),
    expect: unknown('invalid answer', 1),
  },
  {
    name: 'text instead of JSON',
    isGood: true,
    serve: ({ response }) => answer(response, 200, 'fine'),
    expect: unknown('invalid answer', 1),
  },
  {
    name: 'JSON of another shape',
    isGood: true,
    serve: ({ response }) => answer(response, 200, { fine: 'very' }),
    expect: unknown('invalid answer', 1),
  },
  {
    name: 'a page of HTML',
    isGood: true,
    serve: ({ response }) => answer(response, 200, '<h1>Under construction</h1>', { 'content-type': 'text/html' }),
    expect: unknown('invalid answer', 1),
  },
  {
    name: 'a page to sign in with 200',
    serve: ({ response }) => answer(response, 200, signInPage, { 'content-type': 'text/html; charset=utf-8' }),
    expect: always('unauthorized'),
  },
  {
    name: 'a page to sign in with 203',
    serve: ({ response }) => answer(response, 203, '<h1>Azure DevOps</h1>', { 'content-type': 'text/html' }),
    expect: always('unauthorized'),
  },
  {
    name: 'a redirect to a page to sign in',
    serve: status(302, { location: '/_signin?reply_to=here' }),
    expect: always('unauthorized'),
  },
  {
    name: 'an answer that is too large',
    serve: ({ response }) => answer(response, 200, 'x'.repeat(tooLarge)),
    expect: unknown('invalid answer', 1),
  },
  {
    name: 'an answer that is compressed although Gavel didn’t offer that',
    serve: ({ response }) => answer(response, 200, 'x', { 'content-encoding': 'gzip' }),
    expect: unknown('invalid answer', 1),
  },
  {
    name: 'a redirect to another host',
    serve: status(307, { location: 'http://127.0.0.2:9/elsewhere' }),
    expect: unknown('invalid answer', 1),
  },
  {
    name: 'a redirect on the same host',
    serve: ({ request, response }) =>
      request.url?.endsWith('/moved')
        ? answer(response, 200, { fine: true })
        : answer(response, 307, '', { location: '/moved' }),
    expect: {
      read: { failure: 'none', requests: 2 },
      idempotent: { failure: 'unclear', requests: 1 },
      once: { failure: 'unclear', requests: 1 },
    },
  },
  {
    name: 'redirects without end',
    serve: status(302, { location: '/again' }),
    expect: {
      read: { failure: 'invalid answer', requests: 4 },
      idempotent: { failure: 'unclear', requests: 1 },
      once: { failure: 'unclear', requests: 1 },
    },
  },
];
