import { randomUUID } from 'node:crypto';
import { bot, team, tenantId } from './world';
import type { SampleConversation, SamplePerson } from './world';

/** Activities shaped like those that Teams posts to a bot. */

export type Activity = Readonly<Record<string, unknown>> & { readonly id: string };

/** How a message mentions the bot: like Teams, in two pieces as Teams sometimes does, with a tag of the same name, or not at all. */
export type MentionStyle = 'normal' | 'split' | 'tag' | 'none';

export interface ActivityOrigin {
  readonly serviceUrl: string;
  readonly person: SamplePerson;
  readonly conversation: SampleConversation;
  /** The root of the thread in a channel. */
  readonly root: string | undefined;
  readonly id?: string;
}

function base({ serviceUrl, person, conversation, root, id }: ActivityOrigin, type: string): Activity {
  const now = new Date();
  const inChannel = conversation.type === 'channel';
  return {
    type,
    id: id ?? randomUUID(),
    timestamp: now.toISOString(),
    localTimestamp: now.toISOString(),
    localTimezone: 'Europe/Berlin',
    serviceUrl,
    channelId: 'msteams',
    locale: 'en-GB',
    from: { id: person.id, name: person.name, aadObjectId: person.aadObjectId },
    recipient: { id: bot.id, name: bot.name },
    conversation: {
      id: inChannel && root ? `${conversation.id};messageid=${root}` : conversation.id,
      conversationType: conversation.type,
      tenantId,
      ...(conversation.type === 'personal' ? {} : { isGroup: true }),
    },
    channelData: {
      tenant: { id: tenantId },
      ...(inChannel
        ? {
            team: { id: team.id },
            channel: { id: conversation.id, ...(conversation.membership && { type: conversation.membership }) },
            teamsTeamId: team.id,
            teamsChannelId: conversation.id,
          }
        : {}),
    },
  };
}

const clientInfo = { type: 'clientInfo', locale: 'en-GB', country: 'GB', platform: 'Web', timezone: 'Europe/Berlin' };

export function messageActivity(origin: ActivityOrigin, text: string, mention: MentionStyle): Activity {
  const named = (words: string, mentioned: object) => ({ type: 'mention', text: `<at>${words}</at>`, mentioned });
  const entities = {
    none: [],
    normal: [named(bot.name, { id: bot.id, name: bot.name })],
    split: [named('Ga', { id: bot.id, name: 'Ga' }), named('vel', { id: bot.id, name: 'vel' })],
    tag: [named(bot.name, { id: 'tag:gavel', name: bot.name, type: 'tag' })],
  }[mention];
  const lead = entities.map((entity) => entity.text).join(mention === 'split' ? '' : ' ');
  return {
    ...base(origin, 'message'),
    text: lead ? `${lead}&nbsp;${text}` : text,
    textFormat: 'plain',
    attachments: [{ contentType: 'text/html', content: `<p>${lead}&nbsp;${text}</p>` }],
    entities: [...entities, clientInfo],
  };
}

/** The same message, edited by its author. */
export function editActivity(origin: ActivityOrigin, text: string, mention: MentionStyle): Activity {
  const message = messageActivity(origin, text, mention);
  const channelData = { ...(message['channelData'] as object), eventType: 'editMessage' };
  return { ...message, type: 'messageUpdate', channelData };
}

/** A thumbs-up on a message of the bot, or its removal. */
export function reactionActivity(origin: ActivityOrigin, replyToId: string, removed: boolean): Activity {
  return {
    ...base(origin, 'messageReaction'),
    replyToId,
    [removed ? 'reactionsRemoved' : 'reactionsAdded']: [{ type: 'like' }],
  };
}

/** A button with `Action.Submit`: a message with a value instead of text. */
export function submitActivity(origin: ActivityOrigin, replyToId: string, value: unknown): Activity {
  return { ...base(origin, 'message'), value, replyToId, entities: [clientInfo] };
}

/** Something that a client needs an answer to. */
const invoke = (origin: ActivityOrigin, name: string, replyToId: string, value: object): Activity => ({
  ...base(origin, 'invoke'),
  ...{ name, replyToId, value, entities: [clientInfo] },
});

export function cardActionActivity(
  origin: ActivityOrigin,
  replyToId: string,
  { verb, data, id }: { verb: string; data: unknown; id?: string },
  trigger: 'manual' | 'automatic',
): Activity {
  const action = { type: 'Action.Execute', ...(id ? { id } : {}), verb, data };
  return invoke(origin, 'adaptiveCard/action', replyToId, { action, trigger });
}

export const consentActivity = (origin: ActivityOrigin, replyToId: string, value: object): Activity =>
  invoke(origin, 'fileConsent/invoke', replyToId, value);

export const taskActivity = (
  origin: ActivityOrigin,
  name: 'task/fetch' | 'task/submit',
  replyToId: string,
  data: unknown,
): Activity => invoke(origin, name, replyToId, { data, context: { theme: 'default' } });

/** What Teams posts when the bot is added to or removed from this conversation. */
export function installationActivities(origin: ActivityOrigin, removed = false): Activity[] {
  const inTeam = origin.conversation.type === 'channel' ? { team } : {};
  const channelData = (eventType?: string) => ({
    ...(base(origin, '')['channelData'] as object),
    ...inTeam,
    ...(eventType ? { eventType } : {}),
    settings: { selectedChannel: { id: origin.conversation.id } },
  });
  return [
    { ...base(origin, 'installationUpdate'), action: removed ? 'remove' : 'add', channelData: channelData() },
    {
      ...base(origin, 'conversationUpdate'),
      [removed ? 'membersRemoved' : 'membersAdded']: [{ id: bot.id }],
      channelData: channelData(
        origin.conversation.type === 'channel' ? `teamMember${removed ? 'Removed' : 'Added'}` : undefined,
      ),
    },
  ];
}

/** Typed text as it appears in a message. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
