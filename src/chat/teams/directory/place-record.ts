import { defaultRetentionMs } from '../../../core/catalog/retention';
import type { CollectionSpec } from '../../../store/contract';
import type { Place } from '../../contract';

/** What Gavel knows of where it may speak and of who speaks: conversations, and the Teams ids behind person ids. */

export interface KnownPlace {
  readonly kind: Place['kind'];
  readonly name: string;
  /** The newest one; Teams may change it. */
  readonly serviceUrl: string;
  readonly tenantId: string;
  readonly botId: string;
  readonly teamId?: string;
  readonly welcomedAt?: number;
  readonly seenAt: number;
  /** Who added Gavel there or, failing that, was the first to speak to it. */
  readonly ownerId?: string;
  /** When Teams told how it is called; undefined: `name` only says what it is. */
  readonly namedAt?: number;
  /** Since when Gavel is not there any more: nothing is sent there. */
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
  /** The personal chat, once there is one. */
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
  // Where Gavel still is, it has to be able to speak.
  expiresAt: ({ goneAt }) => (goneAt !== undefined ? goneAt + defaultRetentionMs('places') : undefined),
};

/** By the id of the person. */
export const peopleSpec: CollectionSpec<KnownPerson> = { name: 'people', schema: 1, indexes: {}, queries: [] };
