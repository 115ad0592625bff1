import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import { fillTemplate, text } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import type { Ticket, TicketTracker } from '../contract';
import type { TrackerClient } from './client';
import { TicketAnswer, TicketsAnswer } from './schema';
import type { TicketEntry } from './schema';

/** The tickets of a project of the tracker. */

export const ticketsBinding = z.strictObject({
  /** The service in capital letters if omitted. */
  project: text.optional(),
});

/** Projects have up to 20 capital letters and digits, and begin with a letter. */
export function projectOf({ project }: z.output<typeof ticketsBinding>, target: Target): string {
  const named = project ? fillTemplate(project, target) : target.service;
  return named
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '')
    .replace(/^\d+/, '')
    .slice(0, 20);
}

export function bindTickets(
  name: string,
  client: TrackerClient,
  binding: z.output<typeof ticketsBinding>,
  target: Target,
): TicketTracker {
  const project = projectOf(binding, target);
  const ticketFrom = (entry: TicketEntry): Ticket => readTicket(entry, client.base());

  async function entryOf(id: string): Promise<TicketEntry | undefined> {
    try {
      return await client.json({ kind: 'read', path: ['api', 'tickets', id] }, TicketAnswer);
    } catch (error) {
      if (error instanceof ConnectorError && error.failure === 'not found') return undefined;
      throw error;
    }
  }
  const send = (path: readonly string[], json: object): Promise<TicketEntry> =>
    client.json({ kind: 'once', path: ['api', ...path], body: { json } }, TicketAnswer);

  return {
    place: project,
    readId(written) {
      const id = written.trim().toUpperCase();
      return new RegExp(`^${project}-[1-9]\\d{0,6}$`).test(id) ? id : undefined;
    },
    open: async ({ key, title, description, notes, by }) =>
      ticketFrom(await send(['projects', project, 'tickets'], { key, title, description, notes, by: by.name })),
    async findTicket({ key }) {
      const call = { kind: 'read', path: ['api', 'projects', project, 'tickets'], query: { key } } as const;
      const found = (await client.json(call, TicketsAnswer)).tickets.find((each) => each.key === key);
      return found ? { found: 'ticket', ticket: ticketFrom(found) } : { found: 'none' };
    },
    async read(id) {
      const found = await entryOf(id);
      return found && ticketFrom(found);
    },
    // The tracker adds a comment of the same key once.
    comment: async (id, { key, text: words, by }) =>
      void (await send(['tickets', id, 'comments'], { key, text: words, by: by.name })),
    async move(id, to, by) {
      const before = await entryOf(id);
      if (!before) throw new ConnectorError(name, 'not found', `there is no ticket ${id}`);
      if (before.category === to) return ticketFrom(before);
      const way = before.moves.find(({ category }) => category === to);
      if (!way) throw new ConnectorError(name, 'refused', refusalOf(before));
      return ticketFrom(await send(['tickets', id, 'status'], { status: way.status, by: by.name }));
    },
  };
}

function refusalOf({ id, status, moves }: TicketEntry): string {
  return `${id} is “${status}”; from there, it can become ${moves.map((each) => `“${each.status}”`).join(' or ')}`;
}

/** `base`: where the tracker's pages are. Pure. */
function readTicket(
  { id, title, category, status, assignee, updatedAt, moves, path }: TicketEntry,
  base: string,
): Ticket {
  return {
    ...{ id, title, status, state: category, url: `${base}${path}`, updatedAt },
    ...(assignee !== '' && { assignee }),
    moves: [...new Set(moves.map((each) => each.category))],
  };
}
