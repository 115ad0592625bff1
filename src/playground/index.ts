import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError } from 'zod';
import { createBotLink } from './bot-link';
import { createFaults } from './protocol/faults';
import type { Faults } from './protocol/faults';
import { answerJson, readJson, refusalOf } from './http';
import { openInstalls } from './installs';
import { createRateLimits } from './protocol/limits';
import { openMessages } from './messages';
import { createPageApi } from './page-api';
import type { Completion } from './page-api';
import { servePage } from './page-files';
import { createPeopleEdits } from './people/edits';
import { createPeopleActions } from './people/actions';
import { createProtocol } from './protocol';
import type { ProtocolAnswer } from './protocol';
import { PlaygroundError } from './people/lookup';
import { conversationById } from './world';

// A small Teams in the browser. It speaks the Bot Connector protocol to the bot and knows nothing else of Gavel.

/** How seldom a card refreshes by itself. */
const refreshEveryMs = 60_000;

interface PlaygroundOptions {
  readonly port: number;
  /** Where activities are posted: `http://127.0.0.1:3978/api/messages`. */
  readonly botUrl: string;
  /** Its conversations, kept over restarts. */
  readonly dataFile: string;
  /** What one can say, for the compose box. */
  readonly completions?: () => readonly Completion[];
}

export interface Playground {
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  /** Tells the bot that it was installed everywhere, once in the life of the data file. */
  introduce(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the playground on this machine only; resolves when it listens. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const messages = openMessages(options.dataFile);
  const faults = createFaults();
  const installs = openInstalls(`${options.dataFile}.installs`);
  const protocol = createProtocol({ messages, installs, faults, limits: createRateLimits(Date.now) });
  const link = createBotLink(options.botUrl);
  let port = options.port;
  const serviceUrl = (): string => `http://127.0.0.1:${port}/`;
  const peopleDo = createPeopleActions({ messages, installs, link, faults, serviceUrl, refreshEveryMs });
  const peopleChange = createPeopleEdits({ messages, installs, link, serviceUrl });
  const completions = options.completions ?? (() => []);
  const api = createPageApi({
    messages,
    installs,
    faults,
    peopleDo,
    peopleChange,
    completions,
    refreshEveryMs,
    onTyping: (listener) => protocol.onTyping(listener),
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = addressOf(request);
    const refusal = refusalOf(request, port, address?.pathname ?? '');
    if (refusal) return answerJson(response, 403, { error: { code: 'Forbidden', message: refusal } });
    if (!address) return answerJson(response, 400, { error: { code: 'BadSyntax', message: 'The address is broken.' } });
    const { pathname, searchParams } = address;
    const method = request.method ?? 'GET';
    if (pathname.startsWith('/v3/'))
      return answerProtocol(
        response,
        protocol.handle({ method, path: pathname, query: searchParams, body: await readJson(request) }),
      );
    if (pathname === '/api/events') return api.listen(searchParams.get('as') ?? '', response);
    if (pathname.startsWith('/api/') && method === 'GET')
      return answerJson(response, 200, api.read(pathname, searchParams));
    if (pathname.startsWith('/api/') && method === 'POST')
      return answerJson(response, 200, (await api.change(pathname, await readJson(request))) ?? {});
    if (method !== 'GET' || !(await servePage(pathname, response)))
      answerJson(response, 404, { error: { code: 'NotFound', message: 'No such address.' } });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      answerJson(response, statusOf(error), {
        error: { code: 'Refused', message: error instanceof Error ? error.message : 'Refused' },
      }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address && typeof address === 'object') port = address.port;

  const isNew = (id: string): boolean => {
    const conversation = conversationById(id);
    return conversation !== undefined && installs.has(conversation) && messages.all(id).length === 0;
  };

  return {
    url: `http://127.0.0.1:${port}/`,
    port,
    faults,
    async introduce() {
      const added: [string, string][] = [
        ['ada', '19:general@thread.tacv2'],
        ...['dana', 'avery', 'noor', 'ada', 'nico'].map((key): [string, string] => [key, `a:${key}`]),
      ];
      // Seen before anything is added: an answer to one of these may already stand in another.
      const fresh = added.filter(([, id]) => isNew(id));
      for (const [as, id] of fresh) await peopleDo.install({ as, conversation: id });
    },
    async close() {
      api.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function addressOf(request: IncomingMessage): URL | undefined {
  return URL.canParse(request.url ?? '/', 'http://127.0.0.1')
    ? new URL(request.url ?? '/', 'http://127.0.0.1')
    : undefined;
}

function statusOf(error: unknown): number {
  if (error instanceof ZodError) return 400;
  if (error instanceof PlaygroundError) return error.status;
  return (error as { status?: number }).status ?? 500;
}

function answerProtocol(response: ServerResponse, { status, body, retryAfterSeconds, fault }: ProtocolAnswer): void {
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset' || fault?.kind === 'lost-reply') return void response.socket?.destroy();
  const headers = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : undefined;
  const send = (): void => answerJson(response, status, body, headers);
  if (fault?.kind === 'slow') setTimeout(send, fault.ms ?? 1_000).unref();
  else send();
}
