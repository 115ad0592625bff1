import fc from 'fast-check';
import type { Ticket } from '../../../src/connectors/contract';
import { ticketWorkflow } from '../../../src/features/tickets/workflow';
import { declareExample } from '../example';
import { people } from './people';

/** Tickets, with what people want done with them. */

const person = fc.constantFrom(...people);
const [dana] = people;
const subject = { service: 'shop', environment: 'production', saysEnvironment: true, title: 'Slow', description: '' };
const from = { placeId: 'channel:deployments', thread: undefined, correlationId: 'c1' };
const draft = { ...subject, ...from, requester: dana };
const begun = { type: 'open', placeId: 'channel:deployments', thread: undefined } as const;
const states = ['open', 'doing', 'done', 'rejected'] as const;
const ticketIn = (state: Ticket['state']): Ticket => ({
  ...{ id: 'SHOP-1', title: 'Slow', state, status: state, updatedAt: 0, moves: ['done'] },
});
const seen = fc.constantFrom(...states).map(ticketIn);
const key = fc.constantFrom('ticket:a:1', 'ticket:a:2');

export const tickets = declareExample({
  workflow: ticketWorkflow,
  events: {
    prepare: fc.constant({ type: 'prepare', draft } as const),
    report: fc.constant({ type: 'report', draft: { ...draft, trouble: { kind: 'run', id: 'r' }, notes: [] } } as const),
    change: fc.constant({ type: 'change', subject } as const),
    open: fc.constant(begun),
    dismiss: fc.constant({ type: 'dismiss' } as const),
    try: fc.constant({ type: 'try' } as const),
    opened: seen.map((ticket) => ({ type: 'opened', connection: 'tracker', ticket }) as const),
    fail: fc.constant({ type: 'fail', reason: 'no' } as const),
    lose: fc.constant({ type: 'lose', reason: 'nobody knows' } as const),
    meet: seen.map(
      (ticket) => ({ type: 'meet', met: { ...subject, ...from }, connection: 'tracker', ticket }) as const,
    ),
    see: fc.option(seen, { nil: undefined }).map((ticket) => ({ type: 'see', ticket }) as const),
    miss: fc.constant({ type: 'miss' } as const),
    want: fc
      .tuple(person, fc.constantFrom('0', '1'))
      .map(([by, revision]) => ({ type: 'want', by, revision, change: { kind: 'move', to: 'done' } }) as const),
    made: fc.tuple(key, seen).map(([each, ticket]) => ({ type: 'made', key: each, ticket }) as const),
    refuse: key.map((each) => ({ type: 'refuse', key: each, reason: 'no' }) as const),
  },
  context: fc.constant({}),
  wake: { event: { type: 'miss' }, context: {} },
  first: [{ type: 'prepare', draft }, begun],
});
