import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';

/** One HTTP call over kept-alive connections, with a limit for the whole of it. Follows no redirect and repeats nothing; a third of what `fetch` costs. */
export type HttpCall = (url: string, asked: HttpAsked) => Promise<HttpAnswer>;

export interface HttpAsked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The headers of the answer are there. */
  readonly onAnswer?: () => void;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The code of an error before a connection stood: the request never left. */
export const neverConnected = 'NEVER_CONNECTED';

/** An idle connection is let go before the other side is likely to, so that no message is posted into a closing one. */
const idleMs = 4_000;
const mostConnections = 256;

/** The connections are shared by all calls. */
export function createHttpCall(timeLimitMs: number): HttpCall {
  const options = { keepAlive: true, timeout: idleMs, maxSockets: mostConnections, scheduling: 'lifo' } as const;
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
      const limit = setTimeout(() => {
        const code = sent.socket === null || sent.socket.connecting ? neverConnected : 'TIME_LIMIT';
        sent.destroy(Object.assign(new Error(`No answer within ${timeLimitMs} ms`), { code }));
      }, timeLimitMs);
      const fail = (error: Error): void => {
        clearTimeout(limit);
        reject(error);
      };
      sent.on('error', fail);
      sent.on('response', (response) => {
        onAnswer?.();
        readText(response).then((text) => {
          clearTimeout(limit);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        }, fail);
      });
      sent.end(body);
    });
}

function readText(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    // Cut off in the middle.
    response.on('close', () => reject(new Error('The answer broke off')));
  });
}
