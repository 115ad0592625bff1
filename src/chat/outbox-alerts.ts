import type { Clock } from '../core/clock';
import type { Logger } from '../core/logger';
import type { Collection } from '../store/contract';
import type { OutboxMessage } from './contract';
import { wished } from './message-record';
import type { MessageRecord } from './message-record';
import { isProgress } from './outbox-order';
import type { Pace, Pass } from './pace';
import type { ReadyDestination } from './sender';

export interface AlertCounts {
  /** What the store does not know yet. */
  readonly unwritten: number;
  /** Given up for want of room before they were sent. */
  readonly shed: number;
  /** Forgotten for want of room after they were sent: what comes next for them will be a new message. */
  readonly forgotten: number;
}

/**
 * The latest alerts, in memory: while the store is down they are sent from here, and what became of them is written when it is back.
 * For alerts a duplicate is better than a loss.
 */
export interface Alerts {
  /** An alert that the store has taken; it is sent from here should the store go down before it was sent. */
  accepted(record: MessageRecord): void;
  /** An alert that the store could not take. */
  keep(message: OutboxMessage, lane: string): void;
  /** What a try through the store made of it. */
  changed(key: string, change: (record: MessageRecord) => MessageRecord): void;
  /** It is being sent by a lane, or no more. */
  inWork(key: string, isInWork: boolean): void;
  /** Whether it is being sent right now. */
  isInWork(key: string): boolean;
  /** Forgets what the store has: another instance sends it. */
  leaveToStore(): void;
  /** Begins to send what waits; goes on until `drain`. */
  sendWaiting(): void;
  /** Writes into the store what happened without it. Rejects while it is down. */
  drain(): Promise<void>;
  /** Stops sending; resolves to how many would be lost. */
  stop(): Promise<number>;
  counts(): AlertCounts;
}

export interface AlertsOptions {
  readonly messages: Collection<MessageRecord>;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly logger: Logger;
  /** More than these are not kept unsent: the oldest goes, first those that the store has. */
  readonly mostKept: number;
  conversationOf(record: MessageRecord): string;
  /** Sends once; what the record becomes by that. */
  attempt(
    record: MessageRecord,
    destination: ReadyDestination | undefined,
    pass: Pass,
  ): Promise<(record: MessageRecord) => MessageRecord>;
}

interface Entry {
  record: MessageRecord;
  /** The store does not know it as it is here. */
  unwritten: boolean;
  inWork: boolean;
}

const lookMs = 50;
/** More than a minute of sending at full speed. */
const sentForEachKept = 4;

export function createAlerts(options: AlertsOptions): Alerts {
  const { messages, pace, clock, logger, mostKept } = options;
  const entries = new Map<string, Entry>();
  const underway = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let shed = 0;
  let forgotten = 0;

  function remember(record: MessageRecord, unwritten: boolean): void {
    const inWork = entries.get(record.key)?.inWork ?? false;
    entries.delete(record.key);
    entries.set(record.key, { record, unwritten, inWork });
    if (entries.size > mostKept) makeRoom();
  }

  /** What is still to be sent and what was sent have room of their own: a flood of new alerts makes nobody forget what was sent. */
  function makeRoom(): void {
    const all = [...entries.values()].filter(({ inWork }) => !inWork);
    const [sent, unsent] = [all.filter(isSent), all.filter((entry) => !isSent(entry))];
    const known = sent.filter(({ unwritten }) => !unwritten);
    if (known.length > mostKept) return forget(known[0]);
    if (sent.length - known.length > mostKept * sentForEachKept) {
      forgotten++;
      return forget(sent.find(({ unwritten }) => unwritten));
    }
    if (unsent.length <= mostKept) return;
    const safe = unsent.find(({ unwritten }) => !unwritten);
    forget(safe ?? unsent[0]);
    if (safe) return;
    shed++;
    logger.error({ message: unsent[0]?.record.key, shed }, 'An alert was shed: the store is down and too many wait');
  }

  function forget(entry: Entry | undefined): void {
    if (entry) entries.delete(entry.record.key);
  }

  function look(): void {
    const now = clock.now();
    const elapsed = clock.elapsed();
    for (const entry of entries.values()) {
      if (pace.roomAt(elapsed) > elapsed) return;
      const { record, inWork } = entry;
      const { dueAt, destination } = record;
      if (inWork || dueAt === undefined || dueAt > now || (!record.posted && destination.to === 'thread of')) continue;
      const conversation = options.conversationOf(record);
      if (pace.allowedAt(conversation, isProgress(record) ? 'progress' : 'message', elapsed) > elapsed) continue;
      const task = send(entry, conversation);
      underway.add(task);
      void task.finally(() => underway.delete(task));
    }
  }

  async function send(entry: Entry, conversation: string): Promise<void> {
    entry.inWork = true;
    const { record } = entry;
    const { destination } = record;
    const pass = pace.take(clock.elapsed());
    pass.use(conversation, isProgress(record));
    try {
      const change = await options.attempt(record, destination.to === 'thread of' ? undefined : destination, pass);
      // A listener cannot be told without the store; the lane does it later.
      entry.record = change(entry.record);
      entry.unwritten = true;
    } finally {
      pass.ended(clock.elapsed());
      entry.inWork = false;
    }
  }

  function halt(): void {
    clearInterval(timer);
    timer = undefined;
  }

  async function drain(): Promise<void> {
    for (const entry of [...entries.values()]) {
      if (!entry.unwritten || entry.inWork) continue;
      const written = entry.record;
      await messages.upsert(written.key, (stored) => merged(stored, written));
      if (entry.record === written) entry.unwritten = false;
    }
  }

  return {
    accepted: (record) => remember(record, false),
    keep(message, lane) {
      const now = clock.now();
      const record = wished(entries.get(message.key)?.record, message, lane, now, now * 1_000);
      if (record) remember(record, true);
    },
    changed(key, change) {
      const entry = entries.get(key);
      if (entry) entry.record = change(entry.record);
    },
    inWork(key, isInWork) {
      const entry = entries.get(key);
      if (entry) entry.inWork = isInWork;
    },
    isInWork: (key) => entries.get(key)?.inWork === true,
    leaveToStore() {
      for (const [key, { unwritten, inWork }] of entries) if (!unwritten && !inWork) entries.delete(key);
    },
    sendWaiting() {
      timer ??= setInterval(look, lookMs);
      look();
    },
    async drain() {
      halt();
      await drain();
    },
    async stop() {
      halt();
      await Promise.all(underway);
      await drain().catch(() => undefined);
      return [...entries.values()].filter(({ unwritten }) => unwritten).length;
    },
    counts: () => ({
      unwritten: [...entries.values()].filter(({ unwritten }) => unwritten).length,
      shed,
      forgotten,
    }),
  };
}

function isSent({ record }: Entry): boolean {
  return record.posted !== undefined && record.dueAt === undefined;
}

/** What was sent from memory counts; a newer wish in the store is still to be shown. */
export function merged(stored: MessageRecord | undefined, kept: MessageRecord): MessageRecord {
  if (!stored) return kept;
  const newer = stored.revision > kept.revision ? stored : kept;
  const { posted = stored.posted, shownRevision = stored.shownRevision } = kept;
  const doubts = Math.max(stored.ambiguous, kept.ambiguous);
  const both = { ...stored, content: newer.content, revision: newer.revision, final: newer.final, ambiguous: doubts };
  if (!posted) return { ...both, dueAt: kept.dueAt };
  const shown = shownRevision === newer.revision;
  return { ...both, posted, shownRevision, state: 'posted', dueAt: shown ? undefined : (kept.dueAt ?? 0) };
}
