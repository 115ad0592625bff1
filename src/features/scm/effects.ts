import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { FeatureDependencies } from '../contract';
import { nextReminderAt, reminderKey, reminderWorkflow } from './workflow';
import type { ReminderVerdict, ReviewReminder } from './workflow';

/** The reminders of reviewers in the store, and their messages. */

export type Reminders = ReturnType<typeof openReminders>;

export function openReminders(deps: FeatureDependencies) {
  const { outbox, clock } = deps;
  const { apply, records } = openWorkflow(deps, reminderWorkflow, (): ActivityOf<ReviewReminder, ReminderVerdict> => ({
    effects: {
      post: ({ id, value }) =>
        outbox.put({
          key: reminderKey(id, value),
          destination: { to: 'place', placeId: value.placeId },
          content: { text: value.text, mentions: value.mentions },
          ...{ revision: 1, final: true, onBehalfOf: value.by.id },
        }),
    },
  }));
  const last = async (service: string): Promise<ReviewReminder | undefined> => (await records.get(service))?.value;

  return {
    last,
    /** Whether they can be reminded now. */
    async isDue(service: string): Promise<boolean> {
      const known = await last(service);
      return known === undefined || clock.now() >= nextReminderAt(known);
    },
    /** Reminds at most once a day, whoever asks; the reminder of the last day, and whether it's the one of this turn. */
    async remind(service: string, reminder: Omit<ReviewReminder, 'at' | 'number'>) {
      const { stored } = await apply(service, { type: 'remind', reminder }, {});
      if (!stored) throw new Error('A reminder was not stored');
      return { isOurs: stored.value.turn === reminder.turn, reminder: stored.value };
    },
  };
}
