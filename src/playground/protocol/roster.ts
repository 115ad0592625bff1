import { conversationById, conversations, people, team, tenantId } from '../world';
import type { SamplePerson } from '../world';
import type { ProtocolAnswer } from './index';

/** The members of a conversation, and the channels of the team, as the Bot Connector returns them. */

export const refuse = (status: number, code: string, message: string): ProtocolAnswer => ({
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
  tenantId: each.tenantId ?? tenantId,
  userRole: 'user',
});

/** Answers `members`, `members/<id>` and `pagedmembers`; a team's id means everybody in it. */
export function answerRoster(
  id: string,
  [kind, member]: readonly (string | undefined)[],
  query: URLSearchParams,
): ProtocolAnswer {
  const conversation =
    conversationById(id) ?? (id === team.id ? conversations.find((each) => each.type === 'channel') : undefined);
  if (!conversation) return refuse(404, 'ConversationNotFound', 'Conversation not found.');
  const everyone = people.filter((each) => conversation.members.includes(each.key));
  if (kind === 'pagedmembers') return page(everyone, query);
  if (member === undefined) return { status: 200, body: everyone.map(account) };
  const one = everyone.find((each) => each.id === member || each.aadObjectId === member);
  return one
    ? { status: 200, body: account(one) }
    : refuse(404, 'MemberNotFoundInConversation', 'The member was not found.');
}

function page(everyone: readonly SamplePerson[], query: URLSearchParams): ProtocolAnswer {
  const size = Math.min(500, Math.max(1, Number(query.get('pageSize') ?? 200) || 200));
  const from = Number(query.get('continuationToken') ?? 0) || 0;
  const next = from + size < everyone.length ? { continuationToken: String(from + size) } : {};
  return { status: 200, body: { members: everyone.slice(from, from + size).map(account), ...next } };
}

/** Answers `teams/<id>` and `teams/<id>/conversations`. */
export function answerTeam(id: string, kind: string | undefined): ProtocolAnswer {
  if (id !== team.id) return refuse(404, 'TeamNotFound', 'Team not found.');
  const channels = conversations.filter((each) => each.type === 'channel' && !each.membership);
  // General comes without a name: each client shows it in its own language.
  if (kind === 'conversations')
    return {
      status: 200,
      body: {
        conversations: channels.map(({ id: channel, name }) => ({
          id: channel,
          name: channel === team.id ? null : name,
        })),
      },
    };
  return {
    status: 200,
    body: { ...team, tenantId, channelCount: channels.length, memberCount: people.length, type: 'standard' },
  };
}
