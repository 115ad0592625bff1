import type { Logger } from '../../core/telemetry/logger';
import { createSparingLog } from '../../core/telemetry/logger';
import { keepRecent } from '../../core/keys';
import type { Clock } from '../../core/time/clock';
import type { AlertHook } from '../contract';
import type { SystemEvent } from '../contract/hooks';
import type { OpenConnections } from '../systems';
import { digestOf, refuseBody, refuseHead } from './verify';

/**
 * The door for outside systems that call Gavel. What they say is a hint: it is verified, stored, answered, and then the truth is read from the system
 * itself. Nothing that arrives here approves or starts anything.
 */

/** One call as it arrives. */
export interface HookCall {
  /** The name of the connection that the address names. */
  readonly connection: string;
  /** `name` in lower case. */
  header(name: string): string | undefined;
  /** The raw body, or the status to refuse it with. Nothing is read before this. */
  body(): Promise<Buffer | 408 | 413>;
}

/** Senders try again after 503, and give up after anything from 400 to 499. */
export interface HookAnswer {
  readonly status: number;
  readonly retryAfterSeconds?: number;
}

/** Stores what a system said. `digest` is the same for the same call. `full`: it has to come again later. */
export type TakeHook = (connection: string, digest: string, hook: AlertHook) => Promise<'taken' | 'known' | 'full'>;

interface HookDoorOptions {
  readonly connections: Pick<OpenConnections, 'get'>;
  readonly take: TakeHook;
  /** Reads from the system what an event says has changed; resolves when that is done. */
  readonly lookAt: (connection: string, event: SystemEvent) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Together they are small enough to be held in memory. */
const maxInProgress = 32;
/** Verified calls of one connection: as many at once, and as many per second after that. */
const rate = { burst: 100, perSecond: 20 };
const later: HookAnswer = { status: 503, retryAfterSeconds: 2 };

/** Never rejects. */
export function createHookDoor({ connections, take, lookAt, clock, logger }: HookDoorOptions) {
  const events = createEventDoor({ lookAt, clock, logger });
  const limit = createRateLimit(clock);
  const sparing = createSparingLog(clock, 10_000);
  let inProgress = 0;

  function refuse(status: number, connection: string, why: string): HookAnswer {
    sparing.say(why, (leftOut) =>
      logger.warn(
        { connection: connection.slice(0, 60), why, ...(leftOut > 0 && { leftOut }) },
        'A hook was refused; check its secret and its address',
      ),
    );
    return { status };
  }

  async function answer(call: HookCall): Promise<HookAnswer> {
    const { connection } = call;
    const open = connections.get(connection);
    const { hook: proof, alerts, events: told } = open ?? {};
    // Strangers aren't told which connections there are.
    if (!proof || !(alerts?.readHook ?? told)) return refuse(401, connection, 'no such connection takes hooks');
    const badHead = refuseHead(proof, call, clock.now());
    if (badHead !== undefined) return refuse(401, connection, badHead);
    const body = await call.body();
    if (typeof body === 'number') return refuse(body, connection, body === 413 ? 'too large' : 'too slow');
    const badBody = refuseBody(proof, call, body);
    if (badBody !== undefined) return refuse(401, connection, badBody);
    if (!limit.take(connection)) return later;
    const text = body.toString('utf8');
    const event = await told?.read(text, (name) => call.header(name));
    if (event) return events(connection, event);
    const hook = await alerts?.readHook?.(text);
    if (!hook) return refuse(400, connection, 'not what this kind of system sends');
    const result = await take(connection, digestOf(connection, proof, call, body), hook);
    return result === 'full' ? later : { status: 200 };
  }

  return async (call: HookCall): Promise<HookAnswer> => {
    if (inProgress >= maxInProgress) return later;
    inProgress += 1;
    try {
      return await answer(call);
    } catch (error) {
      logger.error({ error, connection: call.connection.slice(0, 60) }, 'A hook could not be stored');
      return later;
    } finally {
      inProgress -= 1;
    }
  };
}

const maxWorkedOff = 2_000;

/**
 * Answers at once and works an event off afterwards, so that no system waits for its own answers. A delivery counts as known only when that is done: until
 * then, the same one again is welcome. Whatever gets lost on the way is found by the next look that is due anyway.
 */
function createEventDoor({ lookAt, clock, logger }: Pick<HookDoorOptions, 'lookAt' | 'clock' | 'logger'>) {
  const workedOff = new Map<string, true>();
  const sparing = createSparingLog(clock, 600_000);

  async function workOff(connection: string, event: SystemEvent, key: string | undefined): Promise<void> {
    try {
      await lookAt(connection, event);
      if (key !== undefined) keepRecent(workedOff, key, true, maxWorkedOff);
    } catch (error) {
      logger.warn({ error, connection, event: event.name }, 'What a system told could not be looked at');
    }
  }

  return (connection: string, event: SystemEvent): HookAnswer => {
    const { name, delivery, isUnused } = event;
    const key = delivery === undefined ? undefined : `${connection} ${delivery}`;
    if (isUnused)
      sparing.say(`${connection} ${name}`, () =>
        logger.info({ connection, event: name }, 'A system sends events that Gavel doesn’t use'),
      );
    else if (key === undefined || !workedOff.has(key)) void workOff(connection, event, key);
    return { status: 200 };
  };
}

/** A bucket for each connection that fills up again. Only verified calls count, so strangers can't empty it. */
function createRateLimit(clock: Clock) {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(connection: string): boolean {
      const now = clock.elapsed();
      const { left, at } = buckets.get(connection) ?? { left: rate.burst, at: now };
      const filled = Math.min(rate.burst, left + ((now - at) / 1_000) * rate.perSecond);
      buckets.set(connection, { left: filled < 1 ? filled : filled - 1, at: now });
      return filled >= 1;
    },
  };
}
