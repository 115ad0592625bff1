import { keepRecent } from '../../../core/keys';
import { cleanText } from '../../../core/text';
import type { Clock } from '../../../core/time/clock';
import type { Person } from '../../contract';
import { SendError } from '../../sender';
import { createBotToken, graphResource } from '../auth/authentication';
import type { TeamsOptions } from '../connection';
import { isGuid, personId } from '../in/inbound';
import { conversationPath } from '../out/connector-client';
import type { ConnectorClient } from '../out/connector-client';
import type { KnownPerson, KnownPlace } from './place-record';
import type { Places } from './places';

/** Maps person ids to the ids that Teams uses, from earlier activities and from members lists. */
export type Roster = ReturnType<typeof createRoster>;

type RosterPlace = Pick<KnownPlace, 'tenantId' | 'serviceUrl' | 'botId'>;

/** A member of a conversation. */
interface RosterMember {
  readonly personId: string;
  readonly name: string;
  /** From another organization, or invited into this one. */
  readonly isGuest: boolean;
}

type Member = Readonly<
  Partial<Record<'id' | 'aadObjectId' | 'objectId' | 'name' | 'tenantId' | 'userRole' | 'userPrincipalName', unknown>>
>;

const freshMs = 10 * 60_000;
const maxPages = 20;
const maxPlaces = 20;
const maxIds = 5_000;

export function createRoster(options: { places: Places; client: ConnectorClient; clock: Clock }) {
  const { places, client, clock } = options;
  const rosters = new Map<string, { at: number; members: Promise<Map<string, KnownPerson>> }>();

  function membersOf(placeId: string, place: KnownPlace): Promise<Map<string, KnownPerson>> {
    const known = rosters.get(placeId);
    if (known && clock.elapsed() - known.at < freshMs) return known.members;
    const members = readMembers(placeId, place).catch(() => {
      rosters.delete(placeId);
      return new Map<string, KnownPerson>();
    });
    keepRecent(rosters, placeId, { at: clock.elapsed(), members }, 500);
    return members;
  }

  async function readMembers(placeId: string, place: KnownPlace): Promise<Map<string, KnownPerson>> {
    const found = new Map<string, KnownPerson>();
    const { tenantId, serviceUrl, botId } = place;
    let token: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const query = `pageSize=500${token === undefined ? '' : `&continuationToken=${encodeURIComponent(token)}`}`;
      const path = `${conversationPath(placeId, 'pagedmembers')}?${query}`;
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
    for (const shared of await places.listShared(maxPlaces)) {
      const member = (await membersOf(shared.id, shared.place)).get(id);
      if (!member) continue;
      await places.keepPerson(id, member);
      return member;
    }
    return undefined;
  }

  /** A card names up to sixty people, and a person's id for this bot never changes, so they aren't read again for each card. */
  const teamsIdOf = new Map<string, { readonly at: number; readonly teamsId: string }>();

  async function findTeamsId(id: string, placeId: string | undefined): Promise<string | undefined> {
    const known = teamsIdOf.get(id);
    if (known && clock.elapsed() - known.at < freshMs) return known.teamsId;
    const person = await find(id, placeId);
    if (!person) return undefined;
    keepRecent(teamsIdOf, id, { at: clock.elapsed(), teamsId: person.teamsId }, maxIds);
    return person.teamsId;
  }

  const asked = new Map<string, { readonly at: number; readonly member: RosterMember | undefined }>();

  /** Who has this id there, as Teams says now; undefined for nobody. Rejects if Teams doesn't answer. `there`: for a place that isn't stored. */
  async function member(placeId: string, teamsId: string, there?: RosterPlace): Promise<RosterMember | undefined> {
    const key = `${placeId} ${teamsId}`;
    const known = asked.get(key);
    if (known && clock.elapsed() - known.at < freshMs) return known.member;
    const place = there ?? (await places.place(placeId));
    if (!place) return undefined;
    const path = conversationPath(placeId, 'members', teamsId);
    const found = memberFrom(teamsId, place, await client.call(place.serviceUrl, 'GET', path).catch(nobody));
    keepRecent(asked, key, { at: clock.elapsed(), member: found?.seen }, maxIds);
    if (found && !found.seen.isGuest) await places.keepPerson(found.seen.personId, found.known);
    return found?.seen;
  }

  return {
    /** Undefined if nobody knows this person. */
    find: (id: string): Promise<KnownPerson | undefined> => find(id),
    member,
    /** The Teams ids of the known people, in order. */
    async teamsIds(personIds: readonly string[], placeId: string | undefined): Promise<string[]> {
      // If somebody can't be looked up now, the card doesn't refresh for them; it's still shown.
      const found = await Promise.all(personIds.map((id) => findTeamsId(id, placeId).catch(() => undefined)));
      return found.filter((teamsId) => teamsId !== undefined);
    },
  };
}

