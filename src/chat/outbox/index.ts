import { StoreUnavailableError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import type { Clock } from '../../core/time/clock';
import type { Store } from '../../store/contract';
import type { Outbox, OutboxMessage } from '../contract';
import { createRateLimit } from '../rate-limit';
import type { RateLimit } from '../rate-limit';
import type { MessageSender, SendError } from '../sender';
import { createDuplicates } from './duplicates';
import type { Duplicates } from './duplicates';
import { createGivenUpNotices } from './given-up';
import { createLaneMemory } from './lane-memory';
import { createLanes } from './lanes';
import type { Lanes } from './lanes';
import { createLeader } from './leader';
import type { Leader, OutboxLeases } from './leader';
import { createQueue } from './queue';
import type { Queue } from './queue';
import { recallSent } from './recall';
import { fateOf, messageCollection } from './record';
import type { MessageRecord } from './record';
import { onFailed } from './record/tries';
import { createUnreachablePlaces } from './unreachable-places';
import type { PlaceOwners, UnreachablePlaces } from './unreachable-places';
import { workOn } from './worker';

/**
 * Messages are put into the store first and sent from there, so that a crash loses none of them:
 *
 *     put -> queue -> (the store) -> poller -> lanes -> worker -> delivery -> the chat tool
 *
 * `queue` writes down what is to be seen. The `poller` finds the lanes in which something is due and wakes them, on the instance that is the
 * `leader`. `lanes` run one worker for each lane, as many at once as the rate limit has room for. A `worker` asks `record/order` what its lane
 * needs next, and `delivery` tries one message once; what its record becomes by the answer is decided in `record` and `record/tries`, which are pure.
 *
 * Each part uses only those before it: whatever follows from a try (a notice to whoever asked, one to the owner of a closed place) is itself put into
 * the queue, and found by the poller like everything else.
 */

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
  reportReached(placeId: string): void;
  start(): void;
  /** Resolves when what is being sent has an answer; the rest waits in the store. */
  stop(): Promise<void>;
  /** Resolves when nothing is in work and nothing may be sent now. */
  idle(): Promise<void>;
}

/** A message that is put here is posted once and edited after that, in the order and at the pace that its conversation allows. */
export function createOutbox(options: OutboxOptions): RunningOutbox {
  const { store, sender, clock, logger, owners, leases, pollMs = 250, random = Math.random } = options;
  const messages = store.collection(messageCollection);
  const rateLimit = options.rateLimit ?? createRateLimit();
  const memory = createLaneMemory(clock);
  const queue = createQueue(messages, clock);
  const prepare = (): Promise<void> => recallSent(messages, rateLimit, memory, clock);
  const leader = createLeader({ leases, logger, prepare });
  const graceMs = options.lostPlaceGraceMs ?? 600_000;
  const unreachable = createUnreachablePlaces({ store, owners, graceMs, clock, logger, queue });
  const duplicates = createDuplicates({ store, messages, sender, clock, logger, secondLookMs: options.secondLookMs });
  const givenUp = createGivenUpNotices({ queue, owners, memory });
  const seen = { memory, unreachable, duplicates, givenUp };
  const worker = { messages, sender, rateLimit, leader, ...seen, clock, logger, random };
  const lanes = createLanes({ clock, logger, freeAt: rateLimit.freeAt, step: (lane) => workOn(worker, lane) });
  const poller = createPoller({ queue, leader, lanes, unreachable, logger, pollMs });

  async function put(message: OutboxMessage, after?: (fresh: MessageRecord) => MessageRecord): Promise<void> {
    const stored = await queue.add(message, after);
    if (!stored || !leader.isLeader()) return;
    lanes.kick(stored.value.lane);
    // The embedded store answers without a pause: a thousand messages in a row must not keep the first from being sent.
    await new Promise((resolve) => setImmediate(resolve));
  }

  return {
    put: (message) => put(message),
    handOver: (message, error) => put(message, (fresh) => onFailed(fresh, error, clock.now(), { random: random() })),
    reportReached(placeId) {
      const lane = `place ${placeId}`;
      memory.noteArrival(lane);
      lanes.kick(lane);
      void unreachable.reportReached(placeId);
    },
    async fate(key) {
      const found = await messages.get(key);
      return found && fateOf(found.value);
    },
    onUndeliverable: givenUp.onUndeliverable,
    start: poller.start,
    async stop() {
      leader.beginToStop();
      duplicates.stop();
      await poller.stop();
      await lanes.stop();
      await leader.stop();
    },
    async idle() {
      do {
        await lanes.whenSettled();
        await poller.look();
      } while (lanes.busy() > 0);
    },
    reportSeen: duplicates.reportSeen,
    remember: duplicates.remember,
  };
}

interface Poller {
  start(): void;
  stop(): Promise<void>;
  /** Wakes each lane in which something is due; rejects when the store can't be searched. */
  look(): Promise<void>;
}

function createPoller(parts: {
  readonly queue: Queue;
  readonly leader: Leader;
  readonly lanes: Lanes;
  readonly unreachable: UnreachablePlaces;
  readonly logger: Logger;
  readonly pollMs: number;
}): Poller {
  const { queue, leader, lanes, unreachable, logger, pollMs } = parts;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    if (lanes.isPaused()) {
      await queue.dueLanes();
      lanes.resume();
    }
    if (!leader.isLeader()) await leader.seek();
    if (!leader.isLeader()) return;
    // Their lanes may already wait for the time that was wrong.
    for (const lane of await queue.takeBackAhead()) lanes.kick(lane);
    await wakeDue();
    if (await unreachable.tellOwners()) await wakeDue();
  }

  async function wakeDue(): Promise<void> {
    for (const lane of await queue.dueLanes()) if (!lanes.isWaiting(lane)) lanes.kick(lane);
    lanes.pump();
  }

  async function lookSafely(): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (error instanceof StoreUnavailableError) lanes.pause(error);
      else logger.error({ error }, 'The store could not be searched for due messages');
    }
  }

  function next(waitMs: number): void {
    timer = setTimeout(() => {
      polling = lookSafely().finally(() => timer && next(pollMs));
    }, waitMs);
  }

  return {
    start: () => next(0),
    look,
    async stop() {
      clearTimeout(timer);
      timer = undefined;
      await polling;
    },
  };
}
