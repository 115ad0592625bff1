import type { Installs } from '../installs';
import type { Message, MessageBoard } from '../messages';
import { bot, conversationById, conversations, personById, splitConversationId, tenantId } from '../world';
import type { SampleConversation } from '../world';
import type { ProtocolAnswer } from './index';
import { messageLimitBytes, weightOf } from './limits';
import type { RateLimits } from './limits';
import { refuse } from './roster';

/** What a bot may do in a conversation: send, edit, delete, begin one. */

interface ConversationParts {
  readonly messages: MessageBoard;
  readonly installs: Installs;
  readonly limits: RateLimits;
  onTyping(conversation: string): void;
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

/** The conversation, or why the bot may not write there. */
function writable(parts: ConversationParts, id: string): SampleConversation | ProtocolAnswer {
  const conversation = conversationById(id);
  if (!conversation) return notFound();
  if (!parts.installs.has(conversation))
    return refuse(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.');
  return conversation;
}

export function send(parts: ConversationParts, id: string, replyTo: string | undefined, body: unknown): ProtocolAnswer {
  const conversation = writable(parts, id);
  if ('status' in conversation) return conversation;
  const activity = body as InboundActivity;
  if (activity?.type === 'typing') {
    parts.onTyping(conversation.id);
    return { status: 201, body: { id: '' } };
  }
  const problem = checkActivity(parts, activity, conversation.id);
  if (problem) return problem;
  const { root } = splitConversationId(id);
  if (root && !parts.messages.get(conversation.id, root)) return notFound();
  const thread = conversation.type === 'channel' ? (root ?? threadOf(parts, conversation.id, replyTo)) : undefined;
  const message = parts.messages.post({
    conversation: conversation.id,
    root: thread,
    from: { ...bot, isBot: true },
    ...contentOf(activity),
  });
  return { status: 201, body: { id: message.id } };
}

function checkActivity(
  parts: ConversationParts,
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

function tooMany(parts: ConversationParts, counted: string): ProtocolAnswer | undefined {
  const waitMs = parts.limits.count(counted);
  if (waitMs === undefined) return undefined;
  return {
    ...refuse(429, 'TooManyRequests', 'Request limit exceeded.'),
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  };
}

function threadOf(parts: ConversationParts, conversation: string, replyTo: string | undefined): string | undefined {
  return replyTo ? parts.messages.get(conversation, replyTo)?.root : undefined;
}

/** The message that the bot may change: it is there, and its own. */
function ownMessage(parts: ConversationParts, conversation: string, id: string): Message | ProtocolAnswer {
  const message = parts.messages.get(conversation, id);
  if (!message || message.deleted) return refuse(404, 'ActivityNotFound', 'Activity not found.');
  if (!message.from.isBot) return refuse(403, 'ForbiddenOperationException', 'The message is of somebody else.');
  return message;
}

export function change(
  parts: ConversationParts,
  id: string,
  activityId: string,
  body: unknown,
  remove: boolean,
): ProtocolAnswer {
  const conversation = writable(parts, id);
  if ('status' in conversation) return conversation;
  const problem = remove ? undefined : checkActivity(parts, body as InboundActivity, conversation.id);
  if (problem) return problem;
  const message = ownMessage(parts, conversation.id, activityId);
  if ('status' in message) return message;
  if (remove) parts.messages.remove(conversation.id, activityId);
  else parts.messages.edit(conversation.id, activityId, contentOf(body as InboundActivity));
  return { status: 200, body: { id: activityId } };
}

export function createConversation(parts: ConversationParts, body: unknown): ProtocolAnswer {
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

/** A conversation that begins with a message: in a channel a new thread. */
function begin(parts: ConversationParts, conversation: SampleConversation, activity: unknown): ProtocolAnswer {
  const sent = send(parts, conversation.id, undefined, activity);
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
  return { text: activity.text ?? '', card, summary: String(activity.summary ?? ''), mentions };
}
