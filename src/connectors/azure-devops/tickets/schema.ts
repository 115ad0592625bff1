import { z } from 'zod';
import { words } from '../schema';

/** What Gavel reads of work items. */

const person = z
  .object({ displayName: words })
  .nullish()
  .transform((given) => given?.displayName ?? '');

export const WorkItem = z.object({
  id: z.number().int().positive(),
  fields: z.object({
    'System.Title': words,
    'System.State': z.string().min(1),
    'System.WorkItemType': z.string().min(1),
    'System.ChangedDate': z.string().transform((text) => Date.parse(text) || 0),
    'System.AssignedTo': person,
    'System.Tags': words,
  }),
});
export type WorkItem = z.output<typeof WorkItem>;

/** A state of a type of work items. */
export const WorkItemState = z.object({ name: z.string().min(1), category: words });
export type WorkItemState = z.output<typeof WorkItemState>;

export const WorkItemRefs = z.object({ workItems: z.array(z.object({ id: z.number().int().positive() })) });

export const WorkItemComments = z.object({ comments: z.array(z.object({ text: words })) });

export const AddedComment = z.object({ id: z.number().int() });
