import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { cardLimitBytes, utf16Bytes } from '../../../core/card';
import { measure } from '../../../core/telemetry';
import type { Telemetry } from '../../../core/telemetry';
import { jsonIn, withoutEnding } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { RateLimit, Slot } from '../../rate-limit';
import { SendError } from '../../sender';
import type { SendFailure } from '../../sender';
import type { BotToken } from '../auth/authentication';
import { isAllowedAddress, placeIdOf } from '../in/inbound';
import type { AddressRule } from '../in/inbound';
import { answerTable } from './answer-table';
import type { AnswerRow, TeamsAnswer, TeamsOperation } from './answer-table';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * One call to Teams' connector: kept-alive, with limits on time and size, never repeated automatically, only to allowed addresses. Each call counts
 * toward Teams' limits: under the slot it comes with, or else as an answer that somebody waits for, which goes as soon as the limits allow.
 */
export interface ConnectorClient {
  call(serviceUrl: string, method: Method, path: string, body?: object, slot?: Slot): Promise<unknown>;
}

interface ConnectorClientOptions {
  readonly rule: AddressRule;
  readonly token: BotToken;
  readonly rateLimit: RateLimit;
  readonly clock: Clock;
  readonly timeLimitMs?: number;
  /** Records each call as a dependency of the turn or record it is made for, without the addresses of people and places. */
  readonly telemetry?: Telemetry;
}

/** The path of a conversation, or of something in it. */
export const conversationPath = (...parts: readonly string[]): string =>
  ['v3/conversations', ...parts.map(encodeURIComponent)].join('/');

/** A quick "not now" serves people better than a longer wait. */
const longestWaitMs = 5_000;
/** How long a conversation is paused if Teams asks for a pause without saying how long. */
const silenceMs = 1_000;

