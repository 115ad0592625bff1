import type { Clock } from '../../core/clock';
import type { ConnectorClient } from './connector-client';
import { isGuid, personId } from './inbound';
import type { KnownPerson, KnownPlace, Places } from './places';

/** From person ids to the ids that Teams uses, by what was heard and by who is a member where. */
export interface Roster {
  /** Undefined when nobody knows this person. */
  find(personId: string): Promise<KnownPerson | undefined>;
  /** The Teams ids of those who are known, in order. */
  teamsIds(personIds: readonly string[], placeId: string | undefined): Promise<string[]>;
}

interface Member {
  readonly id?: unknown;
  readonly aadObjectId?: unknown;
  readonly objectId?: unknown;
  readonly name?: unknown;
}

const keptMs = 10 * 60_000;
const mostPages = 20;
const mostPlaces = 20;
const mostIds = 5_000;

export function createRoster(options: { places: Places; client: ConnectorClient; clock: Clock }): Roster {
  const { places, client, clock } = options;
  const rosters = new Map<string, { at: number; members: Promise<Map<string, KnownPerson>> }>();

  function membersOf(placeId: string, place: KnownPlace): Promise<Map<string, KnownPerson>> {
    const known = rosters.get(placeId);
    if (known && clock.now() - known.at < keptMs) return known.members;
    const members = readMembers(placeId, place).catch(() => {
      rosters.delete(placeId);
      return new Map<string, KnownPerson>();
    });
    rosters.set(placeId, { at: clock.now(), members });
    if (rosters.size > 500) rosters.delete(rosters.keys().next().value ?? '');
    return members;
  }

  async function readMembers(placeId: string, place: KnownPlace): Promise<Map<string, KnownPerson>> {
    const found = new Map<string, KnownPerson>();
    const { tenantId, serviceUrl, botId } = place;
    let token: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const query = `pageSize=500${token === undefined ? '' : `&continuationToken=${encodeURIComponent(token)}`}`;
      const path = `v3/conversations/${encodeURIComponent(placeId)}/pagedmembers?${query}`;
      const answer = (await client.call(serviceUrl, 'GET', path)) as
        { members?: Member[]; continuationToken?: string } | undefined;
      for (const { id, aadObjectId, objectId, name } of answer?.members ?? []) {
        const entra = aadObjectId ?? objectId;
        if (typeof id !== 'string' || typeof entra !== 'string' || !isGuid(entra)) continue;
        found.set(personId(tenantId, entra), { teamsId: id, name: String(name ?? ''), tenantId, serviceUrl, botId });
      }
      token = answer?.continuationToken;
      if (!token) break;
    }
    return found;
  }

  async function find(id: string, placeId?: string): Promise<KnownPerson | undefined> {
    const known = await places.person(id);
    if (known) return known;
    const here = placeId === undefined ? undefined : await places.place(placeId);
    if (placeId !== undefined && here) return (await membersOf(placeId, here)).get(id);
    for (const shared of await places.shared(mostPlaces)) {
      const member = (await membersOf(shared.id, shared.place)).get(id);
      if (!member) continue;
      await places.keepPerson(id, member);
      return member;
    }
    return undefined;
  }

  /** A card names up to sixty people, and a person's id towards this bot stays: so they are not all read anew for each card. */
  const teamsIdOf = new Map<string, { readonly at: number; readonly teamsId: string }>();

  async function findTeamsId(id: string, placeId: string | undefined): Promise<string | undefined> {
    const known = teamsIdOf.get(id);
    if (known && clock.now() - known.at < keptMs) return known.teamsId;
    const person = await find(id, placeId);
    if (!person) return undefined;
    teamsIdOf.set(id, { at: clock.now(), teamsId: person.teamsId });
    if (teamsIdOf.size > mostIds) teamsIdOf.delete(teamsIdOf.keys().next().value ?? '');
    return person.teamsId;
  }

  return {
    find: (id) => find(id),
    async teamsIds(personIds, placeId) {
      // Whoever can not be looked up now does not see the card refresh by itself; that is no reason not to show it.
      const found = await Promise.all(personIds.map((id) => findTeamsId(id, placeId).catch(() => undefined)));
      return found.filter((teamsId) => teamsId !== undefined);
    },
  };
}
