import { withoutEnding } from '../../../core/text';
import { cardLimitBytes, utf16Bytes } from '../../../core/card';
import type { Clock } from '../../../core/time/clock';
import type { RateLimit, Slot } from '../../rate-limit';
import { SendError } from '../../sender';
import type { SendFailure } from '../../sender';
import { operationOf, retryAfterMs, rowFor } from './answer-table';
import type { TeamsOperation } from './answer-table';
import type { BotToken } from '../auth/bot-token';
import { CallError, createHttpCall } from './http-call';
import type { HttpAnswer } from './http-call';
import { placeIdOf } from '../in/inbound';
import { isAllowedAddress } from '../auth/service-address';
import type { AddressRule } from '../auth/service-address';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * One call to Teams' connector: kept-alive, with a time limit and a limit of size, never repeated by itself, to allowed addresses only. Each counts towards
 * what
 * Teams allows: under the slot it comes with, else as an answer that somebody waits for, which goes as soon as there is room.
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
}

/** Whoever waits for an answer is better served by a "not now" than by a longer wait. */
const longestWaitMs = 5_000;
/** For how long a conversation is left alone that is told to be silent and not for how long. */
const silenceMs = 1_000;

export function createConnectorClient(options: ConnectorClientOptions): ConnectorClient {
  const { rule, token, rateLimit, clock, timeLimitMs = 10_000 } = options;
  const callOver = createHttpCall(timeLimitMs);

  /** Waits for room and takes it. */
  async function takeRoom(conversation: string | undefined): Promise<Slot> {
    const stopsWaiting = rateLimit.answerWaits();
    try {
      const begun = clock.elapsed();
      for (let looks = 0; looks < 50; looks++) {
        const now = clock.elapsed();
        const waitMs = rateLimit.allowedAt(conversation ?? '', 'answer', now) - now;
        if (waitMs <= 0) break;
        if (now + waitMs > begun + longestWaitMs)
          throw new SendError('retry', 'Teams asked for silence there', { retryAfterMs: waitMs });
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      const slot = rateLimit.take(clock.elapsed());
      if (conversation !== undefined) slot.use(conversation, false);
      return slot;
    } finally {
      stopsWaiting();
    }
  }

  return {
    async call(serviceUrl, method, path, body, given) {
      if (!isAllowedAddress(serviceUrl, rule)) throw new SendError('gone', 'The service address is not allowed');
      const text = body && JSON.stringify(body);
      if (text !== undefined && utf16Bytes(text) > cardLimitBytes) {
        given?.markEnded(clock.elapsed());
        throw new SendError('too large', `Teams does not take ${utf16Bytes(text)} bytes`);
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
      if (meaning === 'delivered') return parseBody(answer.text);
      if (answer.status === 401) token.forget();
      const error = failureOf(meaning, answer, clock.now());
      if (error.retryAfterMs !== undefined && conversation !== undefined)
        rateLimit.hold(conversation, clock.elapsed() + error.retryAfterMs);
      throw error;
    },
  };
}

/** The conversation that a message is posted to or edited in, without its thread. */
function conversationOf(path: string): string | undefined {
  const found = /^v3\/conversations\/([^/?]+)\/activities/.exec(path)?.[1];
  return found === undefined ? undefined : placeIdOf(decodeURIComponent(found));
}

function brokenCall(operation: TeamsOperation, cause: unknown): SendError {
  const how = cause instanceof CallError ? cause.how : 'broke off';
  const { meaning } = rowFor({ operation, status: how, code: '' });
  const failure = meaning === 'delivered' ? 'unclear' : meaning;
  return new SendError(failure, `Teams did not answer (${codeOf(cause)})`, { cause });
}

/** `ECONNRESET`, or the words of the error. */
function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause instanceof Error ? codeOf(cause) : error instanceof Error ? error.message : String(error);
}

/** Somebody who is told to wait is told for how long, else it is a second. */
function failureOf(meaning: SendFailure, answer: HttpAnswer, now: number): SendError {
  const asked = retryAfterMs(answer.headers['retry-after'], now);
  const waitMs = asked ?? (answer.status === 429 ? silenceMs : undefined);
  const message = `Teams answered ${answer.status} ${errorCode(answer.text)}`.trim();
  return new SendError(meaning, message, { retryAfterMs: waitMs });
}

/** `{ error: { code } }`, and `{ code }` as some faults come. */
function errorCode(text: string): string {
  const body = parseBody(text) as { code?: unknown; error?: { code?: unknown } } | null | undefined;
  const code = body?.error?.code ?? body?.code;
  return typeof code === 'string' ? code.slice(0, 80) : '';
}

function parseBody(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
