import type { Activity } from 'botbuilder';
import { z } from 'zod';
import { cleanText } from '../../../core/text';
import type { Person, Place } from '../../contract';
import type { Left } from '../directory/place-record';

/** What a Teams activity says about the person and the place. Pure. */

interface TeamsChannelData {
  readonly tenant?: { readonly id?: string };
  readonly team?: { readonly id?: string; readonly name?: string };
  /** In messages, only its id; events about a channel include its name. */
  readonly channel?: { readonly id?: string; readonly name?: string; readonly type?: string };
  readonly eventType?: string;
}

/** Why somebody isn't served. */
export type NotServed = 'no identity' | 'foreign tenant' | 'guest' | 'unsure';

export function channelDataOf(activity: Activity): TeamsChannelData {
  const found: unknown = activity.channelData;
  return typeof found === 'object' && found !== null ? (found as TeamsChannelData) : {};
}

/** The tenant, if every place that names it agrees and it is allowed. */
export function tenantOf(activity: Activity, allowed: readonly string[]): string | undefined {
  const { tenantId: ownTenant } = (activity.from ?? {}) as { tenantId?: unknown };
  const named = [activity.conversation?.tenantId, channelDataOf(activity).tenant?.id, ownTenant]
    .filter((tenant) => typeof tenant === 'string' && tenant !== '')
    .map((tenant) => String(tenant).toLowerCase());
  const [tenant] = named;
  if (tenant === undefined || named.some((each) => each !== tenant)) return undefined;
  return allowed.some((each) => each.toLowerCase() === tenant) ? tenant : undefined;
}

/** `entra:<tenant>/<object id>`; never a name, an address or anything the client wrote. */
export function personFromActivity(activity: Activity, allowed: readonly string[]): Person | NotServed {
  const tenant = tenantOf(activity, allowed);
  if (tenant === undefined) return 'foreign tenant';
  const objectId: unknown = activity.from?.aadObjectId;
  if (typeof objectId !== 'string' || !isGuid(objectId)) return 'no identity';
  return { id: personId(tenant, objectId), name: cleanText(String(activity.from.name ?? ''), 80) };
}

export function personId(tenant: string, objectId: string): string {
  return `entra:${tenant.toLowerCase()}/${objectId.toLowerCase()}`;
}

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The conversation without its thread, which identifies a place. */
export function placeIdOf(conversationId: string): string {
  return conversationId.replace(/;messageid=[^;]*/i, '');
}

export function threadOf(conversationId: string): string | undefined {
  return /;messageid=([^;]+)/i.exec(conversationId)?.[1];
}

/** Works in any sentence, because text about a channel often appears elsewhere. */
function unnamedChannel(type: string | undefined): string {
  return type === 'private' || type === 'shared' ? `the ${type} channel` : 'the channel';
}

/** The place of the activity. Teams doesn't name channels and chats here, so the name comes from elsewhere. */
export function placeFromActivity(activity: Activity): Place {
  const { team, channel } = channelDataOf(activity);
  const type = String(activity.conversation.conversationType ?? '');
  const id = placeIdOf(activity.conversation.id);
  if (type === 'channel' || team !== undefined) {
    return { id, kind: 'channel', name: id === team?.id ? 'General' : unnamedChannel(channel?.type) };
  }
  if (type === 'groupChat' || activity.conversation.isGroup) return { id, kind: 'group', name: 'the group chat' };
  return { id, kind: 'personal', name: 'personal chat' };
}

/** What an activity says about Gavel's membership. */
export type PresenceChange =
  | { readonly is: 'gone'; readonly where: Left; readonly why: 'removed' | 'deleted' }
  /** `added`: somebody just added Gavel, so it introduces itself. */
  | { readonly is: 'there'; readonly where: Left; readonly added: boolean };

/**
 * Teams removes Gavel from a whole team at once, and then names the team or any of its channels. A private or shared channel, a chat and a person are
 * left one by one. Undefined if the activity is about something else. Pure.
 */
