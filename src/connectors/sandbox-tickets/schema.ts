import { z } from 'zod';

/** What of the tracker's answers is used. */

const state = z.enum(['open', 'doing', 'done', 'rejected']);

export const TicketAnswer = z.object({
  id: z.string().regex(/^[A-Z][A-Z0-9]{0,19}-\d{1,7}$/),
  key: z.string(),
  title: z.string(),
  status: z.string(),
  category: state,
  assignee: z.string().default(''),
  updatedAt: z.number(),
  moves: z.array(z.object({ status: z.string(), category: state })),
  path: z.string().startsWith('/tickets/'),
});
export type TicketEntry = z.output<typeof TicketAnswer>;

export const TicketsAnswer = z.object({ tickets: z.array(TicketAnswer) });
export const ProjectAnswer = z.object({ project: z.string() });

/** What the tracker's process writes about itself. */
export const TrackerRecord = z.object({ port: z.number().int().min(1).max(65_535) });
