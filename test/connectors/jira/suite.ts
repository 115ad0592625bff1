import type { TicketTracker } from '../../../src/connectors/contract';
import { jiraConnector } from '../../../src/connectors/jira';
import { target } from '../contract';
import type { ContractSuite, Tried } from '../contract';
import { bind } from '../open-connection';
import { asked } from '../run-requests';
import { dateOf, statusOf } from './world';

const ticket = { key: 'ticket:1', title: 'Slow', description: 'Since noon', notes: [], ...asked };
const issue = {
  key: 'SHOP-12',
  fields: { summary: 'Slow', status: statusOf('To Do'), created: dateOf(1), updated: dateOf(1) },
};
const readBefore = (path = ''): object =>
  path.includes('/transitions') ? { transitions: [{ id: '31', to: statusOf('Done') }] } : issue;
const of =
  (call: (tickets: TicketTracker) => Promise<unknown>): Tried['call'] =>
  (connection) =>
    call(bind(connection, 'tickets', { project: '{service}' }, target));

export const jiraSuite: ContractSuite = {
  connector: jiraConnector,
  settings: { edition: 'cloud', rejected: [] },
  templates: {
    sent: [
      {
        fields: /^tickets\.project$/,
        call: (connection, place) => bind(connection, 'tickets', { project: 'a{service}' }, place).open(ticket),
        becomes: (value) => value.toUpperCase(),
      },
      {
        fields: /^tickets\.issueType$/,
        call: (connection, place) =>
          bind(connection, 'tickets', { project: 'SHOP', issueType: '{service}' }, place).open(ticket),
      },
    ],
  },
  reads: {
    // First, since it’s a single request.
    'a search': { call: of((tickets) => tickets.findTicket(ticket)) },
    'a ticket': { call: of((tickets) => tickets.read('SHOP-12')), canBeMissing: true },
  },
  writes: {
    'a new ticket': { call: of((tickets) => tickets.open(ticket)) },
    'a comment': {
      call: of((tickets) => tickets.comment('SHOP-12', { key: 'comment:1', text: 'On it', ...asked })),
      ...{ readsBefore: { total: 0, comments: [] }, needsNoAnswer: true },
    },
    'a move': {
      call: of((tickets) => tickets.move('SHOP-12', 'done', asked.by)),
      ...{ readsBefore: readBefore, needsNoAnswer: true },
    },
  },
};
