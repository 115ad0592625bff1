import type { TicketTracker } from '../../../src/connectors/contract';
import { sandboxTicketsConnector } from '../../../src/connectors/sandbox-tickets';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import { bind } from '../open-connection';
import { asked } from '../run-requests';

const ticket = { key: 'K-1', title: 'Slow', description: 'Since noon', notes: [], ...asked };
const entry = {
  ...{ id: 'SHOP-12', key: 'K-0', title: 'Slow', status: 'To do', category: 'open', updatedAt: 1 },
  ...{ moves: [{ status: 'Done', category: 'done' }], path: '/tickets/SHOP-12' },
};
const of =
  (call: (tickets: TicketTracker) => Promise<unknown>): Tried['call'] =>
  (connection) =>
    call(bind(connection, 'tickets', {}, target));

export const sandboxTicketsSuite: ContractSuite = {
  connector: sandboxTicketsConnector,
  templates: {
    sent: [
      {
        fields: /^tickets\.project$/,
        call: (connection, place) => bind(connection, 'tickets', { project: 'a{service}' }, place).open(ticket),
        becomes: (value) => value.toUpperCase().replace(/[^A-Z0-9]/g, ''),
      },
    ],
  },
  reads: {
    'a ticket': { call: of((tickets) => tickets.read('SHOP-12')), canBeMissing: true },
    'a search': { call: of((tickets) => tickets.findTicket(ticket)) },
  },
  writes: {
    'a new ticket': { call: of((tickets) => tickets.open(ticket)) },
    'a comment': { call: of((tickets) => tickets.comment('SHOP-12', { key: 'K-2', text: 'On it', ...asked })) },
    'a move': { call: of((tickets) => tickets.move('SHOP-12', 'done', asked.by)), readsBefore: entry },
  },
};
