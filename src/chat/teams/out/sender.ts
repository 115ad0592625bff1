import { setImmediate } from 'node:timers/promises';
import { renderCard } from '../../../core/card';
import type { CardJson } from '../../../core/card';
import { keepRecent } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import { contentOf } from '../../contract';
import type { CardContent, Content, Person, Reply, TextContent, Turn } from '../../contract';
import type { Slot } from '../../rate-limit';
import { SendError, textForm } from '../../sender';
import type { Delivered, MessageSender, ReadyDestination } from '../../sender';
import type { Later, TeamsBotOptions } from '../bot';
import type { KnownPerson } from '../directory/place-record';
import type { Places } from '../directory/places';
import type { Roster } from '../directory/roster';
import { conversationPath } from './connector-client';
import type { ConnectorClient } from './connector-client';
import { fileAttachments } from './files';

/** One message to a place or a person of Teams, tried once. */
export function createTeamsSender(parts: { client: ConnectorClient; places: Places; roster: Roster }) {
  const { client, places, roster } = parts;

  async function knownPlace(placeId: string): Promise<{ serviceUrl: string; botId: string; threaded: boolean }> {
    const place = await places.addressOf(placeId);
    if (!place) throw new SendError('gone', 'The channel or chat isn’t known');
    if (place.goneAt !== undefined) throw new SendError('gone', 'Gavel is no longer there');
    return { serviceUrl: place.serviceUrl, botId: place.botId, threaded: place.kind === 'channel' };
  }

  /** The personal chat with somebody, opened when there is none. */
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
    async edit(placeId, activityId, content, slot) {
      const { serviceUrl, botId } = await knownPlace(placeId);
      const message = signed({ ...(await drawActivity(content, roster, placeId)), id: activityId }, botId, placeId);
      await client.call(serviceUrl, 'PUT', conversationPath(placeId, 'activities', activityId), message, slot);
    },
    async remove(placeId, activityId) {
      const { serviceUrl } = await knownPlace(placeId);
      await client.call(serviceUrl, 'DELETE', conversationPath(placeId, 'activities', activityId));
    },
    probe: typing,
  };
  return {
    ...sender,
    personalChat,
    /** Shows that an answer is on its way; failing is no harm. */
    typing: (placeId: string, thread: string | undefined) => typing({ to: 'place', placeId, thread }),
  };
}

const signed = (activity: object, botId: string, conversationId: string): object => ({
  ...activity,
  from: { id: botId, name: 'Gavel' },
  conversation: { id: conversationId },
});

