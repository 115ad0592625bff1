import type { Installs, Message, MessageBoard, MessageFile } from '../messages';
import { bot, conversationById, conversations, personById, splitConversationId, tenantId } from '../world';
import type { SampleConversation } from '../world';
import { messageLimitBytes, weightOf } from './faults';
import type { Fault, Faults, RateLimits } from './faults';
import { answerRoster, answerTeam, refuse } from './roster';

/** The Bot Connector REST protocol as botbuilder uses it. Pure, apart from the messages that it changes. */

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
  /** The fault to apply before, or instead of, the answer. */
  readonly fault?: Fault;
}

interface ProtocolOptions {
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly limits: RateLimits;
  readonly faults: Faults;
  onTyping(conversation: string): void;
}

export function createProtocol(parts: ProtocolOptions): (request: ProtocolRequest) => ProtocolAnswer {
  function route({ method, path, query, body }: ProtocolRequest): ProtocolAnswer {
    const [, area, id = '', kind, ...rest] = path.split('/').slice(1).map(decodeURIComponent);
    if (area === 'teams') return answerTeam(id, kind);
    if (area !== 'conversations') return refuse(404, 'NotFound', 'No such address.');
    if (id === '')
      return method === 'POST' ? createConversation(parts, body) : refuse(405, 'MethodNotAllowed', 'Use POST.');
    if (kind === 'members' || kind === 'pagedmembers') return answerRoster(id, [kind, ...rest], query);
    if (kind !== 'activities') return refuse(404, 'NotFound', 'No such address.');
    const targeted = query.get('isTargetedActivity') === 'true';
    if (method === 'POST') return send(parts, { id, replyTo: rest[0], targeted }, body);
    if (method === 'PUT' && rest[0]) return change(parts, { id, activityId: rest[0], targeted }, body, false);
    if (method === 'DELETE' && rest[0]) return change(parts, { id, activityId: rest[0], targeted }, body, true);
    return refuse(405, 'MethodNotAllowed', 'Not here.');
  }

  return (request) => {
    if (!isDecodable(request.path)) return refuse(400, 'BadSyntax', 'The address isn’t valid.');
    const fault = parts.faults.strike(request.method, decodeURIComponent(request.path));
    if (!fault) return route(request);
    if (fault.kind === '429') return { ...tooManyRequests, retryAfterSeconds: Math.ceil((fault.ms ?? 1000) / 1000) };
    if (/^\d+$/.test(fault.kind)) return refuse(Number(fault.kind), 'ServiceError', 'A fault that was switched on.');
    // A message with a lost reply is stored before the connection breaks; with a hang or reset, it never arrived.
    if (fault.kind === 'hang' || fault.kind === 'reset') return { status: 0, fault };
    return { ...route(request), fault };
  };
}

const tooManyRequests = refuse(429, 'TooManyRequests', 'Request limit exceeded.');

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}

/** What a bot can do in a conversation: send, edit, delete, begin one. */

interface InboundActivity {
  type?: string;
  text?: string;
  summary?: string;
  attachments?: { contentType?: string; name?: string; contentUrl?: string; content?: Record<string, unknown> }[];
  entities?: { type?: string; text?: string; mentioned?: { id?: string } }[];
  recipient?: { id?: string };
}

const cardType = 'application/vnd.microsoft.card.adaptive';
const notFound = (): ProtocolAnswer => refuse(404, 'ConversationNotFound', 'Conversation not found.');

