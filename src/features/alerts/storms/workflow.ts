import { defineWorkflow } from '../../../workflows';
import type { Change, Circumstance } from '../../../workflows';

/** Many alerts at once: one card shows them until it has been calm for two minutes. One record counts for all instances. Pure. */

export interface Storm {
  /** Tells one storm from the next; 0 before the first. */
  readonly number: number;
  /** When alerts opened in the last minute, oldest first. */
  readonly openings: readonly number[];
  readonly state: 'calm' | 'storm';
  /** When the first alert of the latest storm opened. */
  readonly since: number;
  readonly lastAt: number;
  /** When it was over. */
  readonly endedAt?: number | undefined;
  /** The channels that have its card. */
  readonly placeIds: readonly string[];
  readonly drawnAt: number;
  /** Something has opened since it was drawn. */
  readonly isStale?: boolean;
  readonly wakeAt?: number | undefined;
}

type StormEvent = { readonly type: 'open'; readonly placeId: string | undefined } | { readonly type: 'time' };

type StormEffect = { readonly kind: 'card' | 'release'; readonly topic: 'card' | 'release' };
export type StormVerdict = Change<Storm, StormEffect> | undefined;

const windowMs = 60_000;
/** More alerts than these in a minute are a storm. */
export const stormAfter = 10;
/** Two minutes, and time for the reading of the sources that is due then: what it finds ended needs no card anymore. */
const calmMs = 130_000;
/** Its card changes at most this often. */
const drawEveryMs = 5_000;
const maxPlaces = 20;

export const stormWorkflow = defineWorkflow({
  name: 'alert-storms',
  collection: { name: 'alert-storms', schema: 1, indexes: {} },
  transition: stormTransition,
});

const calm: Storm = { number: 0, openings: [], state: 'calm', since: 0, lastAt: 0, placeIds: [], drawnAt: 0 };

function stormTransition(
  known: Storm | undefined,
  event: StormEvent,
  { now }: Pick<Circumstance, 'now'>,
): StormVerdict {
  const storm = known ?? calm;
  return event.type === 'open' ? noteOpening(storm, event.placeId, now) : passTime(storm, now);
}

function noteOpening(storm: Storm, placeId: string | undefined, now: number): StormVerdict {
  const openings = [...storm.openings.filter((at) => at > now - windowMs && at <= now), now].slice(-stormAfter - 1);
  const isBegun = storm.state === 'storm';
  const isStorm = isBegun || openings.length > stormAfter;
  if (!isStorm) return { record: { ...storm, openings } };
  const before = isBegun ? storm.placeIds : [];
  const placeIds =
    placeId === undefined || before.includes(placeId) ? before : [...before, placeId].slice(0, maxPlaces);
  const next: Storm = {
    ...{ number: isBegun ? storm.number : storm.number + 1, openings, state: 'storm', lastAt: now, placeIds },
    since: isBegun ? storm.since : (openings[0] ?? now),
    drawnAt: isBegun ? storm.drawnAt : 0,
    isStale: true,
  };
  return drawSoon(next, now);
}

function passTime(storm: Storm, now: number): StormVerdict {
  if (storm.state === 'calm') return { record: { ...storm, wakeAt: undefined } };
  if (now < storm.lastAt + calmMs) return drawSoon(storm, now);
  return {
    record: { ...storm, state: 'calm', openings: [], endedAt: now, wakeAt: undefined },
    effects: [
      { kind: 'card', topic: 'card' },
      { kind: 'release', topic: 'release' },
    ],
  };
}

/** Draws it now, or once that isn't too often. */
function drawSoon(storm: Storm, now: number): StormVerdict {
  const endsAt = storm.lastAt + calmMs;
  if (!storm.isStale) return { record: { ...storm, wakeAt: endsAt } };
  if (now - storm.drawnAt < drawEveryMs)
    return { record: { ...storm, wakeAt: Math.min(endsAt, storm.drawnAt + drawEveryMs) } };
  return {
    record: { ...storm, drawnAt: now, isStale: false, wakeAt: endsAt },
    effects: [{ kind: 'card', topic: 'card' }],
  };
}
