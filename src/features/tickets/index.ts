import type { Feature } from '../../chat/contract';
import type { Target } from '../../core/catalog/rights';
import type { FeatureDependencies } from '../contract';
import { ticketActions } from './actions';
import { openedCard, ticketCard, ticketDraftTopic, ticketTopic } from './cards';
import { ticketCommands } from './commands';
import type { TroubleKind, TroubleName } from './contract';
import { openTickets } from './effects';
import { describeTicketAudit } from './text';
import { reportAction } from './troubles/actions';
import type { ShownTicket, TroubleSource } from './troubles/contract';
import { createTroubles, showTicketOf } from './troubles/facts';

export type { ShownTicket, TroubleSource } from './troubles/contract';

/** The tickets about what goes wrong elsewhere, for the features where it does. */
export interface TicketLinks {
  /** Tells where things of this kind go wrong; called once for each kind. */
  register(kind: TroubleKind, source: TroubleSource): void;
  /**
   * What the card of something that went wrong in this place shows this person of its ticket; without a person, everybody. Rejects with
   * `StoreUnavailableError`.
   */
  showOn(trouble: TroubleName, place: Target, viewer: string | undefined): Promise<ShownTicket>;
}

/** What the card of something shows whose ticket nobody looked for. */
export const noTicket: ShownTicket = { facts: [], button: { title: '', id: '' } };

/** Tickets of services, in whatever tool keeps them. What is on its way continues once the sweeper of `deps` has started. */
export function createTickets(deps: FeatureDependencies): {
  readonly feature: Feature;
  readonly ticketLinks: TicketLinks;
} {
  const troubles = createTroubles();
  const tickets = openTickets(deps, troubles);
  const parts = { deps, tickets, troubles };
  deps.outbox.drawCopies(ticketTopic(''), async ({ about, person }) => {
    const id = about.slice(ticketTopic('').length);
    const found = await tickets.records.get(id);
    return found && ticketCard(deps, id, found.value, person.id);
  });
  deps.outbox.drawCopies(ticketDraftTopic(''), async ({ about, person, reference }) => {
    const id = about.slice(ticketDraftTopic('').length);
    const { value } = (await tickets.records.get(id)) ?? {};
    if (!value) return undefined;
    const isClosed = value.phase === 'draft' || value.phase === 'dismissed' || value.phase === 'expired';
    return isClosed ? ticketCard(deps, id, value, person.id) : openedCard(deps, { reference }, value);
  });
  return {
    ticketLinks: {
      register: troubles.register,
      showOn: (trouble, place, viewer) => showTicketOf(deps, tickets.records, trouble, place, viewer),
    },
    feature: {
      name: 'tickets',
      commands: ticketCommands(parts),
      actions: [...ticketActions(parts), reportAction(parts)],
      describeAudit: describeTicketAudit,
    },
  };
}