/** The conversation, or why the bot can't write there. */
function writable(parts: ProtocolOptions, id: string): SampleConversation | ProtocolAnswer {
  const conversation = conversationById(id);
  if (!conversation) return notFound();
  if (!parts.installs.has(conversation))
    return refuse(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  return conversation;
}

interface Sending {
  readonly id: string;
  /** The message that it replies to. */
  readonly replyTo?: string | undefined;
  /** Only its recipient sees it. */
  readonly targeted?: boolean;
}

function send(parts: ProtocolOptions, { id, replyTo, targeted = false }: Sending, body: unknown): ProtocolAnswer {
  const conversation = writable(parts, id);
  if ('status' in conversation) return conversation;
  const activity = body as InboundActivity;
  if (activity?.type === 'typing') {
    parts.onTyping(conversation.id);
    return { status: 201, body: { id: '' } };
  }
  const problem = checkActivity(parts, activity, conversation.id);
  if (problem) return problem;
  const recipient = personById(activity.recipient?.id ?? '');
  if (targeted && !(recipient && conversation.members.includes(recipient.key)))
    return refuse(400, 'BadArgument', 'A targeted message needs a recipient who is a member.');
  const { root } = splitConversationId(id);
  if (root && !parts.messages.get(conversation.id, root)) return notFound();
  const thread = conversation.type === 'channel' ? (root ?? threadOf(parts, conversation.id, replyTo)) : undefined;
  const message = parts.messages.post({
    conversation: conversation.id,
    root: thread,
    from: { ...bot, isBot: true },
    ...contentOf(activity),
    ...(targeted && recipient && { onlyFor: recipient.id }),
  });
  return { status: 201, body: { id: message.id } };
}

function checkActivity(
  parts: ProtocolOptions,
  activity: InboundActivity,
  conversation: string,
): ProtocolAnswer | undefined {
  if (activity === null || typeof activity !== 'object' || activity.type !== 'message')
    return refuse(400, 'BadSyntax', 'An activity of type message is needed.');
  const { text = '', attachments = [] } = activity;
  if (typeof text !== 'string' || !Array.isArray(attachments))
    return refuse(400, 'BadSyntax', 'The text or the attachments have the wrong type.');
  if (text === '' && attachments.length === 0)
    return refuse(400, 'BadSyntax', 'The message has neither text nor attachment.');
  if (weightOf(activity) > messageLimitBytes) return refuse(413, 'MessageSizeTooBig', 'Message size too large.');
  return tooMany(parts, conversation);
}

function tooMany(parts: ProtocolOptions, counted: string): ProtocolAnswer | undefined {
  const waitMs = parts.limits.count(counted);
  return waitMs === undefined
    ? undefined
    : { ...tooManyRequests, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
}

function threadOf(parts: ProtocolOptions, conversation: string, replyTo: string | undefined): string | undefined {
  return replyTo ? parts.messages.get(conversation, replyTo)?.root : undefined;
}

/** The message that the bot wants to change: it must exist and be the bot's own. */
function ownMessage(parts: ProtocolOptions, conversation: string, id: string): Message | ProtocolAnswer {
  const message = parts.messages.get(conversation, id);
  if (!message || message.deleted) return refuse(404, 'ActivityNotFound', 'Activity not found.');
  if (!message.from.isBot) return refuse(403, 'ForbiddenOperationException', 'The message is of somebody else.');
  return message;
}

function change(
  parts: ProtocolOptions,
  { id, activityId, targeted }: { readonly id: string; readonly activityId: string; readonly targeted: boolean },
  body: unknown,
  remove: boolean,
): ProtocolAnswer {
  const conversation = writable(parts, id);
  if ('status' in conversation) return conversation;
  const problem = remove ? undefined : checkActivity(parts, body as InboundActivity, conversation.id);
  if (problem) return problem;
  const message = ownMessage(parts, conversation.id, activityId);
  if ('status' in message) return message;
  if ((message.onlyFor !== undefined) !== targeted) return refuse(404, 'ActivityNotFound', 'Activity not found.');
  if (targeted && (body as InboundActivity | undefined)?.recipient)
    return refuse(400, 'BadArgument', "The recipient of a targeted message can't be edited.");
  if (remove) parts.messages.remove(conversation.id, activityId);
  else parts.messages.edit(conversation.id, activityId, contentOf(body as InboundActivity));
  return { status: 200, body: { id: activityId } };
}

function createConversation(parts: ProtocolOptions, body: unknown): ProtocolAnswer {
  if (body === null || typeof body !== 'object') return refuse(400, 'BadSyntax', 'Conversation parameters are needed.');
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
  const conversation = writable(parts, found.id);
  if ('status' in conversation) return conversation;
  const problem = tooMany(parts, `create ${conversation.id}`);
  if (problem) return problem;
  return channelId || asked.activity
    ? begin(parts, conversation, asked.activity)
    : { status: 201, body: { id: found.id } };
}

/** A conversation that begins with a message: a new thread in a channel. */
function begin(parts: ProtocolOptions, conversation: SampleConversation, activity: unknown): ProtocolAnswer {
  const sent = send(parts, { id: conversation.id }, activity);
  if (sent.status !== 201) return sent;
  const activityId = (sent.body as { id: string }).id;
  const thread = conversation.type === 'channel' ? `;messageid=${activityId}` : '';
  return { status: 201, body: { id: `${conversation.id}${thread}`, activityId } };
}

function contentOf(activity: InboundActivity) {
  const card = activity.attachments?.find((each) => each?.contentType === cardType)?.content;
  const entities = Array.isArray(activity.entities) ? activity.entities : [];
  const mentions = entities
    .filter((each) => each?.type === 'mention' && typeof each.text === 'string' && each.text !== '')
    .map((each) => ({ text: String(each.text), id: String(each.mentioned?.id ?? '') }));
  return { text: activity.text ?? '', card, file: fileOf(activity), summary: String(activity.summary ?? ''), mentions };
}

/** A file consent card or file info card, as the bot sent it. */
function fileOf({ attachments = [] }: InboundActivity): MessageFile | undefined {
  const offered = attachments.find((each) => each?.contentType === 'application/vnd.microsoft.teams.card.file.consent');
  if (offered) {
    const { description, sizeInBytes, acceptContext, declineContext } = offered.content ?? {};
    const size = Number(sizeInBytes) || 0;
    const said = { name: String(offered.name ?? 'file'), description: String(description ?? ''), sizeInBytes: size };
    return { kind: 'offered', ...said, accept: acceptContext, decline: declineContext };
  }
  const saved = attachments.find((each) => each?.contentType === 'application/vnd.microsoft.teams.card.file.info');
  return saved && { kind: 'saved', name: String(saved.name ?? 'file'), url: String(saved.contentUrl ?? '') };
}
