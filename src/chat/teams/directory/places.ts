import type { Activity } from 'botbuilder';
import { withTimeLimit } from '../../../core/concurrency';
import { StoreUnavailableError } from '../../../core/errors';
import { keepRecent } from '../../../core/keys';
import type { Logger } from '../../../core/telemetry/logger';
import { cleanText } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { Collection, Store, Stored } from '../../../store/contract';
import type { Place } from '../../contract';
import { channelDataOf, isAllowedAddress, isGuid, personId, placeFromActivity } from '../in/inbound';
import type { AddressRule } from '../in/inbound';
import type { ConnectorClient } from '../out/connector-client';
import { createPlacePresence, peopleSpec, placesSpec } from './place-record';
import type { KnownPerson, KnownPlace, PlaceAddress } from './place-record';

interface PlacesOptions {
  readonly store: Store;
  readonly client: Pick<ConnectorClient, 'call'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rule: AddressRule;
}

const maxRemembered = 5_000;
/** An activity this recent is newer than anything in the store. */
const recentMs = 2_000;

/** The conversations and people that Gavel knows. */
export type Places = ReturnType<typeof createPlaces>;

export function createPlaces({ store, client, clock, logger, rule }: PlacesOptions) {
  const places = store.collection(placesSpec);
  const memory = createPlaceMemory(clock);
  const people = createPeople(store.collection(peopleSpec), memory);
  const recentAddresses = new Map<string, { readonly at: number; readonly address: PlaceAddress }>();
  const place = (placeId: string): Promise<KnownPlace | undefined> =>
    memory.readOrLastKnown(`place ${placeId}`, async () => (await places.get(placeId))?.value);
  const { inTeam, ...presence } = createPlacePresence(places, clock, (placeId) => {
    memory.forgetWritten(`place ${placeId}`);
    recentAddresses.delete(placeId);
  });
  const { latestName, placeOf, learnName } = createChannelNames({ places, place, inTeam, client, clock, logger });

  return {
    ...{ place, placeOf, learnName, ...presence },
    /** Remembers the place and person of an authenticated activity from an allowed tenant. */
    async remember(activity: Activity, tenantId: string): Promise<void> {
      if (!isAllowedAddress(activity.serviceUrl, rule)) throw new Error('The service address isn’t allowed');
      const { id, kind, name: usualName } = placeFromActivity(activity);
      const speaker = activity.from?.aadObjectId;
      const facts = {
        kind,
        serviceUrl: activity.serviceUrl,
        tenantId,
        botId: activity.recipient.id,
        teamId: channelDataOf(activity).team?.id,
      };
      await memory.writeOnce(`place ${id}`, facts, async () => {
        const told = latestName(id);
        await places.upsert(id, (known) => {
          const ownerId = known?.ownerId ?? (speaker && isGuid(speaker) ? personId(tenantId, speaker) : undefined);
          const named = known?.namedAt === undefined ? told : known;
          const { name = usualName, namedAt } = named ?? {};
          return { ...known, ...facts, name, namedAt, seenAt: clock.now(), ownerId, goneAt: undefined };
        });
      });
      keepRecent(recentAddresses, id, { at: clock.elapsed(), address: facts }, maxRemembered);
      await people.remember(activity, tenantId, { id, kind });
    },
    /** How to send there: from an activity a moment ago, or else from the store. */
    async addressOf(placeId: string): Promise<PlaceAddress | undefined> {
      const heard = recentAddresses.get(placeId);
      return heard && clock.elapsed() - heard.at < recentMs ? heard.address : place(placeId);
    },
    person: people.person,
    keepPerson: people.keep,
    /** Remembers the personal chat that Gavel opened itself. */
    async keepPersonalChat(id: string, person: KnownPerson, conversationId: string): Promise<void> {
      const { serviceUrl, tenantId, botId } = person;
      const chat = { kind: 'personal', name: 'personal chat', serviceUrl, tenantId, botId } as const;
      await places.upsert(conversationId, (known) => ({ ...known, ...chat, seenAt: clock.now() }));
      await people.keepConversation(id, person, conversationId);
    },
    /** Places with several members, the latest first. */
    async listShared(limit: number): Promise<readonly { readonly id: string; readonly place: KnownPlace }[]> {
      const where = { kind: { in: ['channel', 'group'] } };
      const { items } = await places.find({ where, orderBy: 'seenAt', descending: true, limit });
      return items.map(({ id, value }) => ({ id, place: value }));
    },
    /** Records that this person added Gavel there. */
    async addedBy(placeId: string, ownerId: string): Promise<void> {
      await places.update(placeId, (known) => (known.ownerId === ownerId ? undefined : { ...known, ownerId }));
    },
    /** The person responsible for a place, or else for its team. */
    async ownerOf(placeId: string): Promise<{ readonly personId: string; readonly placeName: string } | undefined> {
      const known = (await places.get(placeId))?.value;
      if (!known || known.kind === 'personal') return undefined;
      const team = known.teamId === undefined ? undefined : (await places.get(known.teamId))?.value;
      const owner = team?.ownerId ?? known.ownerId;
      return owner === undefined ? undefined : { personId: owner, placeName: known.name };
    },
    /** The channel's name, or what kind of chat it is; undefined for a place that Gavel never was in. */
    async nameOf(placeId: string): Promise<string | undefined> {
      const known = await place(placeId);
      return known?.kind === 'personal' ? 'a personal chat' : known?.name;
    },
    /** Whether it's the chat of one person with Gavel. */
    isPersonal: async (placeId: string): Promise<boolean> => (await place(placeId))?.kind === 'personal',
    /** Whether Gavel was removed from there, or the place is gone. */
    isGone: async (placeId: string): Promise<boolean> => (await place(placeId))?.goneAt !== undefined,
  };
}

