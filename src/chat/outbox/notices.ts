import { plainText, withFullStop } from '../../core/text';
import { readAll } from '../../store/contract';
import type { Collection } from '../../store/contract';
import type { Content, Outbox, OutboxMessage } from '../contract';
import { summaryOf } from '../sender';
import type { OutboxOptions } from '.';
import type { LaneMemory } from './lanes';
import type { Queue } from './queue';
import { knownPlaceOf } from './record';
import type { MessageRecord } from './record';

/**
 * Tells people about messages that don't arrive: the requester of a message that was given up, and the person who added Gavel to a place that blocks
 * it.
 */

/** What a chat tool knows about a place. */
export interface PlaceOwners {
  /** The person responsible for it, and its name; undefined if unknown. */
  ownerOf(placeId: string): Promise<{ readonly personId: string; readonly placeName: string } | undefined>;
}

const maxListed = 200;
const shortMs = 60_000;
const maxWords = 1_000;

/** Tells the people who have to know about a message that was given up. */
export type GivenUpNotices = ReturnType<typeof createGivenUpNotices>;

export function createGivenUpNotices(queue: Queue, memory: LaneMemory, { owners }: OutboxOptions) {
  const listeners: Parameters<Outbox['onUndeliverable']>[] = [];
  return {
    onUndeliverable: (...asked: (typeof listeners)[number]): void => void listeners.push(asked),
    /** Rejects if a listener does; then call it again. */
    async tell(record: MessageRecord): Promise<void> {
      const { key, destination } = record;
      for (const [prefix, listener] of listeners) if (key.startsWith(prefix)) await listener(key, destination);
      const owner = record.onBehalfOf && (await owners?.ownerOf(memory.conversationOf(record)));
      const notice = noticeOf(record, owner ? owner.placeName : undefined);
      if (notice) await queue.add(notice);
    },
  };
}

/**
 * Messages given up since then and not retried, the latest first: what each says, as outside text, where it was meant to go (undefined for a personal
 * chat), and the last answer of the chat tool.
 */
export async function listGivenUp(messages: Collection<MessageRecord>, since: number) {
  const { items } = await messages.find({
    where: { givenUpAt: { atLeast: since } },
    orderBy: 'givenUpAt',
    descending: true,
    limit: maxListed,
  });
  return items.map(({ value }) => ({
    at: value.givenUpAt ?? 0,
    summary: summaryOf(value.content),
    placeId: value.destination.to === 'person' ? undefined : knownPlaceOf(value),
    error: value.error,
  }));
}

/** What its recipient is told in their own chat; undefined if there is nobody to tell or no other way to reach them. */
function noticeOf(record: MessageRecord, placeName: string | undefined): OutboxMessage | undefined {
  const { onBehalfOf, destination, key, revision, content, error, ambiguous, spentMs } = record;
  const isTheirs = destination.to === 'person' && destination.personId === onBehalfOf;
  // If somebody can't be reached at all, they can't be told so either; after an outage they can.
  if (onBehalfOf === undefined || (isTheirs && spentMs < shortMs)) return undefined;
  const where = placeName === undefined ? 'where you asked' : `in **${plainText(placeName, 80)}**`;
  const tried = spentMs < shortMs ? '' : ` I tried for ${describeTime(spentMs)}.`;
  const [didNot, unclear] =
    ambiguous > 0 ? ['might not have arrived', ' Teams didn’t confirm the delivery.'] : ['didn’t arrive', ''];
  const answer = error === undefined ? '' : ` The last error was “${plainText(error, 120)}”.`;
  return {
    key: `given-up:${key}:${revision}`,
    destination: { to: 'person', personId: onBehalfOf },
    content: {
      text: `**This message ${didNot} ${where}:** ${withFullStop(wordsOf(content))}${tried}${unclear}${answer} I’ll post there again when something changes.`,
    },
    revision: 1,
    final: true,
  };
}

/** The words are already Markdown; a notice mentions nobody. */
function wordsOf(content: Content): string {
  if (!('text' in content)) return plainText(content.data.summary, 300);
  const named = content.text.replaceAll(/@\[(\d{1,2})\]/g, (_, index: string) =>
    plainText(content.mentions?.[Number(index)]?.name ?? '', 80),
  );
  return named.length <= maxWords ? named : `${named.slice(0, maxWords)}…`;
}

