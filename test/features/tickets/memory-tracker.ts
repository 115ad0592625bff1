import type { Bound, Systems, Ticket, TicketState, TicketTracker } from '../../../src/connectors/contract';
import { ConnectorError } from '../../../src/core/errors';
import type { ConnectorFailure } from '../../../src/core/errors';
import type { Clock } from '../../../src/core/time/clock';

/** A tracker in memory that can fail, for tests of chat: connectors are tested with real ones. */

type Method = 'open' | 'findTicket' | 'read' | 'comment' | 'move';

export interface MemoryTracker {
  readonly tracker: Bound<TicketTracker>;
  /** By id, with the key of each. */
  readonly tickets: Map<string, Ticket & { readonly key: string }>;
  readonly comments: { readonly id: string; readonly key: string; readonly text: string; readonly by: string }[];
  /** What the next calls of these methods do: fail, or fail after doing it. */
  readonly faults: { readonly method: Method; readonly failure: ConnectorFailure; readonly after?: true }[];
  /** What every request for a ticket said. */
  readonly requests: {
    readonly key: string;
    readonly title: string;
    readonly notes: readonly string[];
    readonly links: readonly string[];
  }[];
}

const statuses: Readonly<Record<TicketState, string>> = {
  open: 'To do',
  doing: 'In progress',
  done: 'Done',
  rejected: 'Won’t do',
};
const movesFrom = (state: TicketState): readonly TicketState[] =>
  state === 'open' ? ['doing', 'done', 'rejected'] : state === 'doing' ? ['open', 'done', 'rejected'] : ['open'];

export function createMemoryTracker(clock: Clock): MemoryTracker {
  const tickets: MemoryTracker['tickets'] = new Map();
  const comments: MemoryTracker['comments'] = [];
  const faults: MemoryTracker['faults'] = [];
  const requests: MemoryTracker['requests'] = [];

  function answer<T>(method: Method, act: () => T): T {
    const at = faults.findIndex((each) => each.method === method);
    const [fault] = at === -1 ? [] : faults.splice(at, 1);
    if (fault && !fault.after) throw new ConnectorError('tracker', fault.failure, 'the workflow doesn’t allow it');
    const result = act();
    if (fault) throw new ConnectorError('tracker', fault.failure, 'the workflow doesn’t allow it');
    return result;
  }

  function put(ticket: Ticket & { readonly key: string }): Ticket {
    tickets.set(ticket.id, ticket);
    return ticket;
  }

  const tracker: Bound<TicketTracker> = {
    connection: 'tracker',
    place: 'SHOP',
    readId: (text) => (/^shop-\d+$/i.test(text.trim()) ? text.trim().toUpperCase() : undefined),
    open: async ({ key, title, notes }) =>
      answer('open', () => {
        requests.push({
          key,
          title,
          notes: notes.map((each) => each.text),
          links: notes.flatMap(({ url = [] }) => url),
        });
        const id = `SHOP-${tickets.size + 1}`;
        const fresh = { state: 'open', status: statuses.open, moves: movesFrom('open') } as const;
        return put({ id, key, title, ...fresh, url: `https://tracker.example/${id}`, updatedAt: clock.now() });
      }),
    findTicket: async ({ key }) =>
      answer('findTicket', () => {
        const ticket = [...tickets.values()].find((each) => each.key === key);
        return ticket ? { found: 'ticket', ticket } : { found: 'none' };
      }),
    read: async (id) => answer('read', () => tickets.get(id)),
    comment: async (id, { key, text, by }) =>
      answer('comment', () => {
        if (!comments.some((each) => each.key === key)) comments.push({ id, key, text, by: by.name });
      }),
    move: async (id, to) =>
      answer('move', () => {
        const before = tickets.get(id);
        if (!before) throw new ConnectorError('tracker', 'not found', `there is no ticket ${id}`);
        if (before.state !== to && !before.moves.includes(to))
          throw new ConnectorError('tracker', 'refused', `${id} has to be reopened first`);
        return put({ ...before, state: to, status: statuses[to], moves: movesFrom(to), updatedAt: clock.now() });
      }),
  };
  return { tracker, tickets, comments, faults, requests };
}

/** These systems, with this tracker for every service of the catalog. */
export function withTracker(systems: Systems, { tracker }: MemoryTracker): Systems {
  return { ...systems, tickets: (service) => (service === 'shop' ? tracker : undefined) };
}
