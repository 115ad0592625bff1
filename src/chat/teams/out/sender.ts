import type { Slot } from '../../rate-limit';
import { SendError } from '../../sender';
import type { Delivered, MessageSender, ReadyDestination } from '../../sender';
import type { ConnectorClient } from './connector-client';
import type { KnownPerson, Places } from '../directory/places';
import { drawActivity } from './render';
import type { Roster } from '../directory/roster';

interface TeamsSenderOptions {
  readonly client: ConnectorClient;
  readonly places: Places;
  readonly roster: Roster;
}

/** One message to a place or a person of Teams, tried once. */
export interface TeamsSender extends MessageSender {
  /** The personal chat with somebody, opened when there is none. */
  personalChat(personId: string): Promise<{ readonly conversationId: string; readonly person: KnownPerson }>;
  /** Shows that an answer is on its way; failing is no harm. */
  typing(placeId: string, thread: string | undefined): Promise<void>;
}

export function createTeamsSender({ client, places, roster }: TeamsSenderOptions): TeamsSender {
  async function knownPlace(placeId: string): Promise<{ serviceUrl: string; botId: string; threaded: boolean }> {
    const place = await places.addressOf(placeId);
    if (!place) throw new SendError('gone', 'The place is not known');
    if (place.goneAt !== undefined) throw new SendError('gone', 'Gavel is not there any more');
    return { serviceUrl: place.serviceUrl, botId: place.botId, threaded: place.kind === 'channel' };
  }

  async function personalChat(personId: string): Promise<{ conversationId: string; person: KnownPerson }> {
    const person = await roster.find(personId);
    if (!person) throw new SendError('gone', 'The person is not known in Teams');
    if (person.conversationId !== undefined && (await places.isGone(person.conversationId)))
      throw new SendError('gone', 'The person has removed Gavel');
    if (person.conversationId !== undefined) return { conversationId: person.conversationId, person };
    const { serviceUrl, botId, teamsId, tenantId } = person;
    const asked = {
      isGroup: false,
      bot: { id: botId },
      members: [{ id: teamsId }],
      tenantId,
      channelData: { tenant: { id: tenantId } },
    };
    const opened = idIn(await client.call(serviceUrl, 'POST', 'v3/conversations', asked));
    if (opened === undefined) throw new SendError('retry', 'Teams opened no personal chat');
    await places.keepPersonalChat(personId, person, opened);
    return { conversationId: opened, person: { ...person, conversationId: opened } };
  }

  function post(serviceUrl: string, conversationId: string, activity: object, slot?: Slot): Promise<unknown> {
    const path = `v3/conversations/${encodeURIComponent(conversationId)}/activities`;
    return client.call(serviceUrl, 'POST', path, activity, slot);
  }

  async function target(
    destination: ReadyDestination,
  ): Promise<{ serviceUrl: string; botId: string; placeId: string; conversationId: string }> {
    if (destination.to === 'person') {
      const { conversationId, person } = await personalChat(destination.personId);
      return { serviceUrl: person.serviceUrl, botId: person.botId, placeId: conversationId, conversationId };
    }
    const { placeId, below } = destination;
    const { serviceUrl, botId, threaded } = await knownPlace(placeId);
    const thread = destination.thread ?? (threaded ? below : undefined);
    const conversationId = thread !== undefined ? `${placeId};messageid=${thread}` : placeId;
    return { serviceUrl, botId, placeId, conversationId };
  }

  async function typing(destination: ReadyDestination, slot?: Slot): Promise<void> {
    const { serviceUrl, botId, conversationId } = await target(destination);
    const activity = { type: 'typing', from: { id: botId, name: 'Gavel' }, conversation: { id: conversationId } };
    await post(serviceUrl, conversationId, activity, slot);
  }

  return {
    personalChat,
    async create(destination, content, slot): Promise<Delivered> {
      const { serviceUrl, botId, placeId, conversationId } = await target(destination);
      const activity = await drawActivity(content, roster, placeId);
      const from = { id: botId, name: 'Gavel' };
      const message = { ...activity, from, conversation: { id: conversationId } };
      const activityId = idIn(await post(serviceUrl, conversationId, message, slot));
      return { placeId, ...(activityId !== undefined && { activityId }) };
    },
    async edit(placeId, activityId, content, slot) {
      const { serviceUrl, botId } = await knownPlace(placeId);
      const activity = await drawActivity(content, roster, placeId);
      const path = `v3/conversations/${encodeURIComponent(placeId)}/activities/${encodeURIComponent(activityId)}`;
      const from = { id: botId, name: 'Gavel' };
      const message = { ...activity, id: activityId, from, conversation: { id: placeId } };
      await client.call(serviceUrl, 'PUT', path, message, slot);
    },
    async remove(placeId, activityId) {
      const { serviceUrl } = await knownPlace(placeId);
      const path = `v3/conversations/${encodeURIComponent(placeId)}/activities/${encodeURIComponent(activityId)}`;
      await client.call(serviceUrl, 'DELETE', path);
    },
    typing: (placeId, thread) => typing({ to: 'place', placeId, thread }),
    probe: typing,
  };
}

/** The id in an answer of Teams, a number in some; undefined where it tells none. */
function idIn(answer: unknown): string | undefined {
  const id = (answer as { id?: unknown } | null | undefined)?.id;
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
}
