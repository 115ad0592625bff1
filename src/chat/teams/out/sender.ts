import { completeCard, renderCard } from '../../../core/card';
import type { CardJson } from '../../../core/card';
import { keepRecent } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { CardContent, Content, Person, TextContent } from '../../contract';
import type { Slot } from '../../rate-limit';
import { SendError } from '../../sender';
import type { Delivered, MessageSender, ReadyDestination } from '../../sender';
import type { KnownPerson } from '../directory/place-record';
import type { Places } from '../directory/places';
import type { Roster } from '../directory/roster';
import { conversationPath } from './connector-client';
import type { ConnectorClient } from './connector-client';
import { fileAttachments } from './files';

/** One message to a place or a person in Teams, tried once. */
export function createTeamsSender(parts: { client: ConnectorClient; places: Places; roster: Roster }) {
  const { client, places, roster } = parts;

  async function knownPlace(placeId: string): Promise<{ serviceUrl: string; botId: string; threaded: boolean }> {
    const place = await places.addressOf(placeId);
    if (!place) throw new SendError('gone', 'The channel or chat isn’t known');
    if (place.goneAt !== undefined) throw new SendError('gone', 'Gavel is no longer there');
    return { serviceUrl: place.serviceUrl, botId: place.botId, threaded: place.kind === 'channel' };
  }

  /** The personal chat with somebody, opened if there is none. */
  async function personalChat(personId: string): Promise<{ conversationId: string; person: KnownPerson }> {
    const person = await roster.find(personId);
    if (!person) throw new SendError('gone', 'Teams doesn’t know this person');
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

  async function post(
    destination: ReadyDestination,
    draw: (placeId: string) => Promise<object>,
    slot?: Slot,
  ): Promise<Delivered> {
    const { serviceUrl, botId, placeId, conversationId } = await target(destination);
    const activity = signed(await draw(placeId), botId, conversationId);
    const path = conversationPath(conversationId, 'activities');
    const activityId = idIn(await client.call(serviceUrl, 'POST', path, activity, slot));
    return { placeId, ...(activityId !== undefined && { activityId }) };
  }

  const typing = async (destination: ReadyDestination, slot?: Slot): Promise<void> =>
    void (await post(destination, async () => ({ type: 'typing' }), slot));

  const sender: MessageSender = {
    create: (destination, content, slot) =>
      post(destination, (placeId) => drawActivity(content, roster, placeId), slot),
    async edit({ placeId, activityId, isTargeted }, content, slot) {
      const { serviceUrl, botId } = await knownPlace(placeId);
      const message = signed({ ...(await drawActivity(content, roster, placeId)), id: activityId }, botId, placeId);
      const path = `${conversationPath(placeId, 'activities', activityId)}${isTargeted ? targeted : ''}`;
      await client.call(serviceUrl, 'PUT', path, message, slot);
    },
    async remove(placeId, activityId) {
      const { serviceUrl } = await knownPlace(placeId);
      await client.call(serviceUrl, 'DELETE', conversationPath(placeId, 'activities', activityId));
    },
    probe: typing,
  };
  return {
    ...sender,
    whisper: createWhisper({ client, roster, knownPlace }),
    personalChat,
    /** Shows that an answer is coming; a failure does no harm. */
    typing: (placeId: string, thread: string | undefined) => typing({ to: 'place', placeId, thread }),
  };
}

const targeted = '?isTargetedActivity=true';

interface WhisperParts {
  readonly client: ConnectorClient;
  readonly roster: Roster;
  readonly knownPlace: (placeId: string) => Promise<{ readonly serviceUrl: string; readonly botId: string }>;
}

/**
 * A targeted message: https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/targeted-messages. The client library doesn't support them, so the
 * address says it. In a thread, it's a reply to the first message.
 */
function createWhisper({ client, roster, knownPlace }: WhisperParts) {
  return async (
    { placeId, thread }: { readonly placeId: string; readonly thread: string | undefined },
    personId: string,
    content: Content,
  ): Promise<Delivered> => {
    const { serviceUrl, botId } = await knownPlace(placeId);
    const recipient = await roster.find(personId);
    if (!recipient) throw new SendError('gone', 'The person isn’t known in Teams');
    const drawn = signed(await drawActivity(content, roster, placeId), botId, placeId);
    const path = conversationPath(placeId, 'activities', ...(thread === undefined ? [] : [thread]));
    const activity = { ...drawn, recipient: { id: recipient.teamsId, name: recipient.name } };
    const activityId = idIn(await client.call(serviceUrl, 'POST', `${path}${targeted}`, activity));
    return { placeId, ...(activityId !== undefined && { activityId }) };
  };
}

const signed = (activity: object, botId: string, conversationId: string): object => ({
  ...activity,
  from: { id: botId, name: 'Gavel' },
  conversation: { id: conversationId },
});

/** The id in an answer from Teams, sometimes a number; undefined if there is none. */
function idIn(answer: unknown): string | undefined {
  const id = (answer as { id?: unknown } | null | undefined)?.id;
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Turns content into what Teams shows: one activity with a summary, and people by their Teams ids. */

export const adaptiveCardType = 'application/vnd.microsoft.card.adaptive';
const maxRefreshers = 60;

/** The activity for one message. */
async function drawActivity(content: Content, roster: Roster, placeId: string): Promise<object> {
  if ('text' in content) return drawText(content, roster);
  return {
    type: 'message',
    summary: content.data.summary.slice(0, 250),
    attachments: [{ contentType: adaptiveCardType, content: await drawCard(content, roster, placeId) }],
  };
}

/** Only the card, as an answer to a click. */
export async function drawCard(content: CardContent, roster: Roster, placeId: string): Promise<CardJson> {
  const drawn = withWayBack(fillOnce(content), content.back);
  const refresh = drawn['refresh'] as { userIds?: unknown } | undefined;
  if (!Array.isArray(refresh?.userIds)) return drawn;
  const personIds = refresh.userIds.filter((id): id is string => typeof id === 'string').slice(0, maxRefreshers);
  return { ...drawn, refresh: { ...refresh, userIds: await roster.teamsIds(personIds, placeId) } };
}

/** The card with a button to the help card that led to it, unless one of its own buttons leads to help. Its other buttons keep the way. */
function withWayBack(card: CardJson, line: string | undefined): CardJson {
  if (line === undefined || !Array.isArray(card['body']) || /"data":\{"id":"help[" ]/.test(JSON.stringify(card)))
    return card;
  const { body, ...rest } = withOrigin(card, line) as { readonly body: unknown[] };
  const back = { type: 'Action.Execute', title: 'Back to help', verb: 'chat.run', data: { id: line } };
  const actions = [{ ...back, associatedInputs: 'none' }];
  return completeCard({ ...rest, body: [...body, { type: 'ActionSet', spacing: 'Medium', actions }] });
}

/** The same with `from` in the data of each button that sends a verb, so that what it opens leads back, too. */
function withOrigin(value: unknown, from: string): unknown {
  if (Array.isArray(value)) return value.map((each) => withOrigin(each, from));
  if (typeof value !== 'object' || value === null) return value;
  const object = value as Readonly<Record<string, unknown>>;
  const copied = Object.fromEntries(Object.entries(object).map(([name, each]) => [name, withOrigin(each, from)]));
  if (object['type'] !== 'Action.Execute' && object['type'] !== 'Action.Submit') return copied;
  const data = (object['data'] ?? {}) as Readonly<Record<string, unknown>>;
  return 'msteams' in data || 'from' in data ? copied : { ...copied, data: { ...data, from } };
}

const filledCards = new WeakMap<CardContent['data'], { readonly card: string; readonly json: CardJson }>();
/** Recently rendered cards by content: help and greetings are the same for everybody with the same permissions. The latest last. */
const filledLately = new Map<string, CardJson>();
const maxFilledLately = 50;

/** Fills the same data in only once, however many people see the card. */
function fillOnce({ card, data }: CardContent): CardJson {
  const known = filledCards.get(data);
  if (known?.card === card) return known.json;
  const said = `${card} ${JSON.stringify(data)}`;
  const json = filledLately.get(said) ?? renderCard(card, data);
  keepRecent(filledLately, said, json, maxFilledLately);
  filledCards.set(data, { card, json });
  return json;
}

async function drawText(content: TextContent, roster: Roster): Promise<object> {
  const { text, mentions = [] } = content;
  const named = await Promise.all(
    mentions.map(async (person) => {
      // A name without a mention is better than no message.
      const known = await roster.find(person.id).catch(() => undefined);
      return mention(person, known?.teamsId);
    }),
  );
  const filled = text.replace(/@\[(\d+)\]/g, (whole, index) => named[Number(index)]?.text ?? whole);
  const entities = named.flatMap(({ entity }) => (entity ? [entity] : []));
  return {
    type: 'message',
    text: filled,
    textFormat: 'markdown',
    summary: stripMarkdown(filled).slice(0, 250),
    ...(entities.length > 0 ? { entities } : {}),
    ...fileAttachments(content),
  };
}

/** Text and entity must be identical, or Teams shows no mention. Somebody without a Teams id is only named. */
function mention(person: Person, teamsId: string | undefined): { text: string; entity?: object } {
  const name = cleanText(person.name, 80).replace(/[<>&[\]()*_`~]/g, '') || 'someone';
  if (teamsId === undefined) return { text: name };
  const text = `<at>${name}</at>`;
  return { text, entity: { type: 'mention', text, mentioned: { id: teamsId, name } } };
}

/** Markdown as plain text, for previews and for answers without Markdown. */
export function stripMarkdown(markdown: string): string {
  return markdown
    .replace(/<\/?at>/g, '')
    .replace(/(?<!\\)(\*\*|`)/g, '')
    .replace(/\\([\\`*_[\]()<>#~|!.+-])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
