import type { Clock } from '../../core/time/clock';
import type { Collection } from '../../store/contract';
import type { LaneMemory } from './lane-memory';
import type { MessageRecord } from './record';
import type { RateLimit } from '../rate-limit';

/** As far back as a window goes that one process fills in seconds and the next one would fill again. */
const recalledMs = 30_000;
/** A request whose end nobody wrote down has reached the chat tool by then. */
const maxUnderwayMs = 1_000;
/** What lies further ahead was written before the clock was set back, and says nothing about the last seconds. */
const maxAheadMs = 10_000;

/** Tells the rate limit what was sent just before, by this process or the one that it takes over from. */
export async function recallSent(
  messages: Collection<MessageRecord>,
  rateLimit: RateLimit,
  { conversationOf }: Pick<LaneMemory, 'conversationOf'>,
  clock: Clock,
): Promise<void> {
  const now = clock.now();
  let cursor: string | undefined;
  do {
    const page = await messages.find({
      where: { sentAt: { atLeast: now - recalledMs, atMost: now + maxAheadMs } },
      orderBy: 'sentAt',
      limit: 500,
      cursor,
    });
    for (const { value } of page.items) {
      const lateMs = value.state === 'sending' ? maxUnderwayMs : 0;
      const agoMs = Math.max(0, now - (value.sentAt ?? now) - lateMs);
      rateLimit.recall(conversationOf(value), clock.elapsed() - agoMs);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}
