import type { Activity } from 'botbuilder';
import { keepRecent } from '../../../core/keys';
import type { Clock } from '../../../core/time/clock';
import type { Collection, Store, Stored } from '../../../store/contract';
import { channelDataOf, isAllowedAddress, isGuid, personId, placeFromActivity } from '../in/inbound';
import type { AddressRule } from '../in/inbound';
import { createPeople } from './roster';
import { createPlaceNames } from './channel-names';
import { peopleSpec, placesSpec } from './place-record';
import type { KnownPerson, KnownPlace, Left, PlaceAddress } from './place-record';
import { StoreUnavailableError } from '../../../core/errors';

export type { KnownPerson, KnownPlace, Left } from './place-record';

/** The conversations and people that Gavel knows. */
export interface Places {
  /** Remembers the place and person of an authenticated activity of an allowed tenant. */
  remember(activity: Activity, tenantId: string): Promise<void>;
  place(placeId: string): Promise<KnownPlace | undefined>;
  /** How to speak there: as the place itself has said a moment ago, else as it is stored. */
  addressOf(placeId: string): Promise<PlaceAddress | undefined>;
  person(personId: string): Promise<KnownPerson | undefined>;
  keepPerson(personId: string, person: KnownPerson): Promise<void>;
  /** Remembers the personal chat that Gavel opened itself. */
  keepPersonalChat(personId: string, person: KnownPerson, conversationId: string): Promise<void>;
  /** Places with several members, the latest first. */
  listShared(limit: number): Promise<{ id: string; place: KnownPlace }[]>;
  /** Whether this call is the first to welcome this place since Gavel was added. */
  claimWelcome(placeId: string): Promise<boolean>;
  /** This person added Gavel there. */
  addedBy(placeId: string, personId: string): Promise<void>;
  /** Who answers for a place, else for its team. */
  ownerOf(placeId: string): Promise<{ readonly personId: string; readonly placeName: string } | undefined>;
  /** How Teams calls a place; undefined while that is not known. */
  nameOf(placeId: string): Promise<string | undefined>;
  /** How channels of this team are called, by their ids; counts for places that come to be known later too. */
  keepNames(teamId: string, names: ReadonlyMap<string, string>): Promise<void>;
  keepName(placeId: string, name: string): Promise<void>;
  /** Gavel is not there any more, or the place is not: nothing is sent there, and a later welcome is a new one. Resolves to what ended. */
  markLeft(what: Left): Promise<readonly { readonly id: string; readonly place: KnownPlace }[]>;
  /** Gavel is there again. */
  markBack(what: Left): Promise<void>;
  isGone(placeId: string): Promise<boolean>;
}

const maxRemembered = 5_000;
/** More than Teams allows in one team. */
const maxChannels = 2_000;
/** What a place said so long ago is newer than anything in the store. */
const justHeardMs = 2_000;

export function createPlaces({ store, clock, rule }: { store: Store; clock: Clock; rule: AddressRule }): Places {
  const places = store.collection(placesSpec);
  const memory = createPlaceMemory(clock);
  const people = createPeople({ people: store.collection(peopleSpec), memory });
  const justHeard = new Map<string, { readonly at: number; readonly address: PlaceAddress }>();

  const place = (placeId: string): Promise<KnownPlace | undefined> =>
    memory.readOrLastKnown(`place ${placeId}`, async () => (await places.get(placeId))?.value);

  const names = createPlaceNames({ places, place, clock });

  function forget(placeId: string): void {
    memory.forgetWritten(`place ${placeId}`);
    justHeard.delete(placeId);
  }

  async function inTeam(teamId: string): Promise<readonly Stored<KnownPlace>[]> {
    return (await places.find({ where: { teamId }, limit: maxChannels })).items;
  }

  const presence = createPlacePresence({ places, inTeam, clock, onLeft: forget });

  return {
    async remember(activity, tenantId) {
      if (!isAllowedAddress(activity.serviceUrl, rule)) throw new Error('The service address is not allowed');
      const place = placeFromActivity(activity);
      const speaker = activity.from?.aadObjectId;
      const facts = {
        kind: place.kind,
        serviceUrl: activity.serviceUrl,
        tenantId,
        botId: activity.recipient.id,
        teamId: channelDataOf(activity).team?.id,
      };
      await memory.writeOnce(`place ${place.id}`, facts, async () => {
        const told = names.latestName(place.id);
        await places.upsert(place.id, (known) => {
          const ownerId = known?.ownerId ?? (speaker && isGuid(speaker) ? personId(tenantId, speaker) : undefined);
          const named = known?.namedAt === undefined ? told : known;
          const { name = place.name, namedAt } = named ?? {};
          return { ...known, ...facts, name, namedAt, seenAt: clock.now(), ownerId, goneAt: undefined };
        });
      });
      keepRecent(justHeard, place.id, { at: clock.elapsed(), address: facts }, maxRemembered);
      await people.remember(activity, tenantId, place);
    },
    place,
    async addressOf(placeId) {
      const heard = justHeard.get(placeId);
      return heard && clock.elapsed() - heard.at < justHeardMs ? heard.address : place(placeId);
    },
    person: people.person,
    keepPerson: people.keep,
    async keepPersonalChat(id, person, conversationId) {
      const { serviceUrl, tenantId, botId } = person;
      const chat = {
        kind: 'personal',
        name: 'personal chat',
        serviceUrl,
        tenantId,
        botId,
        seenAt: clock.now(),
      } as const;
      await places.upsert(conversationId, (known) => ({ ...known, ...chat }));
      await people.keepConversation(id, person, conversationId);
    },
    async listShared(limit) {
      const found = await places.find({
        where: { kind: { in: ['channel', 'group'] } },
        orderBy: 'seenAt',
        descending: true,
        limit,
      });
      return found.items.map(({ id, value }) => ({ id, place: value }));
    },
    async addedBy(placeId, ownerId) {
      await places.update(placeId, (place) => (place.ownerId === ownerId ? undefined : { ...place, ownerId }));
    },
    ownerOf: (placeId) => ownerOf(places, placeId),
    nameOf: names.nameOf,
    keepName: names.keep,
    async keepNames(teamId, told) {
      const known = await inTeam(teamId);
      await names.keepAll(told, new Set(known.map(({ id }) => id)));
    },
    ...presence,
    isGone: async (placeId) => (await place(placeId))?.goneAt !== undefined,
  };
}

