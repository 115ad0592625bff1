import type { Messages } from './messages';
import type { Fault, Faults } from './faults';
import { messageLimitBytes, weightOf } from './limits';
import type { RateLimits } from './limits';
import { bot, conversationById, conversations, people, personById, splitConversationId, team, tenantId } from './world';
import type { SampleConversation, SamplePerson } from './world';

/** The Bot Connector REST protocol as botbuilder calls it. Pure but for the messages it changes. */

export interface ProtocolRequest {
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

export interface Protocol {
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
const refused = (status: number, code: string, message: string): ProtocolAnswer => ({
  status,
  body: { error: { code, message } },
});
const account = (each: SamplePerson) => ({
  id: each.id,
  name: each.name,
  aadObjectId: each.aadObjectId,
  objectId: each.aadObjectId,
  givenName: each.name.split(' ')[0],
  surname: each.name.split(' ')[1],
  email: `${each.key}@example.com`,
  userPrincipalName: `${each.key}@example.com`,
  tenantId,
  userRole: 'user',
});

export function createProtocol({
  messages,
  limits,
  faults,
}: {
  messages: Messages;
  limits: RateLimits;
  faults: Faults;
}): Protocol {
  const typingListeners: ((conversation: string) => void)[] = [];
  const members = (conversation: SampleConversation): SamplePerson[] =>
    people.filter((each) => conversation.members.includes(each.key));

  function send(id: string, replyTo: string | undefined, body: unknown): ProtocolAnswer {
    const conversation = conversationById(id);
    if (!conversation) return refused(404, 'ConversationNotFound', 'Conversation not found.');
    const activity = body as InboundActivity;
    if (activity.type === 'typing') {
      for (const listener of typingListeners) listener(conversation.id);
      return { status: 201, body: { id: '' } };
    }
    const problem = checkActivity(activity, conversation.id);
    if (problem) return problem;
    const { root } = splitConversationId(id);
    const thread = conversation.type === 'channel' ? (root ?? threadOf(conversation.id, replyTo)) : undefined;
    if (root && !messages.get(conversation.id, root))
      return refused(404, 'ConversationNotFound', 'The thread was not found.');
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
      return refused(400, 'BadSyntax', 'An activity of type message is needed.');
    if (!activity.text && !activity.attachments?.length)
      return refused(400, 'BadSyntax', 'The message has neither text nor attachment.');
    if (weightOf(activity) > messageLimitBytes) return refused(413, 'MessageSizeTooBig', 'Message size too large.');
    const waitMs = limits.count(conversation);
    if (waitMs === undefined) return undefined;
    return {
      ...refused(429, 'TooManyRequests', 'Request limit exceeded.'),
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    };
  }

  function threadOf(conversation: string, replyTo: string | undefined): string | undefined {
    return replyTo ? messages.get(conversation, replyTo)?.root : undefined;
  }

  function edit(id: string, activityId: string, body: unknown): ProtocolAnswer {
    const conversation = conversationById(id);
    if (!conversation) return refused(404, 'ConversationNotFound', 'Conversation not found.');
    const problem = checkActivity(body as InboundActivity, conversation.id);
    if (problem) return problem;
    const edited = messages.edit(conversation.id, activityId, contentOf(body as InboundActivity));
    return edited ? { status: 200, body: { id: activityId } } : refused(404, 'ActivityNotFound', 'Activity not found.');
  }

  function createConversation(body: unknown): ProtocolAnswer {
    const asked = body as {
      members?: { id?: string }[];
      channelData?: { channel?: { id?: string } };
      activity?: unknown;
    };
    const channelId = asked.channelData?.channel?.id;
    const member = personById(asked.members?.[0]?.id ?? '');
    const conversation = channelId
      ? conversationById(channelId)
      : conversations.find((each) => each.type === 'personal' && each.members[0] === member?.key);
    if (!conversation || (!channelId && !member))
      return refused(404, 'ConversationNotFound', 'There is no such channel or person.');
    if (!asked.activity) return { status: 201, body: { id: conversation.id } };
    const sent = send(conversation.id, undefined, asked.activity);
    if (sent.status !== 201) return sent;
    const activityId = (sent.body as { id: string }).id;
    return {
      status: 201,
      body: { id: channelId ? `${conversation.id};messageid=${activityId}` : conversation.id, activityId },
    };
  }

  function remove(id: string, activityId: string): ProtocolAnswer {
    const conversation = conversationById(id);
    if (conversation && messages.remove(conversation.id, activityId)) return { status: 200 };
    return refused(404, 'ActivityNotFound', 'Activity not found.');
  }

  function roster(id: string, rest: readonly string[], query: URLSearchParams): ProtocolAnswer {
    const conversation =
      conversationById(id) ?? (id === team.id ? conversationById('19:general@thread.tacv2') : undefined);
    if (!conversation) return refused(404, 'ConversationNotFound', 'Conversation not found.');
    const everyone = members(conversation);
    if (rest[0] === 'pagedmembers') return page(everyone, query);
    if (rest[1] === undefined) return { status: 200, body: everyone.map(account) };
    const one = everyone.find((each) => each.id === rest[1] || each.aadObjectId === rest[1]);
    return one
      ? { status: 200, body: account(one) }
      : refused(404, 'MemberNotFoundInConversation', 'The member was not found.');
  }

  function route({ method, path, query, body }: ProtocolRequest): ProtocolAnswer {
    const [, area, id = '', kind, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
    if (area === 'teams') return aboutTeam(id, kind);
    if (area !== 'conversations') return refused(404, 'NotFound', 'No such address.');
    if (id === '') return method === 'POST' ? createConversation(body) : refused(405, 'MethodNotAllowed', 'Use POST.');
    if (kind === 'members' || kind === 'pagedmembers') return roster(id, [kind, ...rest], query);
    if (kind !== 'activities') return refused(404, 'NotFound', 'No such address.');
    if (method === 'POST') return send(id, rest[0], body);
    if (method === 'PUT' && rest[0]) return edit(id, rest[0], body);
    if (method === 'DELETE' && rest[0]) return remove(id, rest[0]);
    return refused(405, 'MethodNotAllowed', 'Not here.');
  }

  return {
    handle(request) {
      const fault = faults.strike(request.method, decodeURIComponent(request.path));
      if (!fault) return route(request);
      if (fault.kind === '429')
        return {
          ...refused(429, 'TooManyRequests', 'Request limit exceeded.'),
          retryAfterSeconds: Math.ceil((fault.ms ?? 1000) / 1000),
        };
      if (/^\d+$/.test(fault.kind)) return refused(Number(fault.kind), 'ServiceError', 'A fault that was switched on.');
      // A lost reply is stored before the connection breaks; a hanging or reset one never arrived.
      if (fault.kind === 'hang' || fault.kind === 'reset') return { status: 0, fault };
      return { ...route(request), fault };
    },
    onTyping: (listener) => void typingListeners.push(listener),
  };
}

function page(everyone: readonly SamplePerson[], query: URLSearchParams): ProtocolAnswer {
  const size = Math.min(500, Math.max(1, Number(query.get('pageSize') ?? 200) || 200));
  const from = Number(query.get('continuationToken') ?? 0) || 0;
  const next = from + size < everyone.length ? { continuationToken: String(from + size) } : {};
  return { status: 200, body: { members: everyone.slice(from, from + size).map(account), ...next } };
}

function aboutTeam(id: string, kind: string | undefined): ProtocolAnswer {
  if (id !== team.id) return refused(404, 'TeamNotFound', 'Team not found.');
  const channels = conversations.filter((each) => each.type === 'channel');
  if (kind === 'conversations')
    return { status: 200, body: { conversations: channels.map(({ id: channel, name }) => ({ id: channel, name })) } };
  return {
    status: 200,
    body: { ...team, tenantId, channelCount: channels.length, memberCount: people.length, type: 'standard' },
  };
}

function contentOf(activity: InboundActivity) {
  const card = activity.attachments?.find((each) => each.contentType === cardType)?.content;
  const mentions = (activity.entities ?? [])
    .filter((each) => each.type === 'mention')
    .map((each) => ({ text: each.text ?? '', id: each.mentioned?.id ?? '' }));
  return { text: activity.text ?? '', card, summary: activity.summary ?? '', mentions };
}
