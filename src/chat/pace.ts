/** How fast a conversation may be spoken to. Teams allows 7 in 1 s and 60 in 30 s for each conversation, 50 in 1 s for each tenant; we stay below. */

export interface Pace {
  /** When the next send into this conversation is allowed; now or earlier: at once. */
  allowedAt(conversation: string, progress: boolean, now: number): number;
  /** A send is about to happen. */
  sent(conversation: string, progress: boolean, now: number): void;
  /** The chat tool asked for silence there. */
  hold(conversation: string, until: number): void;
}

interface Window {
  readonly limit: number;
  readonly lengthMs: number;
}

const conversationWindows: readonly Window[] = [
  { limit: 6, lengthMs: 1_000 },
  { limit: 54, lengthMs: 30_000 },
];
const tenantWindow: Window = { limit: 45, lengthMs: 1_000 };
const mostConversations = 5_000;

interface Spoken {
  times: number[];
  lastProgressAt: number;
  heldUntil: number;
}

/** Counts in memory: after a restart it begins anew, and a 429 still tells. */
export function createPace(progressGapMs: number): Pace {
  const conversations = new Map<string, Spoken>();
  let tenantTimes: number[] = [];

  function spokenIn(conversation: string): Spoken {
    const spoken = conversations.get(conversation) ?? { times: [], lastProgressAt: -Infinity, heldUntil: 0 };
    conversations.delete(conversation);
    conversations.set(conversation, spoken);
    if (conversations.size > mostConversations) conversations.delete(conversations.keys().next().value ?? '');
    return spoken;
  }

  return {
    allowedAt(conversation, progress, now) {
      const spoken = conversations.get(conversation);
      const times = spoken?.times ?? [];
      let allowed = Math.max(spoken?.heldUntil ?? 0, freeAt(tenantTimes, tenantWindow));
      for (const window of conversationWindows) allowed = Math.max(allowed, freeAt(times, window));
      if (!progress || !spoken) return allowed;
      const used = times.filter((time) => time > now - 30_000).length;
      return Math.max(allowed, spoken.lastProgressAt + progressGapMs * (used > 36 ? 3 : used > 18 ? 2 : 1));
    },
    sent(conversation, progress, now) {
      tenantTimes = [...tenantTimes.filter((time) => time > now - tenantWindow.lengthMs), now];
      const spoken = spokenIn(conversation);
      spoken.times = [...spoken.times.filter((time) => time > now - 30_000), now];
      if (progress) spoken.lastProgressAt = now;
    },
    hold(conversation, until) {
      const spoken = spokenIn(conversation);
      spoken.heldUntil = Math.max(spoken.heldUntil, until);
    },
  };
}

/** When the oldest send that fills the window leaves it. */
function freeAt(times: readonly number[], { limit, lengthMs }: Window): number {
  return times.length < limit ? 0 : (times[times.length - limit] ?? 0) + lengthMs;
}