/** The id in an answer of Teams, a number in some; undefined where it tells none. */
function idIn(answer: unknown): string | undefined {
  const id = (answer as { id?: unknown } | null | undefined)?.id;
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** From content to what Teams shows: one activity, with a summary, people by the ids Teams knows. */

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

/** The card alone, as an answer to a click. */
export async function drawCard(content: CardContent, roster: Roster, placeId: string): Promise<CardJson> {
  const drawn = fillOnce(content);
  const refresh = drawn['refresh'] as { userIds?: unknown } | undefined;
  if (!Array.isArray(refresh?.userIds)) return drawn;
  const personIds = refresh.userIds.filter((id): id is string => typeof id === 'string').slice(0, maxRefreshers);
  return { ...drawn, refresh: { ...refresh, userIds: await roster.teamsIds(personIds, placeId) } };
}

const filledCards = new WeakMap<CardContent['data'], { readonly card: string; readonly json: CardJson }>();
/** By what they say: help and greetings are the same for everybody who may do the same. The latest last. */
const filledLately = new Map<string, CardJson>();
const maxFilledLately = 50;

/** The same data is filled in once, however many people the card is shown to. */
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
      // Rather a name without a mention than no message.
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
  const name = cleanText(person.name, 80).replace(/[<>&[\]()*_`~]/g, '') || 'somebody';
  if (teamsId === undefined) return { text: name };
  const text = `<at>${name}</at>`;
  return { text, entity: { type: 'mention', text, mentioned: { id: teamsId, name } } };
}

/** Markdown as plain words, for previews and for answers that know no Markdown. */
export function stripMarkdown(markdown: string): string {
  return markdown
    .replace(/<\/?at>/g, '')
    .replace(/(?<!\\)(\*\*|`)/g, '')
    .replace(/\\([\\`*_[\]()<>#~|!.+-])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Answers that somebody waits for: posted where they were asked for, at once, beside the outbox; by the outbox when that fails. */
export type Replies = ReturnType<typeof createReplies>;

export function createReplies({
  connection: { sender, options },
  outbox,
  later,
}: Pick<TeamsBotOptions, 'connection' | 'outbox'> & { readonly later: Later }) {
  const { logger } = options;

  async function create(turn: Turn, destination: ReadyDestination, content: Content): Promise<Delivered> {
    try {
      return await retryBriefly(() => sender.create(destination, content));
    } catch (error) {
      if (error instanceof SendError && error.kind === 'thread gone' && destination.to === 'place')
        return create(turn, { to: 'place', placeId: destination.placeId }, content);
      if (error instanceof SendError && error.kind !== 'too large' && error.kind !== 'refused') throw error;
      if (!(error instanceof SendError))
        logger.error({ error, correlationId: turn.correlationId }, 'A reply could not be drawn');
      return retryBriefly(() => sender.create(destination, textForm(content)));
    }
  }

  /** Late is better than never: what fails is the outbox's from then on. */
  async function send(
    turn: Turn,
    destination: ReadyDestination,
    { about, ...reply }: Content & { readonly about?: string },
  ): Promise<void> {
    const content = reply as Content;
    try {
      const { placeId, activityId } = await create(turn, destination, content);
      // What only follows from an answer waits until it has gone.
      const noted = setImmediate().then(async () => {
        outbox.reportReached(placeId);
        if (!('card' in content)) return;
        await outbox.remember({ placeId, activityId });
        if (about !== undefined && activityId !== undefined)
          await outbox.keepPosted({ turn, content, about, posted: { placeId, activityId } });
      });
      later(noted, 'note a reply');
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      logger.info({ error, correlationId: turn.correlationId }, 'A reply is left to the outbox');
      const key = `reply:${turn.correlationId}`;
      const onBehalfOf = turn.person.id;
      const isPersonal = turn.place.kind === 'personal';
      const to = isPersonal ? ({ to: 'person', personId: onBehalfOf } as const) : destination;
      await outbox.handOver(
        { key, destination: to, content, revision: 1, final: true, tryFor: 'half an hour', onBehalfOf },
        error,
      );
      if (about !== undefined) await outbox.keepWaiting({ ...turn, about, message: key });
    }
  }

  async function post(turn: Turn, reply: Reply): Promise<void> {
    const content = contentOf(reply);
    if (content) await send(turn, { to: 'place', placeId: turn.place.id, thread: turn.thread }, content);
  }

  async function replaceClicked(turn: Turn, content: Content, activityId: string): Promise<void> {
    try {
      await retryBriefly(() => sender.edit(turn.place.id, activityId, content));
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      await post(turn, content);
    }
  }

  return {
    post,
    /** The outcome of a click that took longer than an answer may: only the clicker's card or words change. */
    async postLate(turn: Turn, reply: Reply, clickedActivityId: string | undefined): Promise<void> {
      const content = contentOf(reply);
      if (!content) return;
      if (turn.place.kind === 'personal') {
        if ('card' in content && clickedActivityId !== undefined)
          return replaceClicked(turn, content, clickedActivityId);
        return post(turn, reply);
      }
      // A card that answers a click is the clicker's own, so it does not belong into the channel.
      if ('card' in content) return send(turn, { to: 'person', personId: turn.person.id }, content);
      return post(turn, { text: `@[0] ${content.text}`, mentions: [turn.person] });
    },
  };
}

/** For what somebody waits for: a few tries within seconds, then the outbox has the time. */

const maxTries = 4;
const longestWaitMs = 5_000;

/** Repeats what surely did nothing. Any other failure is the caller's, a post of unknown outcome too: it's repeated only once Teams is known to be back. */
export async function retryBriefly<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof SendError) || error.kind !== 'retry' || tries >= maxTries) throw error;
      const waitMs = error.retryAfterMs ?? 200 * 2 ** tries;
      if (waitMs > longestWaitMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
}
