import { keepRecent } from '../core/keys';
/**
 * How fast Gavel can call a chat tool. Teams allows 7 requests in 1 s, 8 in 2 s, 60 in 30 s and 1800 in an hour for each conversation, and 50 in 1 s
 * for each tenant. Messages that can wait stay a little below the limits of a conversation and let answers that somebody waits for go first. All
 * moments here are from the clock's `elapsed`: a window of two seconds takes two seconds, even if the time of day is set back by an hour.
 */

/** Permission to send one request. */
export interface Slot {
  /** What it is used for. */
  use(conversation: string, progress: boolean): void;
  /** The request leaves, or left, at this time. Only the first call counts. */
  markLeft(now: number): void;
  /** It was answered or failed; if it never left, its slot is free again. Only the first call counts. */
  markEnded(now: number): void;
}

/** What is to be sent: an answer that somebody waits for, a message, or an edit that shows progress. */
type Speech = 'answer' | 'message' | 'progress';

export type RateLimit = ReturnType<typeof createRateLimit>;

interface Window {
  readonly limit: number;
  readonly lengthMs: number;
}

const conversationWindows = [
  { lengthMs: 1_000, answer: 7, message: 6 },
  { lengthMs: 2_000, answer: 8, message: 7 },
  { lengthMs: 30_000, answer: 60, message: 54 },
  { lengthMs: 3_600_000, answer: 1_800, message: 1_700 },
];
const tenantWindow: Window = { limit: 50, lengthMs: 1_000 };
/** The minimum time between progress edits in one conversation; longer if a lot was sent there. */
const usualGapMs = 2_000;
const longestMs = 3_600_000;
const maxConversations = 5_000;
/** How fast the best round trip is forgotten, in milliseconds for each second at full speed, because routes change. */
const forgettingMs = 0.02;
/** With fewer answers than this, the fastest one says nothing yet. */
const fewAnswers = 20;
/** A timer can fire a moment early, and clocks aren't exact. */
const guardMs = 10;
/** A request without an answer has reached the chat tool after this time. */
const maxUnderwayMs = 1_000;

interface Request {
  leftAt: number;
  /** When the chat tool counted it, as far as that can be known. */
  countedAt: number | undefined;
}

interface Spoken {
  requests: Request[];
  lastProgressAt: number;
  heldUntil: number;
}

/** Counts in memory. After a restart, it knows what `recall` tells it, and a 429 still corrects it. */
export function createRateLimit(progressGapMs = usualGapMs) {
  const conversations = new Map<string, Spoken>();
  let tenant: Request[] = [];
  let waiting = 0;
  /** The fastest recent round trip; only half of it is credited, because the rest may be our own delay in reading the answer. */
  let fastestMs = Infinity;
  let answers = 0;

  function spokenIn(conversation: string): Spoken {
    const spoken = conversations.get(conversation) ?? { requests: [], lastProgressAt: -Infinity, heldUntil: -Infinity };
    keepRecent(conversations, conversation, spoken, maxConversations);
    return spoken;
  }

  return {
    /** When a request that can wait may go; now or earlier means at once. */
    freeAt: (now: number): number =>
      windowFreeAt(tenant, { ...tenantWindow, limit: tenantWindow.limit - waiting }, now),
    /** When the next request in this conversation is allowed; now or earlier means at once. */
    allowedAt(conversation: string, speech: Speech, now: number): number {
      const spoken = conversations.get(conversation);
      const requests = spoken?.requests ?? [];
      const isAnswer = speech === 'answer';
      const allowed = Math.max(
        spoken?.heldUntil ?? -Infinity,
        isAnswer ? windowFreeAt(tenant, tenantWindow, now) : -Infinity,
        ...conversationWindows.map(({ lengthMs, answer, message }) =>
          windowFreeAt(requests, { lengthMs, limit: isAnswer ? answer : message }, now),
        ),
      );
      if (speech !== 'progress' || !spoken) return allowed;
      const used = requests.filter((request) => countedAt(request, now) > now - 30_000).length;
      return Math.max(allowed, spoken.lastProgressAt + progressGapMs * (used > 36 ? 3 : used > 18 ? 2 : 1));
    },
    /** Takes the slot of one request. */
    take(taken: number): Slot {
      const request: Request = { leftAt: taken, countedAt: undefined };
      tenant = [...tenant.filter((each) => countedAt(each, taken) > taken - 2_000), request];
      let spoken: Spoken | undefined;
      let hasLeft = false;
      return {
        use(conversation, progress) {
          if (spoken) return;
          spoken = spokenIn(conversation);
          spoken.requests = [...spoken.requests.filter((each) => countedAt(each, taken) > taken - longestMs), request];
          if (progress) spoken.lastProgressAt = request.leftAt;
        },
        markLeft(now) {
          if (hasLeft) return;
          hasLeft = true;
          request.leftAt = now;
        },
        markEnded(now) {
          if (request.countedAt !== undefined) return;
          if (!hasLeft) {
            tenant = tenant.filter((each) => each !== request);
            if (spoken) spoken.requests = spoken.requests.filter((each) => each !== request);
          }
          const tookMs = now - request.leftAt;
          fastestMs = Math.min(fastestMs + forgettingMs, tookMs);
          request.countedAt = request.leftAt + tookMs - (++answers > fewAnswers ? fastestMs / 2 : 0);
        },
      };
    },
    /** Something was sent there before this limit started counting. */
    recall(conversation: string, at: number): void {
      const request: Request = { leftAt: at, countedAt: at };
      tenant = [...tenant, request];
      spokenIn(conversation).requests.push(request);
    },
    /** The chat tool asked for a pause there. */
    hold(conversation: string, until: number): void {
      const spoken = spokenIn(conversation);
      spoken.heldUntil = Math.max(spoken.heldUntil, until);
    },
    /** For each paused conversation, how many milliseconds of the pause are left. */
    silencesMs: (now: number): readonly number[] =>
      [...conversations.values()].flatMap(({ heldUntil }) => (heldUntil > now ? [heldUntil - now] : [])),
    /** While an answer waits, other requests leave room for it; call the result when it is sent. */
    answerWaits(): () => void {
      waiting++;
      let waits = true;
      return () => {
        if (waits) waiting--;
        waits = false;
      };
    },
  };
}

function countedAt({ leftAt, countedAt: known }: Request, now: number): number {
  return known ?? Math.max(leftAt, Math.min(now, leftAt + maxUnderwayMs));
}

/** When the oldest request that fills the window leaves it. */
function windowFreeAt(requests: readonly Request[], { limit, lengthMs }: Window, now: number): number {
  if (requests.length < limit) return -Infinity;
  const times = requests.map((request) => countedAt(request, now)).sort((a, b) => a - b);
  return (times[times.length - Math.max(1, limit)] ?? 0) + lengthMs + guardMs;
}
