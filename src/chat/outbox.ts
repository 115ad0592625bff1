import type { Clock } from '../core/clock';
import { StoreUnavailableError } from '../core/errors';
import type { Logger } from '../core/logger';
import type { Collection, Store, Stored } from '../store/contract';
import type { Destination, Outbox, OutboxMessage } from './contract';
import { createLanes } from './lanes';
import type { Turnout } from './lanes';
import { fateOf, messageCollection } from './message-record';
import type { MessageRecord } from './message-record';
import { createOutboxAhead } from './outbox-ahead';
import { createAlerts } from './outbox-alerts';
import type { AlertCounts } from './outbox-alerts';
import { createIntake, ownLaneOf } from './outbox-intake';
import { createLead } from './outbox-lead';
import type { OutboxLeases } from './outbox-lead';
import { createLostPlaces } from './outbox-lost-places';
import type { PlaceOwners } from './outbox-lost-places';
import { recallSent } from './outbox-recall';
import { createTwins } from './outbox-twins';
import type { Twins } from './outbox-twins';
import { createOutboxWork } from './outbox-work';
import { createPace } from './pace';
import type { Pace } from './pace';
import type { MessageSender } from './sender';

export interface OutboxOptions {
  readonly store: Store;
  readonly sender: MessageSender;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shared with whatever else speaks to the chat tool; one of its own unless told. */
  readonly pace?: Pace;
  /** Needed where several instances share the store. */
  readonly leases?: OutboxLeases;
  /** Who is told when a place no longer lets Gavel in. */
  readonly owners?: PlaceOwners;
  /** How long a place that shuts Gavel out is tried again before its owner is told; ten minutes unless told. */
  readonly lostPlaceGraceMs?: number;
  /** Least time between progress edits in one conversation, where no pace is given; 2000 unless told. */
  readonly progressGapMs?: number;
  /** How often it looks for what another instance or a crash left; 250 unless told. */
  readonly pollMs?: number;
  /** How many alerts are kept in memory for the time when the store is down; 1000 unless told. */
  readonly mostAlertsKept?: number;
  /** A message that nobody knows is looked at again so long after it was seen; longer than a post may take: 12000 unless told. */
  readonly secondLookMs?: number;
}

export interface RunningOutbox extends Outbox, Omit<Twins, 'stop'> {
  start(): void;
  /** Resolves when what is being sent has an answer; the rest waits in the store. */
  stop(): Promise<void>;
  /** Resolves when nothing is in work and nothing may be sent now. */
  idle(): Promise<void>;
  /** What waits outside the store because it is down, and what was given up for want of room. */
  alertCounts(): AlertCounts;
}

const ordinaryAtOnce = 200;
const alertsAtOnce = 500;
/** With fewer alerts than these at hand it looks for more. */
const alertsAtHand = 50;
const downPauseMs = 1_000;
const ownersEachMs = 2_000;

