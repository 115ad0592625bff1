import { cardLimitBytes, utf16Bytes } from '../../core/card';
import type { Clock } from '../../core/clock';
import type { Pace, Pass } from '../pace';
import { SendError } from '../sender';
import type { BotToken } from './bot-token';
import { createHttpCall, neverConnected } from './http-call';
import type { HttpAnswer } from './http-call';
import { placeIdOf } from './inbound';
import { isAllowedAddress } from './service-address';
import type { AddressRule } from './service-address';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * One call to Teams' connector: kept-alive, with a time limit and a limit of size, never repeated by itself, to allowed addresses only. Each counts towards what
 * Teams allows: under the pass it comes with, else as an answer that somebody waits for, which goes as soon as there is room.
 */
export interface ConnectorClient {
  call(serviceUrl: string, method: Method, path: string, body?: object, pass?: Pass): Promise<unknown>;
}

export interface ConnectorClientOptions {
  readonly rule: AddressRule;
  readonly token: BotToken;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly timeLimitMs?: number;
}

/** Errors before the request left: nothing can have happened. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', neverConnected]);

/** Whoever waits for an answer is better served by a "not now" than by a longer wait. */
const longestWaitMs = 5_000;

export function createConnectorClient(options: ConnectorClientOptions): ConnectorClient {
  const { rule, token, pace, clock, timeLimitMs = 10_000 } = options;
  const callOver = createHttpCall(timeLimitMs);

  /** Waits for room and takes it. */
  async function takeRoom(conversation: string | undefined): Promise<Pass> {
    const stopsWaiting = pace.answerWaits();
    try {
      const begun = clock.elapsed();
      for (let looks = 0; looks < 50; looks++) {
        const now = clock.elapsed();
        const waitMs = pace.allowedAt(conversation ?? '', 'answer', now) - now;
        if (waitMs <= 0) break;
        if (now + waitMs > begun + longestWaitMs)
          throw new SendError('rate limited', 'Teams asked for silence there', { retryAfterMs: waitMs });
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      const pass = pace.take(clock.elapsed());
      if (conversation !== undefined) pass.use(conversation, false);
      return pass;
    } finally {
      stopsWaiting();
    }
  }

  return {
    async call(serviceUrl, method, path, body, given) {
      if (!isAllowedAddress(serviceUrl, rule)) throw new SendError('gone', 'The service address is not allowed');
      const text = body && JSON.stringify(body);
      if (text !== undefined && utf16Bytes(text) > cardLimitBytes) {
        given?.ended(clock.elapsed());
        throw new SendError('too large', `Teams does not take ${utf16Bytes(text)} bytes`);
      }
      const bearer = await token.get();
      const conversation = method === 'GET' ? undefined : conversationOf(path);
      const pass = given ?? (await takeRoom(conversation));
      const headers: Record<string, string> = { accept: 'application/json' };
      if (body) headers['content-type'] = 'application/json';
      if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`;
      let answer: HttpAnswer;
      pass.left(clock.elapsed());
      try {
        answer = await callOver(`${serviceUrl.replace(/\/+$/, '')}/${path}`, {
          method,
          headers,
          body: text,
          onAnswer: () => pass.ended(clock.elapsed()),
        });
      } catch (cause) {
        throw networkError(method, cause);
      } finally {
        pass.ended(clock.elapsed());
      }
      if (answer.status >= 200 && answer.status < 300) return parsed(answer.text);
      if (answer.status === 401) token.forget();
      const error = statusError(method, path, answer);
      if (error.kind === 'rate limited' && conversation !== undefined)
        pace.hold(conversation, clock.elapsed() + (error.retryAfterMs ?? 1_000));
      throw error;
    },
  };
}

/** The conversation that a message is posted to or edited in, without its thread. */
function conversationOf(path: string): string | undefined {
  const found = /^v3\/conversations\/([^/?]+)\/activities/.exec(path)?.[1];
  return found === undefined ? undefined : placeIdOf(decodeURIComponent(found));
}

function networkError(method: string, cause: unknown): SendError {
  const { code } = cause as { code?: unknown };
  const harmless = method !== 'POST' || (typeof code === 'string' && neverSent.has(code));
  return new SendError(harmless ? 'retry' : 'ambiguous', `Teams did not answer (${String(code ?? cause)})`, { cause });
}

/** Only a failed POST may have posted something; everything else can be repeated. */
function statusError(method: string, path: string, answer: HttpAnswer): SendError {
  const { status } = answer;
  const code = errorCode(answer.text);
  const message = `Teams answered ${status} ${code}`.trim();
  if (status === 429) return new SendError('rate limited', message, { retryAfterMs: retryAfterMs(answer) });
  if (status === 401 || status === 412) return new SendError('retry', message);
  if (status === 403 || status === 404 || status === 410) {
    // A message that somebody deleted says nothing about the place it stood in.
    const ofMessage = status !== 403 && (method !== 'POST' || code === 'ActivityNotFound');
    return new SendError(conversationOf(path) === undefined || ofMessage ? 'gone' : 'shut out', message);
  }
  if (status === 413) return new SendError('too large', message);
  if (status >= 500 || status === 408) return new SendError(method === 'POST' ? 'ambiguous' : 'retry', message);
  return new SendError('refused', message);
}

function retryAfterMs({ headers }: HttpAnswer): number | undefined {
  const header = headers['retry-after'];
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.min(600_000, Math.max(0, wait)) : undefined;
}

function errorCode(text: string): string {
  const error = (parsed(text) as { error?: { code?: unknown } } | undefined)?.error;
  return typeof error?.code === 'string' ? error.code.slice(0, 80) : '';
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
