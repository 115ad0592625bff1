import { keepRecent } from '../../../core/keep-recent';
import type { Activity } from 'botbuilder';
import type { Clock } from '../../../core/time/clock';
import { StoreUnavailableError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { Store, Stored } from '../../../store/contract';
import type { Place } from '../../contract';
import { channelDataOf, isGuid, personId, placeFromActivity } from '../in/inbound';
import { createPlaceNames } from './place-names';
import { isAllowedAddress } from '../auth/service-address';
import type { AddressRule } from '../auth/service-address';
import { peopleSpec, placesSpec } from './place-record';
import type { KnownPerson, KnownPlace, Left, PlaceAddress } from './place-record';

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

const seenAnewMs = 3_600_000;
const maxRemembered = 5_000;
/** More than Teams allows in one team. */
const maxChannels = 2_000;
/** What a place said so long ago is newer than anything in the store. */
const justHeardMs = 2_000;

export function createPlaces({ store, clock, rule }: { store: Store; clock: Clock; rule: AddressRule }): Places {
  const places = store.collection(placesSpec);
  const people = store.collection(peopleSpec);
  /** What is already stored, so that most turns write nothing. */
  const written = new Map<string, string>();

  async function once(key: string, facts: object, write: () => Promise<unknown>): Promise<void> {
    const print = JSON.stringify([facts, Math.floor(clock.now() / seenAnewMs)]);
    if (written.get(key) === print) return;
    await write();
    keepRecent(written, key, print, maxRemembered);
  }

  const justHeard = new Map<string, { readonly at: number; readonly address: PlaceAddress }>();

  /** What was read last, for the time when the store is down: alerts must still find their way. */
  const lastKnown = new Map<string, unknown>();

  async function readOrLastKnown<T>(key: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      const found = await read();
      lastKnown.delete(key);
      if (found !== undefined) keepRecent(lastKnown, key, found, maxRemembered);
      return found;
    } catch (error) {
      if (error instanceof StoreUnavailableError && lastKnown.has(key)) return lastKnown.get(key) as T;
      throw error;
    }
  }

  async function rememberPerson(activity: Activity, tenantId: string, place: Place): Promise<void> {
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
    await once(`person ${id} ${place.kind === 'personal'}`, { ...known, ...own }, () =>
      people.upsert(id, (person) => ({ ...person, ...known, ...own })),
    );
  }

  const place = (placeId: string): Promise<KnownPlace | undefined> =>
    readOrLastKnown(`place ${placeId}`, async () => (await places.get(placeId))?.value);

  const names = createPlaceNames({ places, place, clock });

  async function inTeam(teamId: string): Promise<readonly Stored<KnownPlace>[]> {
    return (await places.find({ where: { teamId }, limit: maxChannels })).items;
  }

  async function placesMeant(what: Left): Promise<readonly { readonly id: string }[]> {
    return 'teamId' in what ? inTeam(what.teamId) : [{ id: what.placeId }];
  }

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
      await once(`place ${place.id}`, facts, async () => {
        const told = names.latestName(place.id);
        await places.upsert(place.id, (known) => {
          const ownerId = known?.ownerId ?? (speaker && isGuid(speaker) ? personId(tenantId, speaker) : undefined);
          const named = known?.namedAt === undefined ? told : known;
          const { name = place.name, namedAt } = named ?? {};
          return { ...known, ...facts, name, namedAt, seenAt: clock.now(), ownerId, goneAt: undefined };
        });
      });
      keepRecent(justHeard, place.id, { at: clock.elapsed(), address: facts }, maxRemembered);
      await rememberPerson(activity, tenantId, place);
    },
    place,
    async addressOf(placeId) {
      const heard = justHeard.get(placeId);
      return heard && clock.elapsed() - heard.at < justHeardMs ? heard.address : place(placeId);
    },
    person: (id) => readOrLastKnown(`person ${id}`, async () => (await people.get(id))?.value),
    keepPerson: async (id, person) => void (await people.upsert(id, (known) => ({ ...known, ...person }))),
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
      await people.upsert(id, (known) => ({ ...person, ...known, conversationId }));
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
    async ownerOf(placeId) {
      const place = (await places.get(placeId))?.value;
      if (!place || place.kind === 'personal') return undefined;
      const team = place.teamId === undefined ? undefined : (await places.get(place.teamId))?.value;
      const personId = team?.ownerId ?? place.ownerId;
      return personId === undefined ? undefined : { personId, placeName: place.name };
    },
    async claimWelcome(placeId) {
      const claimed = await places.update(placeId, (place) =>
        place.welcomedAt === undefined ? { ...place, welcomedAt: clock.now() } : undefined,
      );
      return claimed?.changed === true;
    },
    nameOf: names.nameOf,
    keepName: names.keep,
    async keepNames(teamId, told) {
      const known = await inTeam(teamId);
      await names.keepAll(told, new Set(known.map(({ id }) => id)));
    },
    async markLeft(what) {
      const ended: { id: string; place: KnownPlace }[] = [];
      for (const { id } of await placesMeant(what)) {
        written.delete(`place ${id}`);
        justHeard.delete(id);
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
    isGone: async (placeId) => (await place(placeId))?.goneAt !== undefined,
  };
}
