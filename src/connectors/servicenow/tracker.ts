import { z } from 'zod';
import type { Target } from '../../core/catalog/rights';
import { fillTemplate, text } from '../../core/catalog/templates';
import { ConnectorError } from '../../core/errors';
import { cutAtWord, webAddress } from '../../core/text';
import type { Ticket, TicketNote, TicketState, TicketTracker } from '../contract';
import { markOf } from '../finding/marks';
import type { ServiceNowClient } from './client';
import type { Incident } from './schema';

/** Incidents as tickets. */

export const incidentsBinding = z.strictObject({
  /** The name of the group that new incidents are assigned to. */
  assignmentGroup: text.optional(),
});

interface TrackerParts {
  /** The name of the connection. */
  readonly name: string;
  readonly client: ServiceNowClient;
  /** The address of the instance, without a slash at its end. */
  readonly site: string;
  readonly numberPrefix: string;
  readonly closeCode: string;
}

const maxTitleLength = 160;

/** The states that the incident table comes with. */
const stateByValue: ReadonlyMap<string, TicketState> = new Map([
  ['1', 'open'],
  ['2', 'doing'],
  ['3', 'doing'],
  ['6', 'done'],
  ['7', 'done'],
  ['8', 'rejected'],
]);
const valueByState: Readonly<Record<TicketState, string>> = { open: '1', doing: '2', done: '6', rejected: '8' };

/** One that is resolved can be reopened; one that is closed or canceled can’t. */
function movesFrom({ value }: Incident['state']): readonly TicketState[] {
  if (value === '6') return ['doing'];
  if (value === '1') return ['doing', 'done', 'rejected'];
  return value === '2' || value === '3' ? ['open', 'done', 'rejected'] : [];
}

function ticketOfIncident(incident: Incident, site: string): Ticket {
  const { sys_id, number, short_description, state, assigned_to, sys_updated_on } = incident;
  return {
    ...{ id: number, title: short_description.value, state: stateByValue.get(state.value) ?? 'open' },
    ...{ status: state.display_value, updatedAt: sys_updated_on, moves: movesFrom(state) },
    ...(assigned_to.display_value !== '' && { assignee: assigned_to.display_value }),
    url: `${site}/incident.do?sys_id=${sys_id}`,
  };
}

/** ServiceNow shows what is between these words as HTML. */
function escapeCode(words: string): string {
  return words.replace(/\[(?=\/?code\])/gi, '[\u200B');
}

function writeNotes(words: string, notes: readonly TicketNote[]): string {
  const lines = notes.map((note) => [note.text, webAddress(note.url)].filter((part) => part !== '').join(': '));
  return [words.trim(), ...lines]
    .filter((part) => part !== '')
    .map(escapeCode)
    .join('\n\n');
}

export function bindTickets(
  { name, client, site, numberPrefix, closeCode }: TrackerParts,
  { assignmentGroup }: z.output<typeof incidentsBinding>,
  target: Target,
): TicketTracker {
  const group = assignmentGroup && fillTemplate(assignmentGroup, target);

  function readId(written: string): string | undefined {
    const id = written.trim().toUpperCase();
    return id.startsWith(numberPrefix) && /^\d{4,15}$/.test(id.slice(numberPrefix.length)) ? id : undefined;
  }

  /** Without a number, a query would find anything. */
  async function incidentOf(id: string): Promise<Incident | undefined> {
    const number = readId(id);
    return number === undefined ? undefined : (await client.find('number', number))[0];
  }

  async function needIncident(id: string): Promise<Incident> {
    const incident = await incidentOf(id);
    if (!incident) throw new ConnectorError(name, 'not found', `there is no incident ${id}`);
    return incident;
  }

  return {
    place: group ?? 'Incidents',
    readId,
    async open({ key, title, description, notes }) {
      const incident = await client.create({
        ...{ short_description: cutAtWord(title, maxTitleLength), description: writeNotes(description, notes) },
        ...{ correlation_id: markOf(key), correlation_display: 'Gavel' },
        ...(group !== undefined && { assignment_group: group }),
      });
      return ticketOfIncident(incident, site);
    },
    async findTicket({ key }) {
      const mark = markOf(key);
      const found = (await client.find('correlation_id', mark)).find(
        ({ correlation_id }) => correlation_id.value === mark,
      );
      if (found) return { found: 'ticket', ticket: ticketOfIncident(found, site) };
      // What Gavel’s user can’t see isn’t refused, it’s left out.
      const visible = await client.readAny();
      return { found: visible && 'correlation_id' in visible ? 'none' : 'cannot tell' };
    },
    async read(id) {
      const found = await incidentOf(id);
      return found && ticketOfIncident(found, site);
    },
    async comment(id, { key, text: words, by }) {
      const { sys_id } = await needIncident(id);
      const mark = markOf(key);
      if ((await client.notes(sys_id)).includes(mark)) return;
      await client.change(sys_id, { work_notes: writeNotes(words, [{ text: `${by.name} with Gavel (${mark})` }]) });
    },
    async move(id, to, by) {
      const incident = await needIncident(id);
      const before = ticketOfIncident(incident, site);
      if (before.state === to) return before;
      if (!before.moves.includes(to))
        throw new ConnectorError(name, 'refused', `${id} can’t become that from “${before.status}”`);
      const note = `${by.name} with Gavel`;
      const after = await client.change(incident.sys_id, {
        ...{ state: valueByState[to], work_notes: escapeCode(note) },
        ...((to === 'done' || to === 'rejected') && { close_code: closeCode, close_notes: escapeCode(note) }),
      });
      const ticket = ticketOfIncident(after, site);
      // A field that Gavel’s user can’t write is left as it is, and the call succeeds.
      if (ticket.state !== to) throw new ConnectorError(name, 'refused', `${id} stays “${ticket.status}”`);
      return ticket;
    },
  };
}
