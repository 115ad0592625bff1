import { contentOf, turnOnBehalfOf } from '../../chat/contract';
import type { Content, Person, Place } from '../../chat/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { mayAnywhere } from '../../core/catalog/rights';
import { ConflictError } from '../../core/errors';
import { idFrom } from '../../core/keys';
import { plainText } from '../../core/text';
import { describeWhen } from '../../core/time/clock';
import { defineWorkflow, openWorkflow } from '../../workflows';
import type { ActivityOf, Change, Circumstance, EffectCall, StoredEffect } from '../../workflows';
import type { FeatureDependencies, LaterTurns } from '../contract';
import { nextAfter } from './parse';
import type { When } from './parse';

/** A line that will run. `alias`: what was typed instead; later changes of the alias change nothing here. */
export interface TimedLine {
  readonly line: string;
  readonly words: string;
  readonly alias?: string;
}

/** Something that happens at a moment, or repeatedly. */
export interface Schedule {
  /** The number that people use for it. */
  readonly number: number;
  readonly person: Person;
  readonly place: Place;
  readonly thread: string | undefined;
  readonly when: When;
  readonly timeZone: string;
  /** It is the person's time zone, not the team's. */
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
interface RunEffect {
  readonly kind: 'run';
  readonly key: string;
  readonly number: number;
  /** The scheduled moment, and when it was noticed. */
  readonly was: number;
  readonly now: number;
}

/** Undefined: nothing changes. */
type ScheduleVerdict = Change<Schedule, RunEffect> | undefined;

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
 * Its moment has come: it happens once, however many moments have passed. If a clock that was ahead postponed it, it only gets its next moment back.
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
    // Always the same key, so a run that had to wait doesn't happen twice as time passes.
    effects: [{ kind: 'run', key: 'run', number: runs, was: wakeAt, now }],
  };
}

function endSchedule(schedule: Schedule, state: 'cancelled' | 'stopped', now: number): ScheduleVerdict {
  if (schedule.state === 'cancelled' || schedule.state === 'stopped') return undefined;
  if (state === 'cancelled' && schedule.state === 'over') return undefined;
  return { record: { ...schedule, wakeAt: undefined, state, endedAt: now } };
}

/**
 * The next moment of a repeating schedule, by the current clock; undefined if only one moment was named, and while the last run's moment isn't known.
 * Setting the clock back repeats no moment.
 */
function nextMoment({ when, timeZone, runs, ranFor }: Schedule, now: number): number | undefined {
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

/** The first schema stored the number of a run in the key of its effect: `run:3`. */
function effectFromFirstSchema({ key, detail, ...effect }: StoredEffect): StoredEffect {
  return { ...effect, key: 'run', detail: { ...detail, number: Number(key.split(':')[1]) } };
}

export type ScheduleStore = ReturnType<typeof createScheduleStore>;

/** Stores schedules and runs those that are due. A run repeated after a crash shows the same messages, because scheduled commands change nothing. */
export function createScheduleStore(deps: FeatureDependencies, runLine: LaterTurns['runLine']) {
  const { clock } = deps;
  const effects: ActivityOf<Schedule, ScheduleVerdict>['effects'] = {
    async run(call) {
      const why = await runOnce(deps, runLine, call);
      if (why === undefined) return;
      const { id, value } = call;
      const what = plainText('line' in value.does ? value.does.words : value.does.text, 200);
      await show(deps, `schedule:${id}:stopped`, value, {
        text: `@[0] **Schedule ${value.number} didn’t run and was canceled** (${what}): ${why}. If you still want it, create a new one.`,
        mentions: [value.person],
      });
      await end(id, 'stopped');
    },
  };
  const { apply, records } = openWorkflow(deps, scheduleWorkflow, (workflow) => ({
    effects,
    wake: async ({ id }) => void (await workflow.apply(id, { type: 'time' }, {})),
    wakesWithinMs(schedule) {
      const now = clock.now();
      const next = nextMoment(schedule, now);
      return next === undefined ? undefined : next - now;
    },
  }));

  /** Whether this call ended it. */
  async function end(id: string, state: 'cancelled' | 'stopped'): Promise<boolean> {
    return (await apply(id, { type: 'end', state }, {})).changed;
  }

  return {
    records,
    end,
    /** Stores a new schedule under the next free number; returns the existing one if this id exists. */
    async make(id: string, schedule: Omit<Schedule, 'number'>): Promise<Schedule> {
      for (;;) {
        const [last] = (await records.find({ orderBy: 'number', descending: true, limit: 1 })).items;
        const numbered = { ...schedule, number: (last?.value.number ?? 0) + 1 };
        try {
          const { stored } = await apply(id, { type: 'make', schedule: numbered }, {});
          return stored?.value ?? numbered;
        } catch (error) {
          // Somebody else took this number first.
          if (!(error instanceof ConflictError)) throw error;
        }
      }
    },
  };
}

/** A delay beyond this is mentioned. */
const lateMs = 5 * 60_000;

/** Why it ends without a run; undefined: it ran, or it has already ended. */
async function runOnce(
  deps: FeatureDependencies,
  runLine: LaterTurns['runLine'],
  { id, value, effect }: EffectCall<Schedule, RunEffect>,
): Promise<string | undefined> {
  const { person, place, thread, does, state } = value;
  if (state === 'cancelled' || state === 'stopped') return undefined;
  const gone = await findWhyGone(deps, value);
  if (gone !== undefined) return gone;
  const { number, was, now } = effect;
  const late =
    now - was > lateMs
      ? ` (late: it was due ${describeWhen(was, now, value.timeZone)}, when Gavel wasn’t running; missed runs aren’t made up)`
      : '';
  const key = `schedule:${id}:run:${number}`;
  if ('remind' in does) {
    const what = `${plainText(does.text, 500)}${late}`;
    const from = plainText(person.name, 60);
    const text = does.remind === 'me' ? `@[0] Reminder: ${what}` : `**Reminder from ${from}**: ${what}`;
    await show(deps, key, value, { text, ...(does.remind === 'me' && { mentions: [person] }) });
    return undefined;
  }
  let outcome = 'done';
  const correlationId = idFrom('schedule', id, `run:${number}`);
  const turn = turnOnBehalfOf({ person, place, thread, trigger: 'typed', correlationId, receivedAt: now });
  const reply = await runLine(turn, does.line, (ended) => (outcome = ended));
  const name = plainText(person.name, 60);
  if (outcome === 'refused') return `${name} no longer has the permission, or what it is about no longer exists`;
  if (outcome === 'not understood' || outcome === 'asked back') return 'I no longer understand its line';
  const content = contentOf(reply);
  if (!content) return undefined;
  const text = `**Schedule ${value.number}** by ${name}: \`${plainText(does.words, 200)}\`${late}`;
  await show(deps, `${key}:lead`, value, { text });
  await show(deps, key, value, content);
  return undefined;
}

/** Nothing is done in the name of people who can't view anything anymore or have left the place. */
async function findWhyGone({ catalog, isStillIn }: FeatureDependencies, value: Schedule): Promise<string | undefined> {
  const name = plainText(value.person.name, 60);
  if (!mayAnywhere(catalog(), value.person.id, 'view')) return `${name} can no longer view anything`;
  if (value.place.kind === 'personal' || !isStillIn || (await isStillIn(value.person.id, value.place.id)))
    return undefined;
  return `${name} is no longer here`;
}

async function show({ outbox }: FeatureDependencies, key: string, value: Schedule, content: Content): Promise<void> {
  const { place, thread } = value;
  await outbox.put({ key, destination: { to: 'place', placeId: place.id, thread }, content, revision: 1, final: true });
}
