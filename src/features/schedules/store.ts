import { ConflictError } from '../../core/errors';
import { openWorkflow } from '../../workflows';
import type { ActivityOf, Workflow } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { nextMoment, scheduleWorkflow } from './workflow';
import type { Schedule, ScheduleEvent, ScheduleVerdict } from './workflow';

export interface ScheduleStore {
  readonly records: Workflow<Schedule, ScheduleEvent, { readonly now: number }, ScheduleVerdict>['records'];
  /** Keeps a new schedule under the next free number; the one that is kept under this id already, if there is one. */
  make(id: string, schedule: Omit<Schedule, 'number'>): Promise<Schedule>;
  /** Whether this ended it. */
  end(id: string, state: 'cancelled' | 'stopped'): Promise<boolean>;
}

export function createScheduleStore(
  deps: FeatureDependencies,
  effectsOf: (schedules: ScheduleStore) => ActivityOf<Schedule, ScheduleVerdict>['effects'],
): ScheduleStore {
  const { clock } = deps;
  const schedules: ScheduleStore = {
    get records() {
      return workflow.records;
    },
    async make(id, schedule) {
      for (;;) {
        const [last] = (await workflow.records.find({ orderBy: 'number', descending: true, limit: 1 })).items;
        const numbered = { ...schedule, number: (last?.value.number ?? 0) + 1 };
        try {
          const { stored } = await workflow.apply(id, { type: 'make', schedule: numbered }, {});
          return stored?.value ?? numbered;
        } catch (error) {
          // Somebody was faster with this number.
          if (!(error instanceof ConflictError)) throw error;
        }
      }
    },
    end: async (id, state) => (await workflow.apply(id, { type: 'end', state }, {})).changed,
  };
  const workflow = openWorkflow(deps, scheduleWorkflow, ({ apply }) => ({
    effects: effectsOf(schedules),
    wake: async ({ id }) => void (await apply(id, { type: 'time' }, {})),
    wakesWithinMs(schedule) {
      const now = clock.now();
      const next = nextMoment(schedule, now);
      return next === undefined ? undefined : next - now;
    },
  }));
  return schedules;
}
