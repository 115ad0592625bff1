import { plainText } from '../../core/text';
import type { Collection } from '../../store/contract';
import type { Content, Outbox, OutboxMessage } from '../contract';
import { summaryOf } from '../sender';
import type { LaneMemory } from './lane-memory';
import type { Queue } from './queue';
import type { MessageRecord } from './record';
import type { PlaceOwners } from './unreachable-places';

/** Messages that were given up: who is told, and what an admin sees of it. */

/** A message that didn't arrive. */
interface GivenUp {
  readonly at: number;
  /** What it says, as outside text. */
  readonly summary: string;
  /** Where it was to go; undefined for a person's own chat. */
  readonly placeId: string | undefined;
  /** What the chat tool answered last. */
  readonly error: string | undefined;
}

/** Tells whoever has to know. */
export interface GivenUpNotices {
  readonly onUndeliverable: Outbox['onUndeliverable'];
  /** Rejects when a listener does; then it has to be told again. */
  tell(record: MessageRecord): Promise<void>;
}

const maxListed = 200;
const shortMs = 60_000;
const maxWords = 1_000;

export function createGivenUpNotices(parts: {
  readonly queue: Pick<Queue, 'add'>;
  readonly owners: PlaceOwners | undefined;
  readonly memory: Pick<LaneMemory, 'conversationOf'>;
}): GivenUpNotices {
  const listeners: { prefix: string; listener: Parameters<Outbox['onUndeliverable']>[1] }[] = [];
  return {
    onUndeliverable: (prefix, listener) => void listeners.push({ prefix, listener }),
    async tell(record) {
      const { key, destination } = record;
      for (const { prefix, listener } of listeners) if (key.startsWith(prefix)) await listener(key, destination);
      const owner = record.onBehalfOf && (await parts.owners?.ownerOf(parts.memory.conversationOf(record)));
      const notice = noticeOf(record, owner ? owner.placeName : undefined);
      if (notice) await parts.queue.add(notice);
    },
  };
}

/** What was given up since then and not tried again, the latest first. */
export async function listGivenUp(messages: Collection<MessageRecord>, since: number): Promise<readonly GivenUp[]> {
  const { items } = await messages.find({
    where: { givenUpAt: { atLeast: since } },
    orderBy: 'givenUpAt',
    descending: true,
    limit: maxListed,
  });
  return items.map(({ value }) => ({
    at: value.givenUpAt ?? 0,
    summary: summaryOf(value.content),
    placeId: placeOf(value),
    error: value.error,
  }));
}

/** Where it is or was to be seen; undefined for a person's own chat. */
function placeOf({ posted, destination, lane }: MessageRecord): string | undefined {
  if (destination.to === 'person') return undefined;
  if (posted) return posted.placeId;
  if (destination.to === 'place') return destination.placeId;
  return lane.startsWith('place ') ? lane.slice(6) : undefined;
}

/** What the person it was for is told in their own chat; undefined when there is nobody to tell or no other way to them. */
function noticeOf(record: MessageRecord, placeName: string | undefined): OutboxMessage | undefined {
  const { onBehalfOf, destination, key, revision, content, error, ambiguous, spentMs } = record;
  const isTheirs = destination.to === 'person' && destination.personId === onBehalfOf;
  // Whoever can't be written to at all can't be told so either; after an outage they can.
  if (onBehalfOf === undefined || (isTheirs && spentMs < shortMs)) return undefined;
  const where = placeName === undefined ? 'where you asked' : `in **${plainText(placeName, 80)}**`;
  const tried = spentMs < shortMs ? '' : ` I tried for ${describeTime(spentMs)}.`;
  const unclear = ambiguous > 0 ? ' It may be there all the same: Teams didn’t say.' : '';
  const answer = error === undefined ? '' : ` Teams said last: ${plainText(error, 120)}.`;
  return {
    key: `given-up:${key}:${revision}`,
    destination: { to: 'person', personId: onBehalfOf },
    content: {
      text: `**This didn’t arrive ${where}:** ${wordsOf(content)}${tried}${unclear}${answer} I’ll post there again when something changes.`,
    },
    revision: 1,
    final: true,
  };
}

/** Words are Markdown already; in a notice nobody is called. */
function wordsOf(content: Content): string {
  if (!('text' in content)) return plainText(content.data.summary, 300);
  const named = content.text.replaceAll(/@\[(\d{1,2})\]/g, (_, index: string) =>
    plainText(content.mentions?.[Number(index)]?.name ?? '', 80),
  );
  return named.length <= maxWords ? named : `${named.slice(0, maxWords)}…`;
}

function describeTime(durationMs: number): string {
  const minutes = Math.round(durationMs / 60_000);
  if (minutes < 120) return `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return `${Math.round(minutes / 60)} hours`;
}
