import { readAll } from '../../store/read-all';
import type { Command, Feature, PersonalData } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { cancel, list, make } from './commands';
import type { Talk } from './commands';
import { runSchedule } from './perform';
import { dueSchedule, nextMoment, schedulesSpec } from './record';
import type { Schedule } from './record';
import { readEvery, readOnce, readRemind } from './spoken';

const kind = 'schedules';

/** What is to be looked at or said at its time. `commands` is asked late, when every feature is there. */
export function createSchedules(
  deps: FeatureDependencies,
  needs: Omit<Talk, 'deps' | 'schedules'>,
): { feature: Feature } {
  const { clock } = deps;
  const schedules = deps.store.collection(schedulesSpec);
  const talk: Talk = { deps, schedules, ...needs };
  deps.sweeper.register<Schedule>({
    name: kind,
    collection: schedules,
    perform: (record, effect) => runSchedule(talk, record, effect),
    wakesWithinMs(schedule) {
      const now = clock.now();
      const next = nextMoment(schedule, now);
      return next === undefined ? undefined : next - now;
    },
    wake: async ({ id }, now) => void (await schedules.update(id, (each) => dueSchedule(each, now))),
  });
  const command = (
    name: string,
    summary: string,
    rest: Pick<Command, 'operation' | 'arguments' | 'examples' | 'refusesSecrets' | 'run'>,
  ): Command => ({
    name,
    summary,
    topic: 'Talk',
    right: 'view',
    inManifest: false,
    ...rest,
  });
  const once = (name: string, summary: string, example: string): Command =>
    command(name, summary, {
      operation: 'schedule',
      arguments: [{ name: 'plan', kind: 'text', summary: 'when, and what then', required: true }],
      examples: [example],
      refusesSecrets: true,
      run: (turn, { plan = '' }) =>
        make(talk, turn, (timeZone) => readOnce(`${name} ${plan}`, { now: clock.now(), timeZone })),
    });
  const feature: Feature = {
    name: kind,
    commands: [
      command('every', 'Looks or reminds again and again, on these days at this time', {
        operation: 'schedule',
        arguments: [{ name: 'plan', kind: 'text', summary: 'which days, at what time, and what then', required: true }],
        examples: ['every weekday at 9 health of shop', 'every Friday at 16:00 remind us to write the notes'],
        refusesSecrets: true,
        run: (turn, { plan = '' }) => make(talk, turn, () => readEvery(plan)),
      }),
      once('in', 'Looks or reminds after a while', 'in 2 hours remind me to look at the graphs'),
      once('at', 'Looks or reminds at a time', 'at 16:30 remind me to go home'),
      once('on', 'Looks or reminds on a day', 'on Friday at 16:00 remind us to write the notes'),
      once('tomorrow', 'Looks or reminds tomorrow', 'tomorrow at 9 remind me to ask Noor'),
      command('remind', 'Reminds you or everybody here, once or again and again', {
        operation: 'schedule',
        arguments: [{ name: 'plan', kind: 'text', summary: 'whom, of what and when', required: true }],
        examples: ['remind me to look at the graphs in 2 hours', 'remind us every Friday at 16:00 to write the notes'],
        refusesSecrets: true,
        run: (turn, { plan = '' }) => make(talk, turn, (timeZone) => readRemind(plan, { now: clock.now(), timeZone })),
      }),
      {
        ...command('schedules', 'What is planned here', {
          operation: 'look',
          arguments: [],
          examples: ['schedules'],
          run: (turn) => list(talk, turn),
        }),
        topic: 'Look',
      },
      command('cancel schedule', 'Ends a schedule', {
        operation: 'cancel-schedule',
        arguments: [{ name: 'number', kind: 'word', summary: 'its number', required: true }],
        examples: ['cancel schedule 3'],
        run: (turn, { number = '' }) => cancel(talk, turn, number),
      }),
    ],
    personalData: [dataOf(talk)],
  };
  return { feature };
}

function dataOf({ schedules }: Talk): PersonalData {
  const ofPerson = (person: string) => readAll(schedules, { where: { person } });
  return {
    name: 'schedules',
    exportOf: async (personId) =>
      (await ofPerson(personId)).map(({ value: { number, when, does, place, state, madeAt } }) => ({
        number,
        when: when.kind === 'once' ? new Date(when.at).toISOString() : when.words,
        what: 'line' in does ? does.words : does.text,
        place: place.name,
        state,
        madeAt: new Date(madeAt).toISOString(),
      })),
    async deleteOf(personId) {
      const all = await ofPerson(personId);
      for (const { id } of all) await schedules.remove(id);
      return all.length;
    },
  };
}
