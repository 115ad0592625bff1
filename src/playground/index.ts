import type { ServerResponse } from 'node:http';
import { createUploads } from './files';
import { answerJson, answerNotFound, readJson, serveHere } from './http';
import type { LocalServer } from './http';
import { openInstalls, openMessages } from './messages';
import { createPageApi } from './page-api';
import type { Completion } from './page-api';
import { servePage } from './page-files';
import { createPeople } from './people';
import { createProtocol } from './protocol';
import type { ProtocolAnswer } from './protocol';
import { createFaults, createRateLimits } from './protocol/faults';
import type { Faults } from './protocol/faults';
import { conversationById } from './world';

// A small Teams in the browser. It uses the Bot Connector protocol with the bot and knows nothing else about Gavel.

/** The minimum time between automatic refreshes of a card. */
const refreshEveryMs = 60_000;

interface PlaygroundOptions {
  readonly port: number;
  /** Where activities are posted: `http://127.0.0.1:3978/api/messages`. */
  readonly botUrl: string;
  /** Its conversations, kept across restarts. */
  readonly dataFile: string;
  /** The commands, for the compose box. */
  readonly completions?: () => readonly Completion[];
}

export interface Playground extends LocalServer {
  readonly faults: Faults;
  /** Tells the bot that it was installed everywhere, once for each data file. */
  introduce(): Promise<void>;
}

/** Starts the playground on this machine only; resolves when it listens. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const messages = openMessages(options.dataFile);
  const faults = createFaults();
  const installs = openInstalls(`${options.dataFile}.installs`);
  const serviceUrl = (): string => server.url;
  const { botUrl, completions = () => [] } = options;
  const uploads = createUploads();
  const people = createPeople({ uploads, messages, installs, faults, serviceUrl, refreshEveryMs, botUrl });
  const api = createPageApi({ messages, installs, faults, people, completions, refreshEveryMs });
  const limits = createRateLimits(Date.now);
  const answerBot = createProtocol({ messages, installs, faults, limits, onTyping: api.showTyping });

  const server = await serveHere(options.port, async ({ pathname, searchParams: query }, request, response) => {
    const method = request.method ?? 'GET';
    if (pathname.startsWith('/v3/uploads/')) return uploads.upload(pathname, request, response);
    if (pathname.startsWith('/files/') && method === 'GET') return uploads.download(pathname, response);
    if (pathname.startsWith('/v3/'))
      return answerProtocol(response, answerBot({ method, path: pathname, query, body: await readJson(request) }));
    if (pathname === '/api/events') return api.listen(query.get('as') ?? '', response);
    if (pathname.startsWith('/api/') && method === 'GET') return answerJson(response, 200, api.read(pathname, query));
    if (pathname.startsWith('/api/') && method === 'POST')
      return answerJson(response, 200, (await api.change(pathname, await readJson(request))) ?? {});
    if (method !== 'GET' || !(await servePage(pathname, response))) answerNotFound(response);
  });

  const isNew = (id: string): boolean => {
    const conversation = conversationById(id);
    return conversation !== undefined && installs.has(conversation) && messages.all(id).length === 0;
  };

  return {
    ...server,
    faults,
    async introduce() {
      const added: [string, string][] = [
        ['ada', '19:general@thread.tacv2'],
        ...['dana', 'avery', 'noor', 'ada', 'nico'].map((key): [string, string] => [key, `a:${key}`]),
      ];
      // Checked before anything is added: one of these may already contain an answer to another.
      const fresh = added.filter(([, id]) => isNew(id));
      for (const [as, id] of fresh) await people.install({ as, conversation: id });
    },
    async close() {
      api.close();
      await server.close();
    },
  };
}

function answerProtocol(response: ServerResponse, { status, body, retryAfterSeconds, fault }: ProtocolAnswer): void {
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'reset' || fault?.kind === 'lost-reply') return void response.socket?.destroy();
  const headers = retryAfterSeconds ? { 'retry-after': String(retryAfterSeconds) } : undefined;
  const send = (): void => answerJson(response, status, body, headers);
  if (fault?.kind === 'slow') setTimeout(send, fault.ms ?? 1_000).unref();
  else send();
}
