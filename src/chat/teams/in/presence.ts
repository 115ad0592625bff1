import type { Activity } from 'botbuilder';
import { channelDataOf, placeIdOf } from './inbound';
import type { Left } from '../directory/places';

/** What an activity says about where Gavel is. */
export type PresenceChange =
  | { readonly is: 'gone'; readonly where: Left; readonly why: 'removed' | 'deleted' }
  /** `added`: somebody added Gavel just now, so it introduces itself. */
  | { readonly is: 'there'; readonly where: Left; readonly added: boolean };

/**
 * Teams removes Gavel from a whole team at once, and names the team or any of its channels then; a private or a shared channel, a chat and a person
 * are left by themselves. Undefined when the activity is about something else. Pure.
 */
export function presenceIn(activity: Activity): PresenceChange | undefined {
  const { eventType = '', team, channel } = channelDataOf(activity);
  const placeId = placeIdOf(activity.conversation.id);
  const isAlone = channel?.type === 'private' || channel?.type === 'shared' || eventType.startsWith('channelMember');
  const whole: Left = team?.id === undefined || isAlone ? { placeId } : { teamId: team.id };
  const namesBot = (list: unknown): boolean =>
    Array.isArray(list) && list.some((each: { id?: unknown } | null) => each?.id === activity.recipient.id);
  const action = activity.type === 'installationUpdate' ? (activity.action ?? '') : '';
  if (action.startsWith('remove') || namesBot(activity.membersRemoved))
    return { is: 'gone', where: whole, why: 'removed' };
  if (action.startsWith('add') || namesBot(activity.membersAdded)) return { is: 'there', where: whole, added: true };
  if (activity.type !== 'conversationUpdate') return undefined;
  switch (eventType) {
    case 'channelDeleted':
      return channel?.id === undefined ? undefined : { is: 'gone', where: { placeId: channel.id }, why: 'deleted' };
    case 'teamDeleted':
    case 'teamHardDeleted':
      return team?.id === undefined ? undefined : { is: 'gone', where: { teamId: team.id }, why: 'deleted' };
    case 'channelRestored':
      return channel?.id === undefined ? undefined : { is: 'there', where: { placeId: channel.id }, added: false };
    case 'teamRestored':
      return team?.id === undefined ? undefined : { is: 'there', where: { teamId: team.id }, added: false };
    default:
      return undefined;
  }
}
