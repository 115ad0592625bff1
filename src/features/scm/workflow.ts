import type { Person } from '../../chat/contract';
import { defineWorkflow } from '../../workflows';
import type { Change, Circumstance } from '../../workflows';

/** The last reminder of the reviewers of a service. Its id is the service. */
export interface ReviewReminder {
  readonly by: Person;
  /** The channel that it's posted to. */
  readonly placeId: string;
  /** Markdown, with `@[0]` for the first of `mentions`. */
  readonly text: string;
  readonly mentions: readonly Person[];
  /** The turn that asked for it: the same click delivered again reminds nobody. */
  readonly turn: string;
  readonly at: number;
  /** How many there were. */
  readonly number: number;
}

interface ReminderEvent {
  readonly type: 'remind';
  readonly reminder: Omit<ReviewReminder, 'at' | 'number'>;
}

/** Undefined: they were reminded less than a day ago. */
export type ReminderVerdict = Change<ReviewReminder, { readonly kind: 'post' }> | undefined;

const dayMs = 86_400_000;

/** When the reviewers can be reminded again. */
export const nextReminderAt = ({ at }: Pick<ReviewReminder, 'at'>): number => at + dayMs;

/** The key of its message. */
export const reminderKey = (service: string, { number }: Pick<ReviewReminder, 'number'>): string =>
  `reviews:${service}:${number}`;

export const reminderWorkflow = defineWorkflow({
  name: 'review-reminders',
  collection: {
    name: 'review-reminders',
    schema: 1,
    indexes: {},
    expiresAt: ({ at }: ReviewReminder) => at + 30 * dayMs,
  },
  transition(
    last: ReviewReminder | undefined,
    { reminder }: ReminderEvent,
    { now }: Pick<Circumstance, 'now'>,
  ): ReminderVerdict {
    if (last && now < nextReminderAt(last)) return undefined;
    return { record: { ...reminder, at: now, number: (last?.number ?? 0) + 1 }, effects: [{ kind: 'post' }] };
  },
});
