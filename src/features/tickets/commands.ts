import { createHash } from 'node:crypto';
import { listTopic } from '../../chat/contract';
import type { Command, Reply, Turn } from '../../chat/contract';
import { cannotSee } from '../../core/catalog/refusals';
import { UserError } from '../../core/errors';
import { newId } from '../../core/keys';
import { cleanText, enumerate, plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import { ticketCard, ticketDraftTopic, ticketsCard, ticketTopic } from './cards';
import type { TicketRecord } from './contract';
import type { TicketParts } from './effects';
import { couldBeId, findInTools, maySeeTicket, placesToOpen, requireTracker } from './facts';
import type { MetTicket } from './facts';
import { readTypedTicket } from './parse';
import { showOrReport } from './troubles/actions';
import { readTroubleLabel } from './troubles/facts';
import { ticketAddress } from './workflow';

/** `ticket` and `tickets`. Nothing is opened here: a button of the draft does that. */

export function ticketCommands(parts: TicketParts): Command[] {
  return [
    {
      name: 'ticket open',
      synonyms: ['ticket', 'new ticket', 'open ticket', 'file ticket', 'create ticket', 'ticket show', 'show ticket'],
      phrasings: ['open|create|file a [new] ticket [about] {title}', 'what is the status of ticket {title}'],
      operation: 'open-ticket',
      asksFirst: true,
      topic: 'Look',
      right: 'view',
      summary: 'Open a ticket after a preview, or show one by its number',
      arguments: [
        {
          ...{ name: 'title', kind: 'text', label: 'Title', required: true },
          summary: 'what it’s about, or the number of a ticket; then “for” and a service',
        },
      ],
      examples: ['ticket Checkout is slow for shop', 'ticket SHOP-12', 'ticket #12 of shop', 'ticket D-1042'],
      run: (turn, { title = '' }) => showOrPrepare(parts, turn, title),
    },
    {
      name: 'ticket list',
      synonyms: ['tickets', 'list tickets'],
      phrasings: [
        'list|show [all|open] tickets [of|for] [{service}]',
        'which|what tickets are [still] open [for|of] [{service}]',
      ],
      operation: 'look',
      topic: 'Look',
      right: 'view',
      summary: 'List tickets opened with Gavel, open ones first',
      shows: ['tickets', 'granted-rights'],
      arguments: [{ name: 'service', kind: 'service', keyword: 'of', summary: 'only tickets of this service' }],
      examples: ['tickets', 'tickets shop'],
      run: (turn, { service }) => listTickets(parts, turn, service),
    },
  ];
}

async function showOrPrepare(parts: TicketParts, turn: Turn, line: string): Promise<Reply> {
  const { deps } = parts;
  const typed = readTypedTicket(deps.catalog(), line);
  if (couldBeId(deps, turn.person.id, typed.title, typed.service))
    return showTyped(parts, turn, typed.title, typed.service);
  const trouble = readTroubleLabel(typed.title);
  if (trouble) return showOrReport(parts, turn, trouble);
  const title = cleanText(typed.title, 200);
  if (title === '')
    throw new UserError(
      'A ticket needs a title. Nothing was opened. For example, type `ticket Checkout is slow for shop`.',
    );
  const places = placesToOpen(deps, turn.person.id);
  const service = typed.service ?? (places.length === 1 ? places[0]?.service : undefined);
  if (service === undefined) throw whichService(parts, turn, title, places);
  const { environment } = requireTracker(deps, turn, 'deploy', { service, environment: typed.environment });
  const { id, value } = await parts.tickets.prepare(newId(), {
    ...{ service, environment, saysEnvironment: typed.environment !== undefined },
    ...{ title, description: '', requester: turn.person },
    ...{ placeId: turn.place.id, thread: turn.thread, correlationId: turn.correlationId },
  });
  return { ...ticketCard(deps, id, value, turn.person.id), about: ticketDraftTopic(id) };
}

function whichService(
  { deps }: TicketParts,
  turn: Turn,
  title: string,
  places: readonly { readonly service: string }[],
): Error {
  const [first] = places;
  if (first) {
    const names = places.slice(0, 8).map(({ service }) => plainText(service, 40));
    return new UserError(
      `Which service is the ticket about: ${enumerate(names, 'or')}? Nothing was opened. For example, type \`ticket ${plainText(title, 60)} for ${plainText(first.service, 40)}\`.`,
    );
  }
  const [known] = Object.keys(deps.catalog().services);
  if (known === undefined) return cannotSee(deps.catalog());
  requireTracker(deps, turn, 'deploy', { service: known });
  return new UserError(
    'No service is linked to a ticket tool. An administrator can add a `tickets` binding to the catalog.',
  );
}

async function showTyped(parts: TicketParts, turn: Turn, typed: string, service: string | undefined): Promise<Reply> {
  const found = await findInTools(parts.deps, turn.person.id, typed, service);
  const [first, second] = found;
  if (!first) throw new UserError(`There is no ticket ${plainText(typed, 60)}. Type \`tickets\` to see the latest.`);
  if (second) {
    const names = found
      .slice(0, 8)
      .map((each) => `\`ticket ${plainText(typed, 20)} of ${plainText(each.service, 40)}\``);
    throw new UserError(
      `Several services have a ticket with the ID ${plainText(typed, 20)}. Type ${enumerate(names, 'or')}.`,
    );
  }
  const { id, value } = await meet(parts, turn, first);
  return { ...ticketCard(parts.deps, id, value, turn.person.id), about: ticketTopic(id) };
}

/** The record of a ticket that was found in its tool, as it is there now. */
async function meet({ tickets }: TicketParts, turn: Turn, met: MetTicket): Promise<Stored<TicketRecord>> {
  const { service, environment, tracker, ticket } = met;
  const address = ticketAddress(tracker.connection, service, ticket.id);
  const { items } = await tickets.records.find({ where: { ticket: address }, limit: 1 });
  const id = items[0]?.id ?? createHash('sha256').update(address).digest('hex').slice(0, 32);
  const about = { service, environment, saysEnvironment: false, title: cleanText(ticket.title, 200), description: '' };
  const from = { placeId: turn.place.id, thread: turn.thread, correlationId: turn.correlationId };
  await tickets.apply(id, { type: 'meet', met: { ...about, ...from }, connection: tracker.connection, ticket });
  const { stored } = await tickets.apply(id, { type: 'see', ticket });
  if (!stored) throw new Error('A ticket was not stored');
  return stored;
}

const looked = 300;
const shown = 40;

async function listTickets({ deps, tickets }: TicketParts, turn: Turn, service: string | undefined): Promise<Reply> {
  const where = service === undefined ? {} : { where: { service } };
  const { items } = await tickets.records.find({ ...where, orderBy: 'preparedAt', descending: true, limit: looked });
  const listed = items.filter(
    ({ value }) =>
      value.requester !== undefined &&
      ['opening', 'open', 'unclear', 'failed'].includes(value.phase) &&
      maySeeTicket(deps, turn.person.id, value),
  );
  const isClosed = ({ value: { phase, ticket } }: Stored<TicketRecord>): boolean =>
    phase === 'failed' || ticket?.state === 'done' || ticket?.state === 'rejected';
  const inOrder = [...listed.filter((each) => !isClosed(each)), ...listed.filter(isClosed)].slice(0, shown);
  const about = service === undefined ? '' : ` of ${plainText(service, 40)}`;
  return {
    ...ticketsCard(deps, turn, inOrder, about),
    about: listTopic(service === undefined ? 'tickets' : `tickets ${service}`, ['tickets', 'granted-rights']),
  };
}
