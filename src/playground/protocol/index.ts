import type { Message, MessageBoard } from '../messages';
import type { Fault, Faults } from './faults';
import type { Installs } from '../installs';
import { messageLimitBytes, weightOf } from './limits';
import type { RateLimits } from './limits';
import { answerRoster, answerTeam, refuse } from './roster';
import { bot, conversationById, conversations, personById, splitConversationId, tenantId } from '../world';
import type { SampleConversation } from '../world';

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

interface InboundActivity {
  type?: string;
  text?: string;
  summary?: string;
  attachments?: { contentType?: string; content?: Record<string, unknown> }[];
  entities?: { type?: string; text?: string; mentioned?: { id?: string } }[];
}

const cardType = 'application/vnd.microsoft.card.adaptive';
const notFound = (): ProtocolAnswer => refuse(404, 'ConversationNotFound', 'Conversation not found.');

interface ProtocolOptions {
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly limits: RateLimits;
  readonly faults: Faults;
}

export function createProtocol({ messages, installs, limits, faults }: ProtocolOptions): Protocol {
  const typingListeners: ((conversation: string) => void)[] = [];

  /** The conversation, or why the bot may not write there. */
  function writable(id: string): SampleConversation | ProtocolAnswer {
    const conversation = conversationById(id);
    if (!conversation) return notFound();
    if (!installs.has(conversation))
      return refuse(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
    return conversation;
  }

  function send(id: string, replyTo: string | undefined, body: unknown): ProtocolAnswer {
    const conversation = writable(id);
    if ('status' in conversation) return conversation;
    const activity = body as InboundActivity;
    if (activity?.type === 'typing') {
      for (const listener of typingListeners) listener(conversation.id);
      return { status: 201, body: { id: '' } };
    }
    const problem = checkActivity(activity, conversation.id);
    if (problem) return problem;
    const { root } = splitConversationId(id);
    if (root && !messages.get(conversation.id, root)) return notFound();
    const thread = conversation.type === 'channel' ? (root ?? threadOf(conversation.id, replyTo)) : undefined;
    const message = messages.post({
      conversation: conversation.id,
      root: thread,
      from: { ...bot, isBot: true },
      ...contentOf(activity),
    });
    return { status: 201, body: { id: message.id } };
  }

  function checkActivity(activity: InboundActivity, conversation: string): ProtocolAnswer | undefined {
    if (activity === null || typeof activity !== 'object' || activity.type !== 'message')
      return refuse(400, 'BadSyntax', 'An activity of type message is needed.');
    const { text = '', attachments = [] } = activity;
    if (typeof text !== 'string' || !Array.isArray(attachments))
      return refuse(400, 'BadSyntax', 'The text or the attachments have the wrong type.');
    if (text === '' && attachments.length === 0)
      return refuse(400, 'BadSyntax', 'The message has neither text nor attachment.');
    if (weightOf(activity) > messageLimitBytes) return refuse(413, 'MessageSizeTooBig', 'Message size too large.');
    return tooMany(conversation);
  }

  function tooMany(counted: string): ProtocolAnswer | undefined {
    const waitMs = limits.count(counted);
    if (waitMs === undefined) return undefined;
    return {
      ...refuse(429, 'TooManyRequests', 'Request limit exceeded.'),
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    };
  }

  function threadOf(conversation: string, replyTo: string | undefined): string | undefined {
    return replyTo ? messages.get(conversation, replyTo)?.root : undefined;
  }

  /** The message that the bot may change: it is there, and its own. */
  function ownMessage(conversation: string, id: string): Message | ProtocolAnswer {
    const message = messages.get(conversation, id);
    if (!message || message.deleted) return refuse(404, 'ActivityNotFound', 'Activity not found.');
    if (!message.from.isBot) return refuse(403, 'ForbiddenOperationException', 'The message is of somebody else.');
    return message;
  }

  function change(id: string, activityId: string, body: unknown, remove: boolean): ProtocolAnswer {
    const conversation = writable(id);
    if ('status' in conversation) return conversation;
    const problem = remove ? undefined : checkActivity(body as InboundActivity, conversation.id);
    if (problem) return problem;
    const message = ownMessage(conversation.id, activityId);
    if ('status' in message) return message;
    if (remove) messages.remove(conversation.id, activityId);
    else messages.edit(conversation.id, activityId, contentOf(body as InboundActivity));
    return { status: 200, body: { id: activityId } };
  }

  function createConversation(body: unknown): ProtocolAnswer {
    if (body === null || typeof body !== 'object')
      return refuse(400, 'BadSyntax', 'Conversation parameters are needed.');
    const asked = body as {
      members?: { id?: string }[];
      tenantId?: string;
      channelData?: { channel?: { id?: string }; tenant?: { id?: string } };
      activity?: unknown;
    };
    if ((asked.tenantId ?? asked.channelData?.tenant?.id ?? tenantId) !== tenantId)
      return refuse(403, 'Forbidden', 'The bot is not installed in this tenant.');
    const channelId = asked.channelData?.channel?.id;
    const member = Array.isArray(asked.members) ? personById(asked.members[0]?.id ?? '') : undefined;
    const found = channelId
      ? conversationById(channelId)
      : conversations.find((each) => each.type === 'personal' && each.members[0] === member?.key);
    if (!found) return refuse(404, 'ConversationNotFound', 'There is no such channel or person.');
    const conversation = writable(found.id);
    if ('status' in conversation) return conversation;
    const problem = tooMany(`create ${conversation.id}`);
    if (problem) return problem;
    return channelId || asked.activity ? begin(conversation, asked.activity) : { status: 201, body: { id: found.id } };
  }

  /** A conversation that begins with a message: in a channel a new thread. */
  function begin(conversation: SampleConversation, activity: unknown): ProtocolAnswer {
    const sent = send(conversation.id, undefined, activity);
    if (sent.status !== 201) return sent;
    const activityId = (sent.body as { id: string }).id;
    const thread = conversation.type === 'channel' ? `;messageid=${activityId}` : '';
    return { status: 201, body: { id: `${conversation.id}${thread}`, activityId } };
  }

  function route({ method, path, query, body }: ProtocolRequest): ProtocolAnswer {
    const [, area, id = '', kind, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
    if (area === 'teams') return answerTeam(id, kind);
    if (area !== 'conversations') return refuse(404, 'NotFound', 'No such address.');
    if (id === '') return method === 'POST' ? createConversation(body) : refuse(405, 'MethodNotAllowed', 'Use POST.');
    if (kind === 'members' || kind === 'pagedmembers') return answerRoster(id, [kind, ...rest], query);
    if (kind !== 'activities') return refuse(404, 'NotFound', 'No such address.');
    if (method === 'POST') return send(id, rest[0], body);
    if (method === 'PUT' && rest[0]) return change(id, rest[0], body, false);
    if (method === 'DELETE' && rest[0]) return change(id, rest[0], body, true);
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

function contentOf(activity: InboundActivity) {
  const card = activity.attachments?.find((each) => each?.contentType === cardType)?.content;
  const entities = Array.isArray(activity.entities) ? activity.entities : [];
  const mentions = entities
    .filter((each) => each?.type === 'mention' && typeof each.text === 'string' && each.text !== '')
    .map((each) => ({ text: String(each.text), id: String(each.mentioned?.id ?? '') }));
  return { text: activity.text ?? '', card, summary: String(activity.summary ?? ''), mentions };
}
