import { cleanText, enumerate } from '../core/text';
import { describeDuration, momentInZone } from '../core/time/clock';
import type { Finding } from './finding';

/** What is known about outgoing messages: whether they arrive, and whether Teams throttles them. Pure. */

export interface DeliveryLook {
  readonly to: 'person' | 'place';
  readonly name: string;
  readonly last?: {
    readonly at: number;
    readonly state: 'waiting' | 'posted' | 'undeliverable';
    /** Teams' answer to the last attempt. */
    readonly error?: string;
  };
  readonly refusedSince?: number;
  readonly waiting: number;
}

const slowMs = 15 * 60_000;

export function lookAtDeliveries(deliveries: readonly DeliveryLook[], now: number, timeZone: string): Finding[] {
  const found = deliveries.flatMap((each) => problemOf(each, now, timeZone) ?? []);
  if (found.length > 0) return found;
  const last = Math.max(...deliveries.map((each) => each.last?.at ?? -Infinity));
  const when = Number.isFinite(last)
    ? `, last message ${momentInZone(last, now, timeZone)}`
    : ', nothing to send so far';
  const count = deliveries.length;
  return [{ about: count === 0 ? 'notifications: there are no subscriptions' : `${count} subscribed${when}` }];
}

function problemOf(
  { to, name, last, refusedSince, waiting }: DeliveryLook,
  now: number,
  timeZone: string,
): Finding | undefined {
  const who = to === 'person' ? 'a person with subscriptions' : name || 'a channel with subscriptions';
  const about = `notifications for ${who}`;
  const chat = to === 'person' ? 'in that chat' : 'there';
  const saying = last?.error === undefined ? '' : ` (${cleanText(last.error, 100)})`;
  if (refusedSince !== undefined)
    return {
      about,
      problem: `Nothing has arrived for ${who} since ${momentInZone(refusedSince, now, timeZone)} (${waiting} waiting). Teams won’t let Gavel post ${chat}${saying}. Add Gavel again, or type \`unsubscribe all\` ${chat}.`,
    };
  if (last?.state === 'undeliverable')
    return {
      about,
      problem: `The last message for ${who} (${momentInZone(last.at, now, timeZone)}) didn’t arrive${saying}. Type \`subscriptions test\` ${chat} to see whether the next one does.`,
    };
  if (last?.state === 'waiting' && now - last.at > slowMs)
    return {
      about,
      problem: `The last message for ${who} has been waiting to be sent since ${momentInZone(last.at, now, timeZone)}${saying}. Check the log, and make sure that smba.trafficmanager.net can be reached.`,
    };
  return undefined;
}

/** A service announced in a place that Gavel was removed from. */
export interface AnnouncementLook {
  readonly service: string;
  readonly placeName: string;
}

export function lookAtAnnouncements(lost: readonly AnnouncementLook[]): Finding[] {
  if (lost.length === 0) return [{ about: 'the channels of announcements' }];
  return lost.map(({ service, placeName }) => {
    const where = cleanText(placeName, 80);
    const problem = `Gavel is no longer in ${where}, the channel for ${service}. Messages about each deployment of ${service} go where it was requested. Add Gavel to ${where} again, or type \`announce ${service}\` in another channel.`;
    return { about: `the channel of ${service}`, problem };
  });
}

/** An alias that a command hides; outside text. */
export interface AliasLook {
  readonly name: string;
  readonly owner: string;
}

export function lookAtAliases(hidden: readonly AliasLook[]): Finding[] {
  const about = 'aliases';
  if (hidden.length === 0) return [{ about }];
  return hidden.map(({ name, owner }) => {
    const who = owner === '' ? 'An admin' : cleanText(owner, 60);
    const problem = `The alias “${cleanText(name, 40)}” no longer works, because that name is now a Gavel command. ${who} can save the alias under another name, and remove the old one with \`alias remove ${cleanText(name, 40)}\`.`;
    return { about: `the alias ${cleanText(name, 40)}`, problem };
  });
}

/** `silencesMs`: how long Teams still wants Gavel to pause, for each paused conversation. */
export function lookAtPace(silencesMs: readonly number[]): Finding {
  const about = 'Teams’ limits';
  if (silencesMs.length === 0) return { about };
  const rest = describeDuration(Math.max(...silencesMs));
  const where = `${silencesMs.length} ${silencesMs.length === 1 ? 'conversation' : 'conversations'}`;
  const problem = `Teams is rate-limiting messages in ${where}. Gavel will send them in ${rest}; none are lost. If this keeps happening, type \`digest daily\` in the busiest channel, or mute it.`;
  return { about, problem };
}

/** How many groups the catalog names, and the names of those that couldn't be read. */
export interface GroupsLook {
  readonly named: number;
  readonly unread: readonly string[];
}

export function lookAtEntraGroups({ named, unread }: GroupsLook): Finding[] {
  if (named === 0) return [];
  const about = 'the Entra groups';
  if (unread.length === 0) return [{ about }];
  const problem = `Entra doesn’t return the members of ${enumerate(unread)}. The members lose their roles within the hour. Give the app the GroupMember.Read.All permission with admin consent, and check the IDs in the catalog.`;
  return [{ about, problem }];
}

/** A message that didn't arrive although Gavel tried for as long as it mattered. */
export interface GivenUpLook {
  readonly at: number;
  readonly summary: string;
  /** The name of the place it was meant for; undefined for a personal chat. */
  readonly place: string | undefined;
  /** Teams' last answer. */
  readonly error: string | undefined;
}

/** How long a message that didn't arrive is listed; its next change removes it. */
export const givenUpShownMs = 7 * 86_400_000;

/** `givenUp`: the latest first. Pure. */
export function lookAtGivenUp(givenUp: readonly GivenUpLook[], now: number, timeZone: string): Finding {
  const [latest] = givenUp;
  if (!latest) return { about: 'messages: all arrived' };
  const count = `${givenUp.length} ${givenUp.length === 1 ? 'message' : 'messages'}`;
  const where = latest.place === undefined ? 'a personal chat' : cleanText(latest.place, 80);
  const answer = latest.error === undefined ? '' : ` (${cleanText(latest.error, 100)})`;
  const when = momentInZone(latest.at, now, timeZone);
  return {
    about: 'undelivered messages',
    problem: `${count} didn’t arrive. The latest was for ${where} (${when}): “${cleanText(latest.summary, 100)}”${answer}. Check that Gavel is installed there and can reach smba.trafficmanager.net. Gavel tries each message again the next time its content changes.`,
  };
}
