import { SendError } from '../sender';
import type { BotToken } from './bot-token';
import { isAllowedAddress } from './service-address';
import type { AddressRule } from './service-address';

/** One call to Teams' connector: kept-alive, with a time limit, never repeated by itself, to allowed addresses only. */
export interface ConnectorClient {
  call(serviceUrl: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<unknown>;
}

export interface ConnectorClientOptions {
  readonly rule: AddressRule;
  readonly token: BotToken;
  readonly timeLimitMs?: number;
}

/** Errors before the request left: nothing can have happened. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function createConnectorClient({ rule, token, timeLimitMs = 10_000 }: ConnectorClientOptions): ConnectorClient {
  return {
    async call(serviceUrl, method, path, body) {
      if (!isAllowedAddress(serviceUrl, rule)) throw new SendError('gone', 'The service address is not allowed');
      const bearer = await token.get();
      const headers: Record<string, string> = { accept: 'application/json' };
      if (body) headers['content-type'] = 'application/json';
      if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`;
      let answer: Response;
      let text: string;
      try {
        answer = await fetch(`${serviceUrl.replace(/\/+$/, '')}/${path}`, {
          method,
          headers,
          body: body ? JSON.stringify(body) : undefined,
          redirect: 'manual',
          signal: AbortSignal.timeout(timeLimitMs),
        });
        text = await answer.text();
      } catch (cause) {
        throw networkError(method, cause);
      }
      if (answer.ok) return parsed(text);
      if (answer.status === 401) token.forget();
      throw statusError(method, answer, text);
    },
  };
}

function networkError(method: string, cause: unknown): SendError {
  const code = (cause as { cause?: { code?: unknown } }).cause?.code;
  const harmless = method !== 'POST' || (typeof code === 'string' && neverSent.has(code));
  return new SendError(harmless ? 'retry' : 'ambiguous', `Teams did not answer (${String(code ?? cause)})`, { cause });
}

/** Only a failed POST may have posted something; everything else can be repeated. */
function statusError(method: string, answer: Response, text: string): SendError {
  const { status } = answer;
  const message = `Teams answered ${status} ${errorCode(text)}`.trim();
  if (status === 429) return new SendError('rate limited', message, { retryAfterMs: retryAfterMs(answer) });
  if (status === 401 || status === 412) return new SendError('retry', message);
  if (status === 403 || status === 404 || status === 410) return new SendError('gone', message);
  if (status === 413) return new SendError('too large', message);
  if (status >= 500 || status === 408) return new SendError(method === 'POST' ? 'ambiguous' : 'retry', message);
  return new SendError('refused', message);
}

function retryAfterMs(answer: Response): number | undefined {
  const header = answer.headers.get('retry-after');
  if (header === null) return undefined;
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
