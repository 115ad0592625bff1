import type { Installs } from '../installs';
import type { MessageBoard } from '../messages';
import { change, createConversation, send } from './conversations';
import type { Fault, Faults } from './faults';
import type { RateLimits } from './limits';
import { answerRoster, answerTeam, refuse } from './roster';

/** The Bot Connector REST protocol as botbuilder calls it. Pure but for the messages it changes. */

interface ProtocolRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

export interface ProtocolAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly retryAfterSeconds?: number;
  /** The fault to play out before, or instead of, answering. */
  readonly fault?: Fault;
}

interface Protocol {
  handle(request: ProtocolRequest): ProtocolAnswer;
  onTyping(listener: (conversation: string) => void): void;
}

interface ProtocolOptions {
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly limits: RateLimits;
  readonly faults: Faults;
}

export function createProtocol({ messages, installs, limits, faults }: ProtocolOptions): Protocol {
  const typingListeners: ((conversation: string) => void)[] = [];

  const conversation = {
    ...{ messages, installs, limits },
    onTyping: (id: string) => {
      for (const listener of typingListeners) listener(id);
    },
  };

  function route({ method, path, query, body }: ProtocolRequest): ProtocolAnswer {
    const [, area, id = '', kind, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
    if (area === 'teams') return answerTeam(id, kind);
    if (area !== 'conversations') return refuse(404, 'NotFound', 'No such address.');
    if (id === '')
      return method === 'POST' ? createConversation(conversation, body) : refuse(405, 'MethodNotAllowed', 'Use POST.');
    if (kind === 'members' || kind === 'pagedmembers') return answerRoster(id, [kind, ...rest], query);
    if (kind !== 'activities') return refuse(404, 'NotFound', 'No such address.');
    if (method === 'POST') return send(conversation, id, rest[0], body);
    if (method === 'PUT' && rest[0]) return change(conversation, id, rest[0], body, false);
    if (method === 'DELETE' && rest[0]) return change(conversation, id, rest[0], body, true);
    return refuse(405, 'MethodNotAllowed', 'Not here.');
  }

  return {
    handle(request) {
      if (!isDecodable(request.path)) return refuse(400, 'BadSyntax', 'The address is broken.');
      const fault = faults.strike(request.method, decodeURIComponent(request.path));
      if (!fault) return route(request);
      if (fault.kind === '429')
        return {
          ...refuse(429, 'TooManyRequests', 'Request limit exceeded.'),
          retryAfterSeconds: Math.ceil((fault.ms ?? 1000) / 1000),
        };
      if (/^\d+$/.test(fault.kind)) return refuse(Number(fault.kind), 'ServiceError', 'A fault that was switched on.');
      // A lost reply is stored before the connection breaks; a hanging or reset one never arrived.
      if (fault.kind === 'hang' || fault.kind === 'reset') return { status: 0, fault };
      return { ...route(request), fault };
    },
    onTyping: (listener) => void typingListeners.push(listener),
  };
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}