async function ownerOf(places: Collection<KnownPlace>, placeId: string): ReturnType<Places['ownerOf']> {
  const place = (await places.get(placeId))?.value;
  if (!place || place.kind === 'personal') return undefined;
  const team = place.teamId === undefined ? undefined : (await places.get(place.teamId))?.value;
  const personId = team?.ownerId ?? place.ownerId;
  return personId === undefined ? undefined : { personId, placeName: place.name };
}

type Presence = Pick<Places, 'markLeft' | 'markBack' | 'claimWelcome'>;

/** Where Gavel is, and where it is no more. */
function createPlacePresence({
  places,
  inTeam,
  clock,
  onLeft,
}: {
  readonly places: Collection<KnownPlace>;
  readonly clock: Clock;
  inTeam(teamId: string): Promise<readonly Stored<KnownPlace>[]>;
  onLeft(placeId: string): void;
}): Presence {
  async function placesMeant(what: Left): Promise<readonly { readonly id: string }[]> {
    return 'teamId' in what ? inTeam(what.teamId) : [{ id: what.placeId }];
  }

  return {
    async markLeft(what) {
      const ended: { id: string; place: KnownPlace }[] = [];
      for (const { id } of await placesMeant(what)) {
        onLeft(id);
        const stored = await places.update(id, (known) =>
          known.goneAt === undefined ? { ...known, goneAt: clock.now(), welcomedAt: undefined } : undefined,
        );
        if (stored?.changed === true) ended.push({ id, place: stored.value });
      }
      return ended;
    },
    async markBack(what) {
      for (const { id } of await placesMeant(what))
        await places.update(id, (known) => (known.goneAt === undefined ? undefined : { ...known, goneAt: undefined }));
    },
    async claimWelcome(placeId) {
      const claimed = await places.update(placeId, (place) =>
        place.welcomedAt === undefined ? { ...place, welcomedAt: clock.now() } : undefined,
      );
      return claimed?.changed === true;
    },
  };
}

/** What this process knows of the stored places and people, so that most turns write nothing, and answers still find their way while the store is down. */
export interface PlaceMemory {
  /** Writes what differs from what was written under this key last; the same again after an hour. */
  writeOnce(key: string, facts: object, write: () => Promise<unknown>): Promise<void>;
  forgetWritten(key: string): void;
  /** What the store has, or what it had last when it is unavailable. */
  readOrLastKnown<T>(key: string, read: () => Promise<T | undefined>): Promise<T | undefined>;
}

const writtenAgainMs = 3_600_000;
const maxRememberedPlaces = 5_000;

function createPlaceMemory(clock: Clock): PlaceMemory {
  const written = new Map<string, string>();
  const lastKnown = new Map<string, unknown>();

  return {
    async writeOnce(key, facts, write) {
      const print = JSON.stringify([facts, Math.floor(clock.now() / writtenAgainMs)]);
      if (written.get(key) === print) return;
      await write();
      keepRecent(written, key, print, maxRememberedPlaces);
    },
    forgetWritten: (key) => void written.delete(key),
    async readOrLastKnown<T>(key: string, read: () => Promise<T | undefined>) {
      try {
        const found = await read();
        if (found === undefined) lastKnown.delete(key);
        else keepRecent(lastKnown, key, found, maxRememberedPlaces);
        return found;
      } catch (error) {
        if (error instanceof StoreUnavailableError && lastKnown.has(key)) return lastKnown.get(key) as T;
        throw error;
      }
    },
  };
}