interface ChannelNamesOptions extends Pick<PlacesOptions, 'client' | 'clock' | 'logger'> {
  readonly places: Collection<KnownPlace>;
  place(placeId: string): Promise<KnownPlace | undefined>;
  inTeam(teamId: string): Promise<readonly Stored<KnownPlace>[]>;
}

/** Channels that Teams didn't list, such as private ones, are looked up again after this time. */
const askedAgainMs = 10 * 60_000;
const maxTeams = 1_000;
/** The longest that somebody's message waits for a name. */
const maxWaitMs = 1_000;
/** Another instance may have learned a new name in the meantime. */
const believedMs = 60_000;

/**
 * The names of channels. Messages from Teams never contain them, so Gavel asks for them once for each team, stores them with the place, and updates
 * them from events about the channel. It also keeps them in memory for a while, including channels where nobody has written yet.
 */
function createChannelNames({ places, place, inTeam, client, clock, logger }: ChannelNamesOptions) {
  const recentNames = new Map<string, { readonly name: string; readonly namedAt: number; readonly at: number }>();
  /** Teams that were asked about recently, and those that are being asked now. */
  const asked = new Map<string, { readonly at: number; readonly answer: Promise<void> }>();

  function rememberName(placeId: string, name: string, namedAt = clock.now()): void {
    keepRecent(recentNames, placeId, { name, namedAt, at: clock.elapsed() }, maxRemembered);
  }

  async function write(placeId: string, name: string): Promise<void> {
    await places.update(placeId, (known) =>
      known.name === name && known.namedAt !== undefined ? undefined : { ...known, name, namedAt: clock.now() },
    );
  }

  async function keepAll(teamId: string, names: ReadonlyMap<string, string>): Promise<void> {
    const known = new Set((await inTeam(teamId)).map(({ id }) => id));
    for (const [id, name] of names) {
      rememberName(id, name);
      if (known.has(id)) await write(id, name);
    }
  }

  async function nameOf(placeId: string): Promise<string | undefined> {
    const last = recentNames.get(placeId);
    if (last && clock.elapsed() - last.at < believedMs) return last.name;
    const kept = await place(placeId);
    if (kept?.namedAt === undefined) return last?.name;
    rememberName(placeId, kept.name, kept.namedAt);
    return kept.name;
  }

  /** Asks Teams for all channels of this team and keeps their names. Never rejects. */
  function ask(teamId: string, serviceUrl: string): Promise<void> {
    const last = asked.get(teamId);
    if (last && clock.elapsed() - last.at < askedAgainMs) return last.answer;
    const answer = client
      .call(serviceUrl, 'GET', `v3/teams/${encodeURIComponent(teamId)}/conversations`)
      .then((listed) => keepAll(teamId, namesIn(listed)))
      .catch((error: unknown) => logger.warn({ error, teamId }, 'Teams didn’t return the names of the channels'));
    keepRecent(asked, teamId, { at: clock.elapsed(), answer }, maxTeams);
    return answer;
  }

  return {
    /** What was recently learned, for a place that is about to be stored. */
    latestName: (placeId: string): Pick<KnownPlace, 'name' | 'namedAt'> | undefined => recentNames.get(placeId),
    /** The place of this activity with its name. Waits for Teams for a moment at most; while the name is unknown, it says "this channel". */
    async placeOf(activity: Activity): Promise<Place> {
      const from = placeFromActivity(activity);
      if (from.kind === 'personal') return from;
      const known = await nameOf(from.id);
      if (known !== undefined) return { ...from, name: known };
      const teamId = channelDataOf(activity).team?.id;
      if (from.kind !== 'channel' || teamId === undefined || teamId === from.id) return from;
      await withTimeLimit(ask(teamId, activity.serviceUrl), maxWaitMs);
      return { ...from, name: (await nameOf(from.id)) ?? from.name };
    },
    /** Handles the event that a channel, a team or a chat was renamed. */
    async learnName(activity: Activity): Promise<void> {
      const { eventType, channel, team } = channelDataOf(activity);
      const teamId = team?.id;
      if (eventType === 'teamRenamed' && teamId !== undefined) {
        asked.delete(teamId);
        return ask(teamId, activity.serviceUrl);
      }
      const isAboutChannel = ['channelCreated', 'channelRenamed', 'channelRestored'].includes(eventType ?? '');
      if (isAboutChannel && teamId !== undefined && channel?.id !== undefined)
        await keepAll(teamId, namesIn([channel]));
      const { topicName } = activity as { topicName?: unknown };
      if (typeof topicName !== 'string' || placeFromActivity(activity).kind !== 'group') return;
      const { id } = activity.conversation;
      rememberName(id, cleanText(topicName, 80));
      await write(id, cleanText(topicName, 80));
    },
  };
}

