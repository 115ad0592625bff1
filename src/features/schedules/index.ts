import type { Feature, PersonalData } from '../../chat/contract';
import { readAll } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import { scheduleCommands } from './commands';
import type { ScheduleParts } from './plan';
import { createScheduleStore } from './store';
import type { ScheduleStore } from './store';

/** Looks and reminders at their time, once or again and again. */
export function createSchedules(
  deps: FeatureDependencies,
  needs: Omit<ScheduleParts, 'deps' | 'schedules'>,
): { readonly feature: Feature } {
  const schedules = createScheduleStore(deps, needs.runLine);
  return {
    feature: {
      name: 'schedules',
      commands: scheduleCommands({ deps, schedules, ...needs }),
      personalData: [schedulesOf(schedules)],
    },
  };
}

function schedulesOf({ records }: ScheduleStore): PersonalData {
  const ofPerson = (person: string) => readAll(records, { where: { person } });
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
      for (const { id } of all) await records.remove(id);
      return all.length;
    },
  };
}
