/** What Teams refuses: too large, and too many in a conversation. Figures: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit */

const windows: readonly { readonly ms: number; readonly sends: number }[] = [
  { ms: 1_000, sends: 7 },
  { ms: 2_000, sends: 8 },
  { ms: 30_000, sends: 60 },
  { ms: 3_600_000, sends: 1_800 },
];

/** A message over this many bytes of UTF-16 is refused with 413. */
export const messageLimitBytes = 100 * 1024;

export interface RateLimits {
  /** Counts one send; how long to wait, in milliseconds, when it is one too many. */
  count(conversation: string): number | undefined;
}

/** Counts over every window of Teams' limits. */
export function createRateLimits(now: () => number): RateLimits {
  const sends = new Map<string, number[]>();
  return {
    count(conversation) {
      const at = now();
      const before = (sends.get(conversation) ?? []).filter((each) => each > at - 3_600_000);
      for (const window of windows) {
        const inside = before.filter((each) => each > at - window.ms);
        const oldest = inside[inside.length - window.sends];
        if (oldest !== undefined) return oldest + window.ms - at;
      }
      sends.set(conversation, [...before, at]);
      return undefined;
    },
  };
}

/** The weight Teams counts. */
export function weightOf(activity: unknown): number {
  return Buffer.byteLength(JSON.stringify(activity), 'utf16le');
}
