import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { ticketActions } from './actions';
import { openedCard, ticketCard, ticketDraftTopic, ticketTopic } from './cards';
import { ticketCommands } from './commands';
import { openTickets } from './effects';
import { describeTicketAudit } from './text';

/** Tickets of services, in whatever tool keeps them. What is on its way continues once the sweeper of `deps` has started. */
export function createTickets(deps: FeatureDependencies): { readonly feature: Feature } {
  const tickets = openTickets(deps);
  const parts = { deps, tickets };
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
    feature: {
      name: 'tickets',
      commands: ticketCommands(parts),
      actions: ticketActions(parts),
      describeAudit: describeTicketAudit,
    },
  };
}