/** Names by channel id. General comes without a name, because each client shows it in its own language. */
export function namesIn(answer: unknown): ReadonlyMap<string, string> {
  const { conversations } = Array.isArray(answer)
    ? { conversations: answer }
    : ((answer ?? {}) as { conversations?: unknown });
  const names = new Map<string, string>();
  for (const each of Array.isArray(conversations) ? (conversations as unknown[]) : []) {
    const { id, name } = (each ?? {}) as { id?: unknown; name?: unknown };
    const words = typeof name === 'string' ? cleanText(name, 80) : '';
    if (typeof id === 'string' && words !== '') names.set(id, words);
  }
  return names;
}

type PlaceMemory = ReturnType<typeof createPlaceMemory>;

const writtenAgainMs = 3_600_000;

/** What this process knows about the stored places and people, so that most turns write nothing, and answers can be sent while the store is down. */
function createPlaceMemory(clock: Clock) {
  const written = new Map<string, string>();
  const lastKnown = new Map<string, unknown>();

  return {
    /** Writes only what differs from the last write under this key; the same content again after an hour. */
    async writeOnce(key: string, facts: object, write: () => Promise<unknown>): Promise<void> {
      const print = JSON.stringify([facts, Math.floor(clock.now() / writtenAgainMs)]);
      if (written.get(key) === print) return;
      await write();
      keepRecent(written, key, print, maxRemembered);
    },
    forgetWritten: (key: string) => void written.delete(key),
    /** What the store has, or its last known content if it is unavailable. */
    async readOrLastKnown<T>(key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
      try {
        const found = await read();
        if (found === undefined) lastKnown.delete(key);
        else keepRecent(lastKnown, key, found, maxRemembered);
        return found;
      } catch (error) {
        if (error instanceof StoreUnavailableError && lastKnown.has(key)) return lastKnown.get(key) as T;
        throw error;
      }
    },
  };
}

/** The people whom Gavel can write to. */
function createPeople(people: Collection<KnownPerson>, memory: PlaceMemory) {
  return {
    person: (id: string): Promise<KnownPerson | undefined> =>
      memory.readOrLastKnown(`person ${id}`, async () => (await people.get(id))?.value),
    keep: async (id: string, person: KnownPerson): Promise<void> =>
      void (await people.upsert(id, (known) => ({ ...known, ...person }))),
    /** Remembers the sender of an activity, and their personal chat if it came from there. */
    async remember(activity: Activity, tenantId: string, place: Pick<Place, 'id' | 'kind'>): Promise<void> {
      const { aadObjectId, id: teamsId, name } = activity.from ?? {};
      if (!teamsId || !aadObjectId || !isGuid(aadObjectId)) return;
      const id = personId(tenantId, aadObjectId);
      const known = {
        teamsId,
        name: cleanText(name ?? '', 80),
        tenantId,
        serviceUrl: activity.serviceUrl,
        botId: activity.recipient.id,
      };
      const own = place.kind === 'personal' ? { conversationId: place.id } : {};
      await memory.writeOnce(`person ${id} ${place.kind === 'personal'}`, { ...known, ...own }, () =>
        people.upsert(id, (person) => ({ ...person, ...known, ...own })),
      );
    },
    /** Remembers a personal chat that Gavel opened itself. */
    async keepConversation(id: string, person: KnownPerson, conversationId: string): Promise<void> {
      await people.upsert(id, (known) => ({ ...person, ...known, conversationId }));
    },
  };
}
