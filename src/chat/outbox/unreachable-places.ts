import type { Clock } from '../../core/time/clock';
import type { Logger } from '../../core/telemetry/logger';
import { plainText } from '../../core/text';
import type { Store } from '../../store/contract';
import type { Queue } from './queue';

/**
 * Places that no longer let Gavel in. Such a place is marked, what waits for it is tried again for a while, and then whoever added Gavel there is
 * told in person. Any message that gets through ends it.
 */
export interface UnreachablePlaces {
  /** A message was refused there; resolves to whether it is given up, because the place has been closed for too long. */
  reportBlocked(placeId: string, summary: string): Promise<boolean>;
  /** A message got through. Never rejects: at worst the place stays marked until the next one. */
  reportReached(placeId: string): Promise<void>;
  /**
   * Tells the owners of places that have been closed for longer than the grace; looks every two seconds, however often it is called.
   * Resolves to whether there was anything to tell.
   */
  tellOwners(): Promise<boolean>;
}

/** What a chat tool knows of a place. */
export interface PlaceOwners {
  /** Who answers for it, and its name; undefined when that is not known. */
  ownerOf(placeId: string): Promise<{ readonly personId: string; readonly placeName: string } | undefined>;
}

interface UnreachablePlacesOptions {
  readonly store: Store;
  readonly owners: PlaceOwners | undefined;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queue: Pick<Queue, 'add'>;
}

interface UnreachablePlace {
  readonly placeId: string;
  readonly since: number;
  /** Messages that were given up. */
  readonly missed: number;
  readonly summary: string;
  /** When its owner is to be told next. */
  readonly tellAt?: number;
}

const rememberedMs = 180 * 86_400_000;
const toldAgainMs = 60_000;
const maxAtOnce = 100;
const loadedAnewMs = 10_000;
const ownersEachMs = 2_000;

export function createUnreachablePlaces(options: UnreachablePlacesOptions): UnreachablePlaces {
  const { store, owners, graceMs, clock, logger, queue } = options;
  const places = store.collection<UnreachablePlace>({
    name: 'lost-places',
    schema: 1,
    indexes: { since: (place) => place.since, tellAt: (place) => place.tellAt },
    queries: [{ orderBy: 'since' }, { orderBy: 'tellAt' }],
    expiresAt: (place) => place.since + rememberedMs,
  });
  /** So that a send into a place that is well costs nothing. */
  let marked: Set<string> | undefined;
  let loadedAt = -Infinity;
  let ownersToldAt = -Infinity;

  async function load(): Promise<Set<string>> {
    const found = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await places.find({ orderBy: 'since', limit: 1_000, cursor });
      for (const { id } of page.items) found.add(id);
      cursor = page.cursor;
    } while (cursor !== undefined);
    loadedAt = clock.now();
    return found;
  }

  async function tell({ placeId, since, missed, summary }: UnreachablePlace): Promise<void> {
    const owner = await owners?.ownerOf(placeId);
    if (!owner) return logger.warn({ placeId, missed }, 'A place is lost and nobody is known to answer for it');
    const minutes = Math.max(1, Math.round((clock.now() - since) / 60_000));
    const arrived =
      missed === 0 ? 'A message is waiting' : `${missed} ${missed === 1 ? 'message' : 'messages'} didn’t arrive`;
    const text = [
      `For ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} Teams hasn’t let me post in **${plainText(owner.placeName, 80)}**.`,
      `${arrived}, the latest: ${plainText(summary, 200)}.`,
      'Add me there again, and new messages arrive as before.',
    ].join(' ');
    await queue.add({
      key: `lost-place:${placeId}:${since}`,
      destination: { to: 'person', personId: owner.personId },
      content: { text },
      revision: 1 + missed,
    });
  }

  return {
    async reportBlocked(placeId, summary) {
      const now = clock.now();
      const { value } = await places.upsert(placeId, (place) => {
        if (!place) return { placeId, since: now, missed: 0, summary, tellAt: now + graceMs };
        if (now < place.since + graceMs) return { ...place, summary };
        return { ...place, summary, missed: place.missed + 1, tellAt: place.tellAt ?? now + toldAgainMs };
      });
      marked?.add(placeId);
      return now >= value.since + graceMs;
    },
    async reportReached(placeId) {
      try {
        // Another instance may have marked it.
        if (!marked || clock.now() - loadedAt > loadedAnewMs) marked = await load();
        if (marked.delete(placeId)) await places.remove(placeId);
      } catch (error) {
        logger.debug({ error, placeId }, 'An unreachable place stays marked');
      }
    },
    async tellOwners() {
      if (clock.elapsed() - ownersToldAt < ownersEachMs) return false;
      ownersToldAt = clock.elapsed();
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
