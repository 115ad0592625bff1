import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { lookUp } from '../core/keys';
import { isSeenBy } from './messages';
import type { Installs, Message, MessageBoard } from './messages';
import { PlaygroundError } from './people';
import type { People } from './people';
import { duplications, FaultForm } from './protocol/faults';
import type { Faults } from './protocol/faults';
import { bot, conversations, people as everybody, personByKey, team } from './world';

/**
 * The API of the playground for the page and the tests: GET /api/world?as= · GET /api/messages?as=&conversation= · GET /api/events?as= (server-sent)
 * · GET /api/completions · POST /api/say · /api/edit · /api/react · /api/click · /api/consent · /api/refresh · /api/install · /api/faults ·
 * /api/reset
 */

export interface Completion {
  readonly command: string;
  readonly summary: string;
  /** Offered before anything is typed. */
  readonly isInFront: boolean;
  /** Commands of a family are offered once its word is typed; until then, they are one line. */
  readonly family?: { readonly name: string; readonly summary: string };
  /** Other beginnings that mean this command. */
  readonly synonyms: readonly string[];
}

interface PageApiOptions {
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly faults: Faults;
  readonly people: People;
  readonly completions: () => readonly Completion[];
  readonly refreshEveryMs: number;
}

const where = { as: z.string().max(40), conversation: z.string().max(200) };
const what = { ...where, activityId: z.string().max(40) };
const requests = {
  say: z.object({
    ...where,
    thread: z.string().max(40).optional(),
    text: z.string().max(8_000),
    mention: z.enum(['normal', 'split', 'tag', 'none']).optional(),
  }),
  edit: z.object({ ...what, text: z.string().max(8_000) }),
  /** `remove` removes the reaction. */
  react: z.object({ ...what, remove: z.boolean().optional() }),
  click: z.object({
    ...what,
    action: z.object({
      type: z.string().max(40),
      verb: z.string().max(80).optional(),
      id: z.string().max(80).optional(),
      data: z.unknown(),
    }),
  }),
  consent: z.object({ ...what, accepts: z.boolean() }),
  /** `client`: one window or phone of the person; each refreshes separately. */
  refresh: z.object({ ...what, client: z.string().max(40).optional() }),
  install: z.object({ ...where, remove: z.boolean().optional() }),
};

/** What the page sends for each action of a person. */
export type Requests = { readonly [Name in keyof typeof requests]: z.infer<(typeof requests)[Name]> };

const FaultOrders = z.object({
  clear: z.boolean().optional(),
  duplicateInvokes: z.enum(duplications).optional(),
  add: FaultForm.optional(),
});

export function createPageApi(options: PageApiOptions) {
  const { messages, installs, faults, people, completions, refreshEveryMs } = options;
  const streams = new Map<ServerResponse, string>();
  const mayRead = (as: string, conversation: string): boolean =>
    conversations.some((each) => each.id === conversation && each.members.includes(as));

  const sees = (as: string, message: Message): boolean => isSeenBy(message, personByKey(as)?.id ?? '');

  function tell(conversation: string, event: string, data: unknown, isFor = (_as: string): boolean => true): void {
    for (const [stream, as] of streams)
      if (mayRead(as, conversation) && isFor(as)) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
  messages.onChange(({ kind, message }) =>
    tell(message.conversation, 'message', { kind, message }, (as) => sees(as, message)),
  );

  function listen(as: string, response: ServerResponse): void {
    if (!personByKey(as)) throw new PlaygroundError(404, 'There is no such person.');
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      connection: 'keep-alive',
    });
    response.write('retry: 500\n\n');
    streams.set(response, as);
    response.once('close', () => streams.delete(response));
  }

  function read(path: string, query: URLSearchParams): unknown {
    const as = query.get('as') ?? '';
    if (path === '/api/world')
      return {
        bot,
        team,
        people: everybody,
        refreshEveryMs,
        conversations: conversations
          .filter((each) => as === '' || each.members.includes(as))
          .map((each) => ({ ...each, installed: installs.has(each) })),
      };
    if (path === '/api/completions') return completions();
    if (path !== '/api/messages') throw new PlaygroundError(404, 'No such address.');
    const conversation = query.get('conversation') ?? '';
    if (!mayRead(as, conversation)) throw new PlaygroundError(403, 'You’re not a member of this conversation.');
    return messages.all(conversation).filter((message) => sees(as, message)) satisfies readonly Message[];
  }

  const changes: Readonly<Record<string, (body: unknown) => unknown>> = {
    '/api/say': (body) => people.say(requests.say.parse(body)),
    '/api/edit': (body) => people.edit(requests.edit.parse(body)),
    '/api/react': (body) => people.react(requests.react.parse(body)),
    '/api/click': (body) => people.click(requests.click.parse(body)),
    '/api/consent': (body) => people.consent(requests.consent.parse(body)),
    '/api/refresh': (body) => people.refresh(requests.refresh.parse(body)),
    '/api/install': (body) => people.install(requests.install.parse(body)),
    '/api/reset'() {
      messages.clear();
      for (const stream of streams.keys()) stream.write('event: reset\ndata: {}\n\n');
    },
    '/api/faults'(body) {
      const { clear, duplicateInvokes, add } = FaultOrders.parse(body);
      if (clear) faults.clear();
      if (duplicateInvokes) faults.duplicateInvokes(duplicateInvokes);
      if (add) faults.add(add);
    },
  };

  async function change(path: string, body: unknown): Promise<unknown> {
    const carryOut = lookUp(changes, path);
    if (!carryOut) throw new PlaygroundError(404, 'No such address.');
    return carryOut(body);
  }

  return {
    read,
    change,
    listen,
    showTyping: (conversation: string): void => tell(conversation, 'typing', { conversation }),
    close: () => {
      for (const stream of streams.keys()) stream.end();
    },
  };
}
