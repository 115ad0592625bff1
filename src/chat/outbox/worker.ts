import type { Stored } from '../../store/contract';
import type { RateLimit } from '../rate-limit';
import { deliver } from './delivery';
import type { DeliveryParts } from './delivery';
import type { GivenUpNotices } from './given-up';
import type { Leader } from './leader';
import { onTold } from './record';
import type { MessageRecord } from './record';
import { isProgress, nextStep } from './record/order';
import { onInterrupted } from './record/tries';

interface WorkerParts extends DeliveryParts {
  readonly rateLimit: RateLimit;
  readonly leader: Pick<Leader, 'maySend' | 'isStopping'>;
  readonly givenUp: Pick<GivenUpNotices, 'tell'>;
}

const tellAgainMs = 5_000;

/** Does what one lane needs next, with at most one request. Resolves to when the lane wants to go on; undefined: when something is put into it. */
export async function workOn(parts: WorkerParts, lane: string): Promise<number | undefined> {
  const { messages, rateLimit, memory, leader, clock } = parts;
  const slot = rateLimit.take(clock.elapsed());
  try {
    const { items } = await messages.find({ where: { openLane: lane }, orderBy: 'dueAt', limit: 500 });
    const next = nextStep(items, {
      now: clock.now(),
      arrivedAt: memory.arrivedAt(lane),
      allowedAt: (record) => allowedAt(parts, record),
    });
    if (!next) return undefined;
    if ('waitUntil' in next) return next.waitUntil;
    if (!leader.maySend()) return undefined;
    if (next.do === 'settle') await settle(parts, next.record);
    else if (next.do === 'tell') await tell(parts, next.record);
    else {
      const stored = await deliver(parts, next.record, slot);
      if (items.length === 1) return stored?.value.dueAt;
    }
    return clock.now();
  } finally {
    slot.markEnded(clock.elapsed());
  }
}

function allowedAt({ rateLimit, memory, clock }: WorkerParts, record: MessageRecord): number {
  const elapsed = clock.elapsed();
  const speech = isProgress(record) ? 'progress' : 'message';
  return clock.now() + Math.max(0, rateLimit.allowedAt(memory.conversationOf(record), speech, elapsed) - elapsed);
}

async function settle({ messages, clock, logger }: WorkerParts, { id }: Stored<MessageRecord>): Promise<void> {
  logger.warn({ message: id }, 'A post was interrupted; its outcome is unknown');
  await messages.update(id, (record) => (record.state === 'sending' ? onInterrupted(record, clock.now()) : undefined));
}

async function tell(parts: WorkerParts, { id, value }: Stored<MessageRecord>): Promise<void> {
  const { messages, givenUp, clock, logger } = parts;
  logger.warn({ message: id, ambiguous: value.ambiguous, answer: value.error }, 'A message was given up');
  try {
    await givenUp.tell(value);
    await messages.update(id, (record) => (record.untold ? onTold(record) : undefined));
  } catch (error) {
    logger.error({ error, message: id }, 'A listener failed; it is told again');
    const dueAt = clock.now() + tellAgainMs;
    await messages.update(id, (record) => ({ ...record, dueAt }));
  }
}