/** Describes become sends: ordered, paced, repeated without harm, recorded before anything leaves. */
export function createOutbox(options: OutboxOptions): RunningOutbox {
  const { store, sender, clock, logger, pollMs = 250 } = options;
  const messages: Collection<MessageRecord> = store.collection(messageCollection);
  const take = createIntake(messages, clock);
  const ahead = createOutboxAhead(messages, clock);
  const pace = options.pace ?? createPace(options.progressGapMs ?? 2_000);
  const listeners: { prefix: string; listener: (key: string, destination: Destination) => Promise<void> }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();
  let ownersToldAt = -Infinity;
  let stopping = false;
  let storeDown = false;

  const lead = createLead({
    leases: options.leases,
    clock,
    logger,
    onGaining: () => recallSent(messages, pace, work.conversationOf, clock),
    onGained: () => void pollSafely(),
  });
  const lost = createLostPlaces({
    store,
    owners: options.owners,
    graceMs: options.lostPlaceGraceMs ?? 600_000,
    clock,
    logger,
    put,
  });
  const work = createOutboxWork({
    messages,
    sender,
    pace,
    lost,
    clock,
    logger,
    leads: lead.held,
    isStopping: () => stopping,
    isSentElsewhere: (key) => alerts.isInWork(key),
    async undeliverable(key, destination) {
      for (const { prefix, listener } of listeners) if (key.startsWith(prefix)) await listener(key, destination);
    },
    onTry(key, change) {
      if (typeof change === 'function') alerts.changed(key, change);
      else alerts.inWork(key, change === 'begins');
    },
  });
  const { attempt, conversationOf } = work;
  const mostKept = options.mostAlertsKept ?? 1_000;
  const alerts = createAlerts({ messages, pace, clock, logger, mostKept, attempt, conversationOf });
  const lanes = createLanes({
    clock,
    logger,
    roomAt: (elapsed) => (storeDown ? elapsed + downPauseMs : pace.roomAt(elapsed)),
    step: (lane) => work.step(lane).catch(afterStepFailed),
  });

  function afterStepFailed(error: unknown): number {
    if (!(error instanceof StoreUnavailableError)) throw error;
    noticeDown(error);
    return clock.now() + downPauseMs;
  }

  /** The store does not answer: alerts go on from memory, everything else waits for it. */
  function noticeDown(error: unknown): void {
    if (!storeDown) logger.error({ error }, 'The store is down; alerts are sent from memory');
    storeDown = true;
    alerts.sendWaiting();
  }

  async function lookForStore(): Promise<void> {
    await messages.find({ orderBy: 'dueAt', limit: 1 });
    await alerts.drain();
    storeDown = false;
    logger.warn(alerts.counts(), 'The store is back');
  }

  async function put(message: OutboxMessage): Promise<void> {
    if (message.alert !== true) return record(message);
    if (storeDown) return keepAlert(message);
    try {
      await record(message);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      keepAlert(message);
      noticeDown(error);
    }
  }

  function keepAlert(message: OutboxMessage): void {
    alerts.keep(message, ownLaneOf(message.destination));
    alerts.sendWaiting();
  }

  async function record(message: OutboxMessage): Promise<void> {
    const stored = await take(message);
    if (!stored || !lead.held()) return;
    if (stored.value.alert === true) alerts.accepted(stored.value);
    lanes.kick(stored.value.lane, turnoutOf(stored.value));
    // The embedded store answers without a pause: a thousand wishes in a row must not keep the first from being sent.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function poll(): Promise<void> {
    if (storeDown) await lookForStore();
    if (alerts.counts().unwritten > 0) await alerts.drain();
    if (!lead.held()) {
      alerts.leaveToStore();
      return lead.seek();
    }
    // Their lanes may already wait for the time that was wrong.
    for (const { value } of await ahead.takeBack()) lanes.kick(value.lane, turnoutOf(value));
    const due = { atMost: clock.now() };
    const found = await messages.find({
      where: { ordinaryDueAt: due },
      orderBy: 'ordinaryDueAt',
      limit: ordinaryAtOnce,
    });
    wake(found.items);
    if (lanes.queued() < alertsAtHand)
      wake((await messages.find({ where: { alertDueAt: due }, orderBy: 'alertDueAt', limit: alertsAtOnce })).items);
    if (clock.elapsed() - ownersToldAt < ownersEachMs) return;
    ownersToldAt = clock.elapsed();
    await lost.tellOwners();
  }

  function wake(records: readonly Stored<MessageRecord>[]): void {
    for (const { value } of records) if (!lanes.isWaiting(value.lane)) lanes.kick(value.lane, turnoutOf(value));
    lanes.pump();
  }

  async function pollSafely(): Promise<void> {
    try {
      await poll();
    } catch (error) {
      if (error instanceof StoreUnavailableError) noticeDown(error);
      else logger.error({ error }, 'The store could not be searched for due messages');
    }
  }

  function next(): void {
    timer = setTimeout(() => {
      polling = pollSafely().finally(() => timer && next());
    }, pollMs);
  }

  const twins = createTwins({ store, messages, sender, clock, logger, secondLookMs: options.secondLookMs });
  return {
    put,
    async fate(key) {
      const found = await messages.get(key);
      return found && fateOf(found.value);
    },
    onUndeliverable: (prefix, listener) => void listeners.push({ prefix, listener }),
    start() {
      lead.seek();
      next();
    },
    async stop() {
      stopping = true;
      twins.stop();
      clearTimeout(timer);
      timer = undefined;
      await polling;
      await lanes.stop();
      await lead.stop();
      const unwritten = await alerts.stop();
      if (unwritten > 0) logger.error({ unwritten }, 'Alerts are lost: the store did not come back before the end');
    },
    async idle() {
      do {
        await lanes.settled();
        await poll();
      } while (lanes.busy() > 0);
    },
    alertCounts: alerts.counts,
    reveal: twins.reveal,
    remember: twins.remember,
  };
}

function turnoutOf({ alert }: MessageRecord): Turnout {
  return alert === true ? 'later' : 'first';
}
