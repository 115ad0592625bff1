import type { Stored } from '../store/contract';
import type { MessageRecord } from './message-record';

/** What one lane does next. Pure but for the pace that `allowedAt` reads. */

export type LaneStep =
  { readonly do: 'settle' | 'tell' | 'send'; readonly record: Stored<MessageRecord> } | { readonly waitUntil: number };

/** An edit that shows how far something is; it can wait and be overtaken. */
export function isProgress({ posted, final }: MessageRecord): boolean {
  return posted !== undefined && !final;
}

/** Posts and final states in the order they were wished for, then progress. A post that waits holds back later posts, never edits. */
export function nextStep(
  records: readonly Stored<MessageRecord>[],
  allowedAt: (message: MessageRecord) => number,
  now: number,
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
      const from = Math.max(value.dueAt, value.untold ? 0 : allowedAt(value));
      if (from <= now) return { do: 'send', record };
      waitUntil = Math.min(waitUntil, from);
      postWaits ||= value.posted === undefined && !value.untold;
    }
  return waitUntil === Infinity ? undefined : { waitUntil };
}

function isDue({ dueAt }: MessageRecord, now: number): boolean {
  return dueAt !== undefined && dueAt <= now;
}
