import { defaultRetentionMs } from '../../core/catalog/retention';
import type { Person, Place } from '../../chat/contract';
import { dueAt } from '../../jobs/contract';
import type { PendingEffect } from '../../jobs/contract';
import type { CollectionSpec } from '../../store/contract';
import { nextAfter } from './spoken';
import type { When } from './spoken';

/** A line as it is run. `alias`: what was typed in its place; what that means later changes nothing here. */
export interface TimedLine {
  readonly line: string;
  readonly words: string;
  readonly alias?: string;
}

/** Something that is to happen at a moment, or again and again. Pure, but for being stored. */
export interface Schedule {
  /** What people call it. */
  readonly number: number;
  readonly person: Person;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly when: When;
  readonly timeZone: string;
  /** It is the time zone of the person, not of the team. */
  readonly isOwnZone?: true;
  readonly does: TimedLine | { readonly remind: 'me' | 'us'; readonly text: string };
  readonly madeAt: number;
  readonly state: 'on' | 'over' | 'cancelled' | 'stopped';
  readonly endedAt?: number;
  readonly runs: number;
  /** The moment that the last run was for. Missing in records of earlier versions. */
  readonly ranFor?: number;
  readonly pending: readonly PendingEffect[];
  readonly wakeAt?: number;
}

export const schedulesSpec: CollectionSpec<Schedule> = {
  name: 'schedules',
  schema: 1,
  indexes: {
    dueAt,
    number: ({ number }) => number,
    place: ({ place }) => place.id,
    person: ({ person }) => person.id,
    state: ({ state }) => state,
  },
  queries: [
    { orderBy: 'dueAt' },
    { where: ['number'] },
    { orderBy: 'number' },
    { where: ['person'] },
    { where: ['person', 'state'] },
    { where: ['place', 'state'] },
  ],
  unique: { number: ({ number }) => String(number) },
  expiresAt: ({ endedAt, pending }) =>
    endedAt !== undefined && pending.length === 0 ? endedAt + defaultRetentionMs('schedules') : undefined,
};

/**
 * The next moment of what happens again and again, by the clock as it is now; undefined where only one moment was named, and while it isn't
 * known what the last run was for. No moment comes twice because the clock is set back.
 */
export function nextMoment({ when, timeZone, runs, ranFor }: Schedule, now: number): number | undefined {
  if (when.kind === 'once' || (runs > 0 && ranFor === undefined)) return undefined;
  return nextAfter(when, Math.max(now, ranFor ?? 0), timeZone);
}

/**
 * Its moment has come: it happens once, however many moments have passed since. What a clock that was ahead has put off only gets its next moment
 * back.
 */
export function dueSchedule(schedule: Schedule, now: number): Schedule | undefined {
  const { wakeAt, ...rest } = schedule;
  if (schedule.state !== 'on' || wakeAt === undefined) return undefined;
  if (now < wakeAt) {
    const next = nextMoment(schedule, now);
    return next !== undefined && next < wakeAt ? { ...schedule, wakeAt: next } : undefined;
  }
  const next = nextAfter(schedule.when, now, schedule.timeZone);
  const key = `run:${schedule.runs + 1}`;
  const run: PendingEffect = { key, kind: 'run', detail: { was: wakeAt, now }, attempts: 0, dueAt: now };
  return {
    ...rest,
    runs: schedule.runs + 1,
    ranFor: wakeAt,
    // What could not be done until now is not done twice because time goes on.
    pending: schedule.pending.length > 0 ? schedule.pending : [run],
    ...(next === undefined ? { state: 'over' as const, endedAt: now } : { wakeAt: next }),
  };
}

/** No more of it; undefined when it has ended already. */
export function endedSchedule(schedule: Schedule, state: 'cancelled' | 'stopped', now: number): Schedule | undefined {
  if (schedule.state === 'cancelled' || schedule.state === 'stopped') return undefined;
  if (state === 'cancelled' && schedule.state === 'over') return undefined;
  const { wakeAt: _none, ...rest } = schedule;
  return { ...rest, state, endedAt: now };
}
