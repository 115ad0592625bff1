import type { Stored } from '../../../store/contract';
import type { MessageRecord } from './index';

/** What one lane does next. Pure but for the rate limit that `allowedAt` reads. */

type LaneStep =
  { readonly do: 'settle' | 'tell' | 'send'; readonly record: Stored<MessageRecord> } | { readonly waitUntil: number };

interface LaneTimes {
  readonly now: number;
  /** When something got through there last. */
  readonly arrivedAt?: number;
  /** When the rate limit lets this message go. */
  allowedAt(message: MessageRecord): number;
}

/** An edit that shows how far something is; it can wait and be overtaken. */
export function isProgress({ posted, final }: MessageRecord): boolean {
  return posted !== undefined && !final;
}

/** A post that has failed for longer holds back nobody: what Teams dislikes about it must not silence a channel. */
const holdsBackMs = 60_000;

/**
 * Posts and final states in the order they were put, then progress. A post that waits holds back later posts for a minute, never edits. What failed
 * before something else arrived there (`arrivedAt`) doesn't wait any longer.
 */
export function nextStep(
  records: readonly Stored<MessageRecord>[],
  { allowedAt, arrivedAt = -Infinity, now }: LaneTimes,
): LaneStep | undefined {
  const sorted = [...records].sort((a, b) => a.value.order - b.value.order);
  const doubtful = sorted.find(({ value }) => value.state === 'sending');
  if (doubtful) return { do: 'settle', record: doubtful };
  const untold = sorted.find(({ value }) => value.untold && isDue(value, now));
  if (untold) return { do: 'tell', record: untold };
  let waitUntil = Infinity;
  let postWaits = false;
  for (const progress of [false, true])
    for (const record of sorted) {
      const { value } = record;
      if (value.dueAt === undefined || isProgress(value) !== progress) continue;
      if (postWaits && value.posted === undefined && !value.untold) continue;
      const dueAt = failedBefore(value, arrivedAt) ? now : value.dueAt;
      const from = Math.max(dueAt, value.untold ? 0 : allowedAt(value));
      if (from <= now) return { do: 'send', record };
      waitUntil = Math.min(waitUntil, from);
      postWaits ||= value.posted === undefined && !value.untold && value.spentMs < holdsBackMs;
    }
  return waitUntil === Infinity ? undefined : { waitUntil };
}

/** Whether something has arrived since it failed. */
export function failedBefore({ failedAt }: MessageRecord, arrivedAt: number): boolean {
  return failedAt !== undefined && failedAt < arrivedAt;
}

function isDue({ dueAt }: MessageRecord, now: number): boolean {
  return dueAt !== undefined && dueAt <= now;
}
