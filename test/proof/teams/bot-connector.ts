import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { textOf } from '../runs/run-ledger';
import { answerTo, personalChatOf } from './answers';
import type { ConnectorAnswer, ConnectorRequest, KeptMessage } from './answers';
import { createTeamsLimits } from './teams-limits';

/**
 * A Bot Connector for any number of channels and people that enforces Teams' limits and fails on command. It follows Microsoft's contract,
 * https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference, and its answers have the same shape as the playground's
 * (a test compares them).
 */

export type Misbehavior =
  | '429'
  | '429 without Retry-After'
  | '412'
  | '500'
  | '502'
  | '503'
  | '504'
  | '403'
  | '404'
  | '413'
  /** The connection breaks, or nothing arrives anymore; nothing was posted. */
  | 'reset'
  | 'hang'
  /** It was posted or edited, and then the connection broke. */
  | 'lost reply';

/** Decides about each request that names a conversation; undefined: it works normally. */
export type Mood = (request: ConnectorRequest, attempt: number) => Misbehavior | undefined;

export interface BotConnectorOptions {
  /** How long an answer takes; 0 by default. */
  readonly delayMs?: number;
  /** The clock of its limits; elapsed time by default. */
  readonly elapsed?: () => number;
}

export interface BotConnector {
  readonly url: string;
  /** Every existing message, by its id. */
  readonly messages: Map<string, KeptMessage>;
  /** Requests by conversation, method and activity, including refused ones; `TYPING` for a typing indicator. */
  readonly attempts: ReadonlyMap<string, number>;
  /** No faults by default. */
  mood: Mood;
  counts(): ConnectorCounts;
  /** Messages in a place, including its threads. */
  inPlace(placeId: string): KeptMessage[];
  /** Refuses every connection until it comes back on the same port. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectorCounts {
  readonly requests: number;
  /** Refused because of a limit of Teams, not on command. */
  readonly overLimit: number;
  /** Repeated before the given Retry-After had passed. */
  readonly early: number;
  readonly deleted: number;
  readonly open: number;
}

export { personalChatOf };

export async function startBotConnector({
  delayMs = 0,
  elapsed = () => performance.now(),
}: BotConnectorOptions = {}): Promise<BotConnector> {
  const messages = new Map<string, KeptMessage>();
  const attempts = new Map<string, number>();
  const limits = createTeamsLimits(elapsed);
  const notBefore = new Map<string, number>();
  const counts = { requests: 0, overLimit: 0, early: 0, deleted: 0, open: 0 };

  function decide(request: ConnectorRequest): ConnectorAnswer | 'reset' | 'hang' | 'lost reply' {
    counts.requests++;
    const { conversation } = request;
    const key = keyOf(request);
    const attempt = (attempts.get(key) ?? 0) + 1;
    attempts.set(key, attempt);
    if ((notBefore.get(conversation) ?? 0) > elapsed()) counts.early++;
    const ordered = conversation === '' ? undefined : connector.mood(request, attempt);
    if (ordered === 'reset' || ordered === 'hang') return ordered;
    if (ordered === '429') return tooMany(conversation, 1_000);
    if (ordered === '429 without Retry-After') return refusal(429);
    if (ordered !== undefined && ordered !== 'lost reply') return refusal(Number(ordered));
    const waitMs = limits.count(conversation, request.method);
    if (waitMs !== undefined) {
      counts.overLimit++;
      return tooMany(conversation, waitMs);
    }
    const before = messages.size;
    const answer = answerTo(request, messages);
    if (request.method === 'DELETE' && messages.size < before) counts.deleted++;
    return ordered ?? answer;
  }

  function tooMany(conversation: string, waitMs: number): ConnectorAnswer {
    const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
    notBefore.set(conversation, elapsed() + retryAfterSeconds * 1_000);
    return { ...refusal(429), retryAfterSeconds };
  }

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(incoming);
    const path = new URL(incoming.url ?? '/', 'http://connector').pathname.split('/').map(decodeURIComponent);
    const [, , area = '', conversation = '', kind = '', activityId = ''] = path;
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    const verdict = decide({ method: incoming.method ?? 'GET', area, conversation, kind, activityId, body });
    if (verdict === 'hang') return;
    if (verdict === 'reset' || verdict === 'lost reply') return void incoming.socket.destroy();
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    response.statusCode = verdict.status;
    response.setHeader('content-type', 'application/json');
    if (verdict.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(verdict.retryAfterSeconds));
    response.end(verdict.body === undefined ? '' : JSON.stringify(verdict.body));
  }

  const server = createServer((incoming, response) => {
    counts.open++;
    response.once('close', () => counts.open--);
    serve(incoming, response).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const away = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const connector: BotConnector = {
    url: `http://127.0.0.1:${port}/`,
    messages,
    attempts,
    mood: () => undefined,
    counts: () => ({ ...counts }),
    inPlace: (placeId) => [...messages.values()].filter((message) => message.placeId === placeId),
    goAway: away,
    comeBack: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
    close: () => (server.listening ? away() : Promise.resolve()),
  };
  return connector;
}

export function keyOf({ method, conversation, activityId, body }: ConnectorRequest): string {
  return `${body['type'] === 'typing' ? 'TYPING' : method} ${conversation} ${activityId}`;
}

const codes: Readonly<Record<number, string>> = {
  403: 'BotNotInConversationRoster',
  404: 'ConversationNotFound',
  412: 'PreconditionFailed',
  413: 'MessageSizeTooBig',
  429: 'TooManyRequests',
};

function refusal(status: number): ConnectorAnswer {
  return { status, body: { error: { code: codes[status] ?? 'ServiceError', message: 'On order, or too much.' } } };
}
