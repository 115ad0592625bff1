import { z } from 'zod';

/** Faults that tests turn on: the protocol server then behaves like Teams on a bad day. */

export const FaultForm = z.object({
  kind: z.enum(['slow', 'hang', '403', '412', '429', '500', '502', '503', '504', 'reset', 'lost-reply']),
  /** Upper case; any method if absent. */
  method: z.string().optional(),
  pathIncludes: z.string().optional(),
  /** How often it happens; once by default. */
  times: z.number().int().positive().optional(),
  /** For `slow`: the delay; for `429`: the Retry-After, in milliseconds. */
  ms: z.number().positive().optional(),
});
export type Fault = Readonly<z.infer<typeof FaultForm>>;

export const duplications = ['off', 'same-id', 'new-id'] as const;
export type Duplication = (typeof duplications)[number];

export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  let active: { fault: Fault; left: number }[] = [];
  let how: Duplication = 'off';
  return {
    add: (fault: Fault): void => void active.push({ fault, left: fault.times ?? 1 }),
    /** The fault for this request, with one use less. */
    strike(method: string, path: string): Fault | undefined {
      const hit = active.find(
        ({ fault }) => (fault.method ?? method) === method && path.includes(fault.pathIncludes ?? ''),
      );
      if (!hit) return undefined;
      hit.left -= 1;
      if (hit.left <= 0) active = active.filter((each) => each !== hit);
      return hit.fault;
    },
    /** Delivers every invoke a second time, with the same or a new activity id. */
    duplicateInvokes: (next: Duplication): void => void (how = next),
    duplication: (): Duplication => how,
    clear(): void {
      active = [];
      how = 'off';
    },
  };
}

/**
 * What Teams refuses: messages that are too large, and too many in a conversation. Limits:
 * https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
 */

const windows: readonly { readonly ms: number; readonly sends: number }[] = [
  { ms: 1_000, sends: 7 },
  { ms: 2_000, sends: 8 },
  { ms: 30_000, sends: 60 },
  { ms: 3_600_000, sends: 1_800 },
];

/** A larger message, in bytes of UTF-16, is refused with 413. */
export const messageLimitBytes = 100 * 1024;

export type RateLimits = ReturnType<typeof createRateLimits>;

/** Counts requests in every window of Teams' limits. */
export function createRateLimits(now: () => number) {
  const sends = new Map<string, number[]>();
  return {
    /** Counts one send; returns how long to wait, in milliseconds, if it is one too many. */
    count(conversation: string): number | undefined {
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

/** The size that Teams counts. */
export function weightOf(activity: unknown): number {
  return Buffer.byteLength(JSON.stringify(activity), 'utf16le');
}