export function createConnectorClient(options: ConnectorClientOptions): ConnectorClient {
  const { rule, token, rateLimit, clock, timeLimitMs = 10_000, telemetry } = options;
  const callOver = createHttpCall(timeLimitMs);

  /** Waits for a slot and takes it. */
  async function takeRoom(conversation: string | undefined): Promise<Slot> {
    const stopsWaiting = rateLimit.answerWaits();
    try {
      const begun = clock.elapsed();
      for (let looks = 0; looks < 50; looks++) {
        const now = clock.elapsed();
        const waitMs = rateLimit.allowedAt(conversation ?? '', 'answer', now) - now;
        if (waitMs <= 0) break;
        if (now + waitMs > begun + longestWaitMs)
          throw new SendError('retry', 'Teams is rate-limiting messages there', { retryAfterMs: waitMs });
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      const slot = rateLimit.take(clock.elapsed());
      if (conversation !== undefined) slot.use(conversation, false);
      return slot;
    } finally {
      stopsWaiting();
    }
  }

  const send: ConnectorClient['call'] = async (serviceUrl, method, path, body, given) => {
    if (!isAllowedAddress(serviceUrl, rule)) throw new SendError('gone', 'The service address isn’t allowed');
    const text = body && JSON.stringify(body);
    if (text !== undefined && utf16Bytes(text) > cardLimitBytes) {
      given?.markEnded(clock.elapsed());
      throw new SendError('too large', `Teams doesn’t accept ${utf16Bytes(text)} bytes`);
    }
    const bearer = await token.get();
    const conversation = method === 'GET' ? undefined : conversationOf(path);
    const slot = given ?? (await takeRoom(conversation));
    const headers: Record<string, string> = { accept: 'application/json' };
    if (body) headers['content-type'] = 'application/json';
    if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`;
    const operation = operationOf(method, path, body);
    let answer: HttpAnswer;
    slot.markLeft(clock.elapsed());
    try {
      answer = await callOver(`${withoutEnding(serviceUrl, '/')}/${path}`, {
        method,
        headers,
        body: text,
        onAnswer: () => slot.markEnded(clock.elapsed()),
      });
    } catch (cause) {
      throw brokenCall(operation, cause);
    } finally {
      slot.markEnded(clock.elapsed());
    }
    const { meaning } = rowFor({ operation, status: answer.status, code: errorCode(answer.text) });
    if (meaning === 'delivered') return jsonIn(answer.text);
    if (answer.status === 401) token.forget();
    const error = failureOf(meaning, answer, clock.now());
    if (error.retryAfterMs !== undefined && conversation !== undefined)
      rateLimit.hold(conversation, clock.elapsed() + error.retryAfterMs);
    throw error;
  };

  if (!telemetry) return { call: send };
  return {
    call: (serviceUrl, method, path, ...more) =>
      measure({ target: 'Teams', name: `Teams ${method} ${kindOf(path)}` }, telemetry, clock, () =>
        send(serviceUrl, method, path, ...more),
      ),
  };
}

/** The conversation that a message is posted or edited in, without its thread. */
function conversationOf(path: string): string | undefined {
  const found = /^v3\/conversations\/([^/?]+)\/activities/.exec(path)?.[1];
  return found === undefined ? undefined : placeIdOf(decodeURIComponent(found));
}

function brokenCall(operation: TeamsOperation, cause: unknown): SendError {
  const how = cause instanceof CallError ? cause.how : 'broke off';
  const { meaning } = rowFor({ operation, status: how, code: '' });
  const failure = meaning === 'delivered' ? 'unclear' : meaning;
  return new SendError(failure, `Teams didn’t respond (${codeOf(cause)})`, { cause });
}

/** `ECONNRESET`, or the text of the error. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause instanceof Error ? codeOf(cause) : error instanceof Error ? error.message : String(error);
}

/** The failure with the pause that Teams asked for, a second by default. */
function failureOf(meaning: SendFailure, answer: HttpAnswer, now: number): SendError {
  const asked = retryAfterMs(answer.headers['retry-after'], now);
  const waitMs = asked ?? (answer.status === 429 ? silenceMs : undefined);
  const message = `Teams returned ${answer.status} ${errorCode(answer.text)}`.trim();
  return new SendError(meaning, message, { retryAfterMs: waitMs });
}

/** `{ error: { code } }`, or `{ code }` as some failures have it. */
function errorCode(text: string): string {
  const body = jsonIn(text) as { code?: unknown; error?: { code?: unknown } } | null | undefined;
  const code = body?.error?.code ?? body?.code;
  return typeof code === 'string' ? code.slice(0, 80) : '';
}

/** `v3/conversations/19:…/activities/17` is `activities`. */
function kindOf(path: string): string {
  const kinds = path
    .split('/')
    .filter((part) => ['conversations', 'activities', 'members', 'pagedmembers', 'teams'].includes(part));
  return kinds.at(-1) ?? 'other';
}

/** The row that matches this answer. */
export function rowFor({ operation, status, code }: TeamsAnswer): AnswerRow {
  const row = answerTable.find(
    ({ operations, statuses, codes }) =>
      (!operations || operations.includes(operation)) &&
      statuses.some((each) => fits(each, status)) &&
      (!codes || codes.includes(code)),
  );
  if (!row) throw new Error('The last row fits everything');
  return row;
}

function fits(wanted: AnswerRow['statuses'][number], status: TeamsAnswer['status']): boolean {
  if (wanted === 'any' || wanted === status) return true;
  if (typeof status !== 'number') return false;
  return wanted === `${Math.floor(status / 100)}xx`;
}

/** The operation of a call, from its method, path and body. */
export function operationOf(method: string, path: string, body: object | undefined): TeamsOperation {
  if (method === 'GET') return 'read';
  if (method === 'PUT') return 'update';
  if (method === 'DELETE') return 'delete';
  const conversation = /^v3\/conversations\/([^/?]+)\/activities/.exec(path)?.[1];
  if (conversation === undefined) return 'createConversation';
  if ((body as { type?: unknown } | undefined)?.type === 'typing') return 'typing';
  return /;messageid=/i.test(decodeURIComponent(conversation)) ? 'reply' : 'create';
}

/** How long Teams asks to wait, in milliseconds: from seconds or a date, with any status. Undefined if it doesn't say. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isFinite(waitMs) ? Math.min(longestAskedMs, Math.max(0, waitMs)) : undefined;
}

/** No message is retried for longer than a day, so no pause is longer. */
const longestAskedMs = 86_400_000;

interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The headers of the answer have arrived. */
  readonly onAnswer?: () => void;
}

interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** How a call ended without an answer. */
export type BrokenCall =
  /** No connection was made: refused, unknown host, no route, no handshake. Nothing of the request was sent. */
  | 'never connected'
  /** The connection broke after the request was sent. */
  | 'broke off'
  /** Nothing arrived within the time limit. */
  | 'no answer';

/** There was no answer; `cause` is the system's error. */
class CallError extends Error {
  override readonly name = 'CallError';
  constructor(
    readonly how: BrokenCall,
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** An idle connection is closed before the other side is likely to close it, so no message is posted into a closing one. */
const idleMs = 4_000;
const maxConnections = 256;

/**
 * HTTP calls over shared, kept-alive connections, with a limit for the whole of each call. Follows no redirects and repeats nothing; costs a third of
 * what `fetch` does. Rejects with a `CallError`.
 */
function createHttpCall(timeLimitMs: number): (url: string, asked: HttpRequest) => Promise<HttpAnswer> {
  const options = { keepAlive: true, timeout: idleMs, maxSockets: maxConnections, scheduling: 'lifo' } as const;
  const [plain, secure] = [new PlainAgent(options), new SecureAgent(options)];

  return (url, { method, headers, body, onAnswer }) =>
    new Promise((resolve, reject) => {
      const target = new URL(url);
      const isSecure = target.protocol === 'https:';
      const sent = (isSecure ? secureRequest : plainRequest)(target, {
        method,
        agent: isSecure ? secure : plain,
        headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      } satisfies RequestOptions);
      let stands = false;
      sent.on('socket', (socket) => {
        if (sent.reusedSocket) stands = true;
        else socket.once(isSecure ? 'secureConnect' : 'connect', () => (stands = true));
      });
      const limit = setTimeout(() => {
        fail(
          new CallError(stands ? 'no answer' : 'never connected', new Error(`No response within ${timeLimitMs} ms`)),
        );
        sent.destroy();
      }, timeLimitMs);
      let answered: IncomingMessage | undefined;
      const fail = (error: Error): void => {
        clearTimeout(limit);
        // The status arrived, and for a change that is all that matters.
        if (answered && method !== 'GET')
          return resolve({ status: answered.statusCode ?? 0, headers: answered.headers, text: '' });
        reject(error instanceof CallError ? error : new CallError(stands ? 'broke off' : 'never connected', error));
      };
      sent.on('error', fail);
      sent.on('response', (response) => {
        onAnswer?.();
        answered = response;
        readText(response).then((text) => {
          clearTimeout(limit);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        }, fail);
      });
      sent.end(body);
    });
}
