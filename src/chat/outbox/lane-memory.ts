import { keepRecent } from '../../core/keys';
import type { Clock } from '../../core/time/clock';
import type { MessageRecord } from './record';

/** What was learned about lanes by sending: the chat that a person's lane leads to, and when something got through last. Kept in memory only. */
export interface LaneMemory {
  /** Where the message is said, as the rate limit counts it. */
  conversationOf(record: MessageRecord): string;
  /** Messages of this lane arrive in this conversation. */
  noteConversation(lane: string, placeId: string): void;
  /** Something got through there, by the outbox or beside it. */
  noteArrival(lane: string): void;
  /** When that was; undefined when nothing is known. */
  arrivedAt(lane: string): number | undefined;
}

const maxRemembered = 5_000;

export function createLaneMemory(clock: Clock): LaneMemory {
  const conversations = new Map<string, string>();
  const arrivals = new Map<string, number>();

  return {
    conversationOf({ posted, destination, lane }) {
      if (posted) return posted.placeId;
      if (destination.to === 'place') return destination.placeId;
      return conversations.get(lane) ?? (lane.startsWith('place ') ? lane.slice(6) : lane);
    },
    noteConversation: (lane, placeId) => keepRecent(conversations, lane, placeId, maxRemembered),
    noteArrival: (lane) => keepRecent(arrivals, lane, clock.now(), maxRemembered),
    arrivedAt: (lane) => arrivals.get(lane),
  };
}
