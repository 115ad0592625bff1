import type { TicketTracker } from '../../../src/connectors/contract';
import { servicenowConnector } from '../../../src/connectors/servicenow';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import { bind } from '../open-connection';
import { asked } from '../run-requests';

const request = { key: 'ticket:1', title: 'Slow', description: 'Since noon', notes: [], ...asked };
const field = (value: string) => ({ value, display_value: value });
const incident = { sys_id: field('a'.repeat(32)), number: field('INC0010001'), state: field('1') };
const readBefore = (path = ''): object =>
  path.includes('/incident?') ? { result: [incident] } : { result: { work_notes: field('') } };
const of =
  (call: (tickets: TicketTracker) => Promise<unknown>): Tried['call'] =>
  (connection) =>
    call(bind(connection, 'tickets', {}, target));

export const servicenowSuite: ContractSuite = {
  connector: servicenowConnector,
  settings: { numberPrefix: 'INC', closeCode: 'Solution provided' },
  templates: {
    sent: [
      {
        fields: /^tickets\.assignmentGroup$/,
        call: (connection, place) => bind(connection, 'tickets', { assignmentGroup: '{service}' }, place).open(request),
      },
    ],
  },
  reads: {
    'a ticket': { call: of((tickets) => tickets.read('INC0010001')) },
    'a search': { call: of((tickets) => tickets.findTicket(request)) },
  },
  writes: {
    'a new ticket': { call: of((tickets) => tickets.open(request)) },
    'a comment': {
      call: of((tickets) => tickets.comment('INC0010001', { key: 'comment:1', text: 'On it', ...asked })),
      readsBefore: readBefore,
    },
    'a move': { call: of((tickets) => tickets.move('INC0010001', 'done', asked.by)), readsBefore: readBefore },
  },
};
