import type { Person, Place } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance, StoredEffect } from '../../workflows';
import { nextAfter } from './parse';
import type { When } from './parse';

/** A line as it is run. `alias`: what was typed in its place; what that means later changes nothing here. */
export interface TimedLine {
  readonly line: string;
  readonly words: string;
  readonly alias?: string;
}

/** Something that is to happen at a moment, or again and again. */
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
  readonly wakeAt?: number | undefined;
}

export type ScheduleEvent =
  | { readonly type: 'make'; readonly schedule: Schedule }
  | { readonly type: 'end'; readonly state: 'cancelled' | 'stopped' }
  | { readonly type: 'time' };

/** One run. */
export interface RunEffect {
  readonly kind: 'run';
  readonly key: string;
  readonly number: number;
  /** The moment that it was planned for, and when that was noticed. */
  readonly was: number;
  readonly now: number;
}

/** Undefined: nothing changes. */
export type ScheduleVerdict = Change<Schedule, RunEffect> | undefined;

export function scheduleTransition(
  schedule: Schedule | undefined,
  event: ScheduleEvent,
  { now }: Pick<Circumstance, 'now'>,
): ScheduleVerdict {
  if (event.type === 'make') return schedule ? undefined : { record: event.schedule };
  if (!schedule) return undefined;
  return event.type === 'time' ? passTime(schedule, now) : endSchedule(schedule, event.state, now);
}

/**
 * Its moment has come: it happens once, however many moments have passed since. What a clock that was ahead has put off only gets its next moment
 * back.
 */
function passTime(schedule: Schedule, now: number): ScheduleVerdict {
  const { wakeAt } = schedule;
  if (schedule.state !== 'on' || wakeAt === undefined) return undefined;
  if (now < wakeAt) {
    const next = nextMoment(schedule, now);
    return next !== undefined && next < wakeAt ? { record: { ...schedule, wakeAt: next } } : undefined;
  }
  const next = nextAfter(schedule.when, now, schedule.timeZone);
  const runs = schedule.runs + 1;
  const over = next === undefined && ({ state: 'over', endedAt: now } as const);
  return {
    record: { ...schedule, runs, ranFor: wakeAt, wakeAt: next, ...over },
    // The same key each time: what could not be done until now is not done twice because time goes on.
    effects: [{ kind: 'run', key: 'run', number: runs, was: wakeAt, now }],
  };
}

function endSchedule(schedule: Schedule, state: 'cancelled' | 'stopped', now: number): ScheduleVerdict {
  if (schedule.state === 'cancelled' || schedule.state === 'stopped') return undefined;
  if (state === 'cancelled' && schedule.state === 'over') return undefined;
  return { record: { ...schedule, wakeAt: undefined, state, endedAt: now } };
}

/**
 * The next moment of what happens again and again, by the clock as it is now; undefined where only one moment was named, and while it isn't
 * known what the last run was for. No moment comes twice because the clock is set back.
 */
export function nextMoment({ when, timeZone, runs, ranFor }: Schedule, now: number): number | undefined {
  if (when.kind === 'once' || (runs > 0 && ranFor === undefined)) return undefined;
  return nextAfter(when, Math.max(now, ranFor ?? 0), timeZone);
}

export const scheduleWorkflow = defineWorkflow({
  name: 'schedules',
  collection: {
    name: 'schedules',
    schema: 2,
    upgradeEffect: effectFromFirstSchema,
    indexes: {
      number: ({ number }) => number,
      place: ({ place }) => place.id,
      person: ({ person }) => person.id,
      state: ({ state }) => state,
    },
    queries: [
      { where: ['number'] },
      { orderBy: 'number' },
      { where: ['person'] },
      { where: ['person', 'state'] },
      { where: ['place', 'state'] },
    ],
    unique: { number: ({ number }) => String(number) },
    expiresAt: ({ endedAt }) => (endedAt === undefined ? undefined : endedAt + defaultRetentionMs('schedules')),
  },
  transition: scheduleTransition,
  isOver: ({ state }) => state !== 'on',
});

/** The first schema kept the number of a run in the key of its effect: `run:3`. */
function effectFromFirstSchema({ key, detail, ...effect }: StoredEffect): StoredEffect {
  return { ...effect, key: 'run', detail: { ...detail, number: Number(key.split(':')[1]) } };
}