function describeTime(durationMs: number): string {
  const minutes = Math.round(durationMs / 60_000);
  return minutes < 120 ? counted(minutes, 'minute') : `${Math.round(minutes / 60)} hours`;
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/**
 * Places that block Gavel. Such a place is marked, messages for it are retried for a while, and then the person who added Gavel there is told in
 * person. The mark ends with the next message that arrives.
 */
export type UnreachablePlaces = ReturnType<typeof createUnreachablePlaces>;

interface UnreachablePlace {
  readonly placeId: string;
  readonly since: number;
  /** The number of messages that were given up. */
  readonly missed: number;
  readonly summary: string;
  /** When to tell its owner next. */
  readonly tellAt?: number;
}

const rememberedMs = 180 * 86_400_000;
const toldAgainMs = 60_000;
const maxAtOnce = 100;
const loadedAnewMs = 10_000;
const ownersEachMs = 2_000;

export function createUnreachablePlaces(queue: Queue, options: OutboxOptions) {
  const { store, owners, clock, logger, lostPlaceGraceMs: graceMs = 600_000 } = options;
  const places = store.collection<UnreachablePlace>({
    name: 'lost-places',
    schema: 1,
    indexes: { since: (place) => place.since, tellAt: (place) => place.tellAt },
    queries: [{ orderBy: 'since' }, { orderBy: 'tellAt' }],
    expiresAt: (place) => place.since + rememberedMs,
  });
  /** Cached, so that sending to a place without problems costs nothing. */
  let marked: Set<string> | undefined;
  let loadedAt = -Infinity;
  let ownersNotifiedAt = -Infinity;

  async function load(): Promise<Set<string>> {
    const found = await readAll(places, { orderBy: 'since' });
    loadedAt = clock.now();
    return new Set(found.map(({ id }) => id));
  }

  async function tell({ placeId, since, missed, summary }: UnreachablePlace): Promise<void> {
    const owner = await owners?.ownerOf(placeId);
    if (!owner)
      return logger.warn({ placeId, missed }, 'Gavel can’t post to a channel, and nobody is known to tell about it');
    const minutes = counted(Math.max(1, Math.round((clock.now() - since) / 60_000)), 'minute');
    const arrived = missed === 0 ? 'A message is waiting' : `${counted(missed, 'message')} didn’t arrive`;
    const latest = missed > 1 ? ', the latest: ' : ': ';
    const text = [
      `Teams hasn’t let me post in **${plainText(owner.placeName, 80)}** for ${minutes}.`,
      `${arrived}${latest}${withFullStop(plainText(summary, 200))}`,
      `Add me to ${plainText(owner.placeName, 80)} again, and new messages will arrive as before.`,
    ].join(' ');
    await queue.add({
      key: `lost-place:${placeId}:${since}`,
      destination: { to: 'person', personId: owner.personId },
      content: { text },
      revision: 1 + missed,
    });
  }

  return {
    /** A message was rejected there; resolves to whether it is given up because the place has been closed for too long. */
    async reportBlocked(placeId: string, summary: string): Promise<boolean> {
      const now = clock.now();
      const { value } = await places.upsert(placeId, (place) => {
        if (!place) return { placeId, since: now, missed: 0, summary, tellAt: now + graceMs };
        if (now < place.since + graceMs) return { ...place, summary };
        return { ...place, summary, missed: place.missed + 1, tellAt: place.tellAt ?? now + toldAgainMs };
      });
      marked?.add(placeId);
      return now >= value.since + graceMs;
    },
    /** A message arrived. Never rejects: at worst, the place stays marked until the next one. */
    async reportReached(placeId: string): Promise<void> {
      try {
        // Another instance may have marked it.
        if (!marked || clock.now() - loadedAt > loadedAnewMs) marked = await load();
        if (marked.delete(placeId)) await places.remove(placeId);
      } catch (error) {
        logger.debug({ error, placeId }, 'An unreachable channel stays marked');
      }
    },
    /**
     * Tells the owners of places that have been closed for longer than the grace period; checks at most every two seconds. Resolves to whether there was
     * anything to tell.
     */
    async tellOwners(): Promise<boolean> {
      if (clock.elapsed() - ownersNotifiedAt < ownersEachMs) return false;
      ownersNotifiedAt = clock.elapsed();
      marked = await load();
      const now = clock.now();
      const due = await places.find({ where: { tellAt: { atMost: now } }, orderBy: 'tellAt', limit: maxAtOnce });
      for (const { id, value } of due.items) {
        await tell(value);
        await places.update(id, (place) =>
          place.tellAt === value.tellAt ? { ...place, tellAt: undefined } : undefined,
        );
      }
      return due.items.length > 0;
    },
  };
}
