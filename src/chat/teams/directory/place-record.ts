import { defaultRetentionMs } from '../../../core/catalog/retention';
import type { Clock } from '../../../core/time/clock';
import type { Collection, CollectionSpec, Stored } from '../../../store/contract';
import type { Place } from '../../contract';

/** What Gavel knows about places and people: conversations, and the Teams ids behind person ids. */

export interface KnownPlace {
  readonly kind: Place['kind'];
  readonly name: string;
  /** The newest one; Teams can change it. */
  readonly serviceUrl: string;
  readonly tenantId: string;
  readonly botId: string;
  readonly teamId?: string;
  readonly welcomedAt?: number;
  readonly seenAt: number;
  /** The person who added Gavel there, or else the first one who wrote to it. */
  readonly ownerId?: string;
  /** When Teams said its name; undefined: `name` only says what kind of place it is. */
  readonly namedAt?: number;
  /** Since when Gavel has been removed from there: nothing is sent there. */
  readonly goneAt?: number;
}

/** A whole team with all its channels, or one conversation. */
export type Left = { readonly teamId: string } | { readonly placeId: string };

export type PlaceAddress = Pick<KnownPlace, 'kind' | 'serviceUrl' | 'tenantId' | 'botId' | 'goneAt'>;

export interface KnownPerson {
  /** The id that Teams gave this person for this bot. */
  readonly teamsId: string;
  readonly name: string;
  readonly tenantId: string;
  readonly serviceUrl: string;
  readonly botId: string;
  /** The personal chat, if there is one. */
  readonly conversationId?: string;
}

export const placesSpec: CollectionSpec<KnownPlace> = {
  name: 'places',
  schema: 1,
  indexes: {
    kind: (place) => place.kind,
    seenAt: (place) => place.seenAt,
    owner: (place) => place.ownerId,
    teamId: (place) => place.teamId,
  },
  queries: [{ where: ['kind'], orderBy: 'seenAt' }, { where: ['owner'] }, { where: ['teamId'] }],
  // As long as Gavel is there, it has to be able to send.
  expiresAt: ({ goneAt }) => (goneAt !== undefined ? goneAt + defaultRetentionMs('places') : undefined),
};

/** By the id of the person. */
export const peopleSpec: CollectionSpec<KnownPerson> = { name: 'people', schema: 1, indexes: {}, queries: [] };

/** More than Teams allows in one team. */
const maxChannels = 2_000;

/** Where Gavel is, and where it was removed. `onLeft` is called for each place before it is marked. */
export function createPlacePresence(places: Collection<KnownPlace>, clock: Clock, onLeft: (placeId: string) => void) {
  const inTeam = async (teamId: string): Promise<readonly Stored<KnownPlace>[]> =>
    (await places.find({ where: { teamId }, limit: maxChannels })).items;
  const placesMeant = async (what: Left): Promise<readonly { readonly id: string }[]> =>
    'teamId' in what ? inTeam(what.teamId) : [{ id: what.placeId }];

  return {
    inTeam,
    /** Gavel was removed, or the place is gone: nothing is sent there, and the next time gets a new welcome. Resolves to the places it left. */
    async markLeft(what: Left): Promise<readonly { readonly id: string; readonly place: KnownPlace }[]> {
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
    /** Gavel was added back. */
    async markBack(what: Left): Promise<void> {
      for (const { id } of await placesMeant(what))
        await places.update(id, (known) => (known.goneAt === undefined ? undefined : { ...known, goneAt: undefined }));
    },
    /** Whether this call is the first to welcome this place since Gavel was added. */
    async claimWelcome(placeId: string): Promise<boolean> {
      const claimed = await places.update(placeId, (place) =>
        place.welcomedAt === undefined ? { ...place, welcomedAt: clock.now() } : undefined,
      );
      return claimed?.changed === true;
    },
  };
}
