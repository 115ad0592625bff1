import { messageLimitBytes, weightOf } from '../../../src/playground/protocol/faults';

/** What a Bot Connector answers to each call. Changes only the messages it is given. */

export interface ConnectorRequest {
  readonly method: string;
  readonly area: string;
  /** With its thread; empty if a conversation is created. */
  readonly conversation: string;
  readonly kind: string;
  readonly activityId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface ConnectorAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly retryAfterSeconds?: number;
}

export interface KeptMessage {
  readonly id: string;
  /** The conversation without its thread. */
  readonly placeId: string;
  readonly root: string | undefined;
  /** The current activity. */
  readonly activity: Readonly<Record<string, unknown>>;
  readonly postedAt: number;
  readonly edits: number;
}

/** The personal chat with this person. */
export function personalChatOf(teamsId: string): string {
  return `a:${teamsId}`;
}

let last = 0;

export function answerTo(request: ConnectorRequest, messages: Map<string, KeptMessage>): ConnectorAnswer {
  const { method, area, conversation, kind, activityId, body } = request;
  if (area !== 'conversations') return refused(404, 'NotFound');
  if (conversation === '') return method === 'POST' ? begin(body, messages) : refused(405, 'MethodNotAllowed');
  if (kind === 'pagedmembers' || kind === 'members')
    return { status: 200, body: kind === 'members' ? [] : { members: [] } };
  if (kind !== 'activities') return refused(404, 'NotFound');
  if (method === 'POST') return post(conversation, body, messages);
  if (method !== 'PUT' && method !== 'DELETE') return refused(405, 'MethodNotAllowed');
  return change(method, activityId, body, messages);
}

function post(
  conversation: string,
  body: ConnectorRequest['body'],
  messages: Map<string, KeptMessage>,
): ConnectorAnswer {
  if (body['type'] === 'typing') return { status: 201, body: { id: '' } };
  const problem = problemOf(body);
  if (problem) return problem;
  const [placeId = '', root] = conversation.split(';messageid=');
  last = Math.max(last + 1, Date.now());
  const id = String(last);
  messages.set(id, { id, placeId, root, activity: body, postedAt: performance.now(), edits: 0 });
  return { status: 201, body: { id } };
}

function change(
  method: 'PUT' | 'DELETE',
  activityId: string,
  body: ConnectorRequest['body'],
  messages: Map<string, KeptMessage>,
): ConnectorAnswer {
  const problem = method === 'PUT' ? problemOf(body) : undefined;
  if (problem) return problem;
  const known = messages.get(activityId);
  if (!known) return refused(404, 'ActivityNotFound');
  if (method === 'DELETE') messages.delete(activityId);
  else messages.set(activityId, { ...known, activity: body, edits: known.edits + 1 });
  return { status: 200, body: { id: activityId } };
}

function begin(body: ConnectorRequest['body'], messages: Map<string, KeptMessage>): ConnectorAnswer {
  const channel = (body['channelData'] as { channel?: { id?: string } } | undefined)?.channel?.id;
  const member = (body['members'] as { id?: string }[] | undefined)?.[0]?.id;
  if (channel === undefined && member === undefined) return refused(404, 'ConversationNotFound');
  const conversation = channel ?? personalChatOf(member ?? '');
  if (body['activity'] === undefined) return { status: 201, body: { id: conversation } };
  const posted = post(conversation, body['activity'] as ConnectorRequest['body'], messages);
  if (posted.status !== 201) return posted;
  const activityId = (posted.body as { id: string }).id;
  return { status: 201, body: { id: channel ? `${channel};messageid=${activityId}` : conversation, activityId } };
}

function problemOf(body: ConnectorRequest['body']): ConnectorAnswer | undefined {
  const { type, text = '', attachments = [] } = body as { type?: string; text?: unknown; attachments?: unknown };
  if (type !== 'message') return refused(400, 'BadSyntax');
  if (typeof text !== 'string' || !Array.isArray(attachments)) return refused(400, 'BadSyntax');
  if (text === '' && attachments.length === 0) return refused(400, 'BadSyntax');
  return weightOf(body) > messageLimitBytes ? refused(413, 'MessageSizeTooBig') : undefined;
}

function refused(status: number, code: string): ConnectorAnswer {
  return { status, body: { error: { code, message: 'Refused.' } } };
}