/** Teams' answer, if it is about the person in question. */
function memberFrom(
  asked: string,
  { tenantId, serviceUrl, botId }: RosterPlace,
  answer: unknown,
): { seen: RosterMember; known: KnownPerson } | undefined {
  const { id, aadObjectId, objectId, name, userRole, userPrincipalName, ...rest } = (answer ?? {}) as Member;
  const entra = aadObjectId ?? objectId;
  if (id !== asked || typeof entra !== 'string' || !isGuid(entra)) return undefined;
  const home = typeof rest.tenantId === 'string' && rest.tenantId !== '' ? rest.tenantId.toLowerCase() : tenantId;
  const isGuest =
    home !== tenantId.toLowerCase() ||
    (userRole !== undefined && String(userRole).toLowerCase() !== 'user') ||
    /#ext#/i.test(String(userPrincipalName ?? ''));
  const shown = cleanText(String(name ?? ''), 80);
  return {
    seen: { personId: personId(tenantId, entra), name: shown, isGuest },
    known: { teamsId: asked, name: shown, tenantId, serviceUrl, botId },
  };
}

function nobody(error: unknown): undefined {
  if (error instanceof SendError && error.kind === 'gone') return undefined;
  throw error;
}

/** The members of an Entra group, including those of nested groups, from Microsoft Graph. */
export type GroupMembers = (groupId: string) => Promise<readonly Person[]>;

interface GroupPage {
  readonly value?: readonly { '@odata.type'?: unknown; id?: unknown; displayName?: unknown }[];
  readonly '@odata.nextLink'?: unknown;
}

const publicGraph = 'https://graph.microsoft.com';
const graphLimitMs = 10_000;
const maxGroupPages = 10;

/** Asks as the bot itself, with the application permission GroupMember.Read.All; rejects if Graph doesn't return the complete list. */
export function groupMembersFor(
  options: Pick<TeamsOptions, 'registration' | 'clock' | 'loginUrl' | 'identityEndpoint' | 'graphUrl'>,
): GroupMembers {
  const { registration, graphUrl = publicGraph } = options;
  if (!registration)
    return () => Promise.reject(new Error('Without a registration there is nobody to ask about groups of Entra'));
  const { tenantId } = registration;
  const token = createBotToken(options, graphResource);
  const origin = new URL(graphUrl).origin;

  async function page(url: URL): Promise<GroupPage> {
    const headers = { authorization: `Bearer ${(await token.get()) ?? ''}` };
    const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(graphLimitMs) });
    if (answer.ok) return (await answer.json()) as GroupPage;
    await answer.body?.cancel();
    if (answer.status === 401) token.forget();
    throw new Error(`Microsoft Graph returned ${answer.status}`);
  }

  return async (groupId) => {
    const found: Person[] = [];
    let next: URL | undefined = new URL(
      `${origin}/v1.0/groups/${encodeURIComponent(groupId)}/transitiveMembers?$select=id,displayName&$top=999`,
    );
    for (let count = 0; next; count++) {
      // An incomplete group is useless: the missing members would lose a right, and nobody would know.
      if (count === maxGroupPages) throw new Error(`More than ${maxGroupPages} pages of members`);
      const { value = [], '@odata.nextLink': link }: GroupPage = await page(next);
      for (const { '@odata.type': type, id, displayName } of value)
        if (type === '#microsoft.graph.user' && typeof id === 'string' && isGuid(id))
          found.push({ id: personId(tenantId, id), name: cleanText(String(displayName ?? ''), 80) });
      next = typeof link === 'string' ? new URL(link) : undefined;
      if (next && next.origin !== origin) throw new Error('Microsoft Graph points to another host');
    }
    return found;
  };
}
