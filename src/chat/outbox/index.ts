import type { Clock } from '../../core/time/clock';
import { StoreUnavailableError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Collection, Store, Stored } from '../../store/contract';
import type { Destination, Outbox, OutboxMessage } from '../contract';
import { createLanes } from './lanes';
import { fateOf, messageCollection } from './record';
import type { MessageRecord } from './record';
import { onFailed } from './tries';
import { createOutboxAhead } from './ahead';
import { noticeOf } from './given-up';
import { createIntake } from './intake';
import { createLeader } from './leader';
import type { OutboxLeases } from './leader';
import { createUnreachablePlaces } from './unreachable-places';
import type { PlaceOwners } from './unreachable-places';
import { recallSent } from './recall';
import { createDuplicates } from './duplicates';
import type { Duplicates } from './duplicates';
import { createOutboxWork } from './work';
import { createRateLimit } from '../rate-limit';
import type { RateLimit } from '../rate-limit';
import type { MessageSender, SendError } from '../sender';

export interface OutboxOptions {
  readonly store: Store;
  readonly sender: MessageSender;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shared with whatever else speaks to the chat tool; one of its own unless told. */
  readonly rateLimit?: RateLimit;
  /** Needed where several instances share the store. */
  readonly leases?: OutboxLeases;
  /** Who is told when a place no longer lets Gavel in. */
  readonly owners?: PlaceOwners;
  /** How long a place that shuts Gavel out is tried again before its owner is told; ten minutes unless told. */
  readonly lostPlaceGraceMs?: number;
  /** Least time between progress edits in one conversation, where no rate limit is given; 2000 unless told. */
  readonly progressGapMs?: number;
  /** How often it looks for what another instance or a crash left; 250 unless told. */
  readonly pollMs?: number;
  /** A message that nobody knows is looked at again so long after it was seen; longer than a post may take: 12000 unless told. */
  readonly secondLookMs?: number;
  /** From 0 to 1: the jitter of pauses; `Math.random` unless told. */
  readonly random?: () => number;
}

export interface RunningOutbox extends Outbox, Omit<Duplicates, 'stop'> {
  /** Takes over a message that somebody tried beside the outbox and that failed like this; its tries count. */
  handOver(message: OutboxMessage, error: SendError): Promise<void>;
  /** Something was posted there beside the outbox, so what waits for this place goes on at once. */
  reached(placeId: string): void;
  start(): void;
  /** Resolves when what is being sent has an answer; the rest waits in the store. */
  stop(): Promise<void>;
  /** Resolves when nothing is in work and nothing may be sent now. */
  idle(): Promise<void>;
}

const dueAtOnce = 500;
const downPauseMs = 1_000;
const ownersEachMs = 2_000;

/** Describes become sends: ordered, paced, repeated without harm, recorded before anything leaves. */
export function createOutbox(options: OutboxOptions): RunningOutbox {
  const { store, sender, clock, logger, pollMs = 250, random = Math.random } = options;
  const messages: Collection<MessageRecord> = store.collection(messageCollection);
  const take = createIntake(messages, clock);
  const ahead = createOutboxAhead(messages, clock);
  const rateLimit = options.rateLimit ?? createRateLimit(options.progressGapMs ?? 2_000);
  const listeners: { prefix: string; listener: (key: string, destination: Destination) => Promise<void> }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();
  let ownersToldAt = -Infinity;
  let stopping = false;
  let storeDown = false;

  const leader = createLeader({
    leases: options.leases,
    clock,
    logger,
    onGaining: () => recallSent(messages, rateLimit, work.conversationOf, clock),
    onGained: () => void pollSafely(),
  });
  const unreachable = createUnreachablePlaces({
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
    rateLimit,
    unreachable,
    clock,
    logger,
    random,
    leads: leader.isLeader,
    isStopping: () => stopping,
    rememberNameless: (placeId) => duplicates.remember({ placeId }),
    tellGivenUp,
  });
  const lanes = createLanes({
    clock,
    logger,
    roomAt: (elapsed) => (storeDown ? elapsed + downPauseMs : rateLimit.freeAt(elapsed)),
    step: (lane) => work.step(lane).catch(afterStepFailed),
  });

  function afterStepFailed(error: unknown): number {
    if (!(error instanceof StoreUnavailableError)) throw error;
    noticeDown(error);
    return clock.now() + downPauseMs;
  }

  function noticeDown(error: unknown): void {
    if (!storeDown) logger.error({ error }, 'The store is down; messages wait for it');
    storeDown = true;
  }

  async function tellGivenUp(record: MessageRecord): Promise<void> {
    const { key, destination } = record;
    for (const { prefix, listener } of listeners) if (key.startsWith(prefix)) await listener(key, destination);
    const owner = record.onBehalfOf && (await options.owners?.ownerOf(work.conversationOf(record)));
    const notice = noticeOf(record, owner ? owner.placeName : undefined);
    if (notice) await put(notice);
  }

  function put(message: OutboxMessage): Promise<void> {
    return record(message);
  }

  async function record(message: OutboxMessage, after?: (fresh: MessageRecord) => MessageRecord): Promise<void> {
    const stored = await take(message, after);
    if (!stored || !leader.isLeader()) return;
    lanes.kick(stored.value.lane);
    // The embedded store answers without a pause: a thousand messages in a row must not keep the first from being sent.
    await new Promise((resolve) => setImmediate(resolve));
  }

  async function poll(): Promise<void> {
    if (storeDown) {
      await messages.find({ orderBy: 'dueAt', limit: 1 });
      storeDown = false;
      logger.warn({}, 'The store is back');
    }
    if (!leader.isLeader()) return leader.seek();
    // Their lanes may already wait for the time that was wrong.
    for (const { value } of await ahead.takeBack()) lanes.kick(value.lane);
    const where = { dueAt: { atMost: clock.now() } };
    wake((await messages.find({ where, orderBy: 'dueAt', limit: dueAtOnce })).items);
    if (clock.elapsed() - ownersToldAt < ownersEachMs) return;
    ownersToldAt = clock.elapsed();
    await unreachable.tellOwners();
  }

  function wake(records: readonly Stored<MessageRecord>[]): void {
    for (const { value } of records) if (!lanes.isWaiting(value.lane)) lanes.kick(value.lane);
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

  const duplicates = createDuplicates({ store, messages, sender, clock, logger, secondLookMs: options.secondLookMs });
  return {
    put,
    handOver: (message, error) => record(message, (fresh) => onFailed(fresh, error, clock.now(), { random: random() })),
    reached(placeId) {
      const lane = `place ${placeId}`;
      work.arrived(lane);
      lanes.kick(lane);
      unreachable
        .reached(placeId)
        .catch((error: unknown) => logger.debug({ error }, 'A unreachable place stays marked'));
    },
    async fate(key) {
      const found = await messages.get(key);
      return found && fateOf(found.value);
    },
    onUndeliverable: (prefix, listener) => void listeners.push({ prefix, listener }),
    start() {
      leader.seek();
      next();
    },
    async stop() {
      stopping = true;
      duplicates.stop();
      clearTimeout(timer);
      timer = undefined;
      await polling;
      await lanes.stop();
      await leader.stop();
    },
    async idle() {
      do {
        await lanes.settled();
        await poll();
      } while (lanes.busy() > 0);
    },
    reportSeen: duplicates.reportSeen,
    remember: duplicates.remember,
  };
}