export function presenceIn(activity: Activity): PresenceChange | undefined {
  const { eventType = '', team, channel } = channelDataOf(activity);
  const placeId = placeIdOf(activity.conversation.id);
  const isAlone = channel?.type === 'private' || channel?.type === 'shared' || eventType.startsWith('channelMember');
  const whole: Left = team?.id === undefined || isAlone ? { placeId } : { teamId: team.id };
  const namesBot = (list: unknown): boolean =>
    Array.isArray(list) && list.some((each: { id?: unknown } | null) => each?.id === activity.recipient.id);
  const action = activity.type === 'installationUpdate' ? (activity.action ?? '') : '';
  if (action.startsWith('remove') || namesBot(activity.membersRemoved))
    return { is: 'gone', where: whole, why: 'removed' };
  if (action.startsWith('add') || namesBot(activity.membersAdded)) return { is: 'there', where: whole, added: true };
  if (activity.type !== 'conversationUpdate') return undefined;
  switch (eventType) {
    case 'channelDeleted':
      return channel?.id === undefined ? undefined : { is: 'gone', where: { placeId: channel.id }, why: 'deleted' };
    case 'teamDeleted':
    case 'teamHardDeleted':
      return team?.id === undefined ? undefined : { is: 'gone', where: { teamId: team.id }, why: 'deleted' };
    case 'channelRestored':
      return channel?.id === undefined ? undefined : { is: 'there', where: { placeId: channel.id }, added: false };
    case 'teamRestored':
      return team?.id === undefined ? undefined : { is: 'there', where: { teamId: team.id }, added: false };
    default:
      return undefined;
  }
}

/** The parts of a mention entity that are present. */
export interface MentionEntity {
  readonly id: string;
  /** `<at>Gavel</at>` as it was sent; some clients leave it out or encode it differently. */
  readonly shown: string;
  readonly name: string;
  readonly isPerson: boolean;
}

/** The mentions in a message, from its entities. */
export function mentionsIn({ entities }: Activity): MentionEntity[] {
  const found: unknown[] = Array.isArray(entities) ? entities : [];
  return found.flatMap((entity) => {
    const { type, text, mentioned } = fieldsOf(entity);
    const { id, name, type: kind } = fieldsOf(mentioned);
    if (type !== 'mention' || typeof id !== 'string' || id === '') return [];
    // Teams ids of people for a bot begin like this; `28:` is an app, `19:` a channel, a tag has neither.
    const isPerson = /^(29|8):./.test(id) && (kind === undefined || kind === 'person' || kind === 'user');
    return [{ id, shown: wordOf(text), name: wordOf(name), isPerson }];
  });
}

const fieldsOf = (value: unknown): Readonly<Record<'type' | 'text' | 'mentioned' | 'id' | 'name', unknown>> =>
  (typeof value === 'object' && value !== null ? value : {}) as ReturnType<typeof fieldsOf>;
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The shape of every Teams activity. Anything else is rejected before any work, so all code after this can rely on it. */

const words = z.string().nullish();
/** Ids become parts of addresses. */
const id = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u);
const named = z.looseObject({ id: words, name: words }).nullish();
const idOrNone = id.or(z.literal('')).nullish();
const members = z.array(z.looseObject({ id: words })).nullish();

const ActivityForm = z.looseObject({
  type: z.string().min(1).max(100),
  id: idOrNone,
  channelId: words,
  serviceUrl: z.string().max(1_000),
  conversation: z.looseObject({ id, name: words, conversationType: words, tenantId: words }),
  recipient: z.looseObject({ id, name: words }),
  from: z.looseObject({ id, name: words, aadObjectId: words }).optional(),
  channelData: z
    .looseObject({ tenant: z.looseObject({ id: words }).nullish(), team: named, channel: named, eventType: words })
    .nullish(),
  text: words,
  name: words,
  action: words,
  replyToId: idOrNone,
  deliveryMode: words,
  membersAdded: members,
  membersRemoved: members,
  entities: z.array(z.unknown()).nullish(),
});

/** `value`, which the client wrote, can still be anything. */
export function isActivity(body: unknown): body is Activity {
  try {
    return ActivityForm.safeParse(body).success;
  } catch {
    // zod compares the `length` of any value where a string should be, and some values can't be compared.
    return false;
  }
}

/** Which service addresses Gavel can send to. Checked when an address is stored and again when it is used. */
export interface AddressRule {
  readonly local: boolean;
  readonly hosts: readonly string[];
}

/** Local mode: only this machine. Otherwise https, an allowed host, the standard port and no credentials. */
export function isAllowedAddress(address: string, { local, hosts }: AddressRule): boolean {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return false;
  }
  if (url.username !== '' || url.password !== '') return false;
  if (local) return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopback(url.hostname);
  return url.protocol === 'https:' && url.port === '' && hosts.includes(url.hostname.toLowerCase());
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
