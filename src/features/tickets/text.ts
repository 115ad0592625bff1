import type { DescribeAudit } from '../../chat/contract';
import type { TicketState } from '../../connectors/contract';
import type { StatusName } from '../../core/card';
import { lookUp } from '../../core/keys';
import { plainText, withFullStop } from '../../core/text';
import type { TicketRecord } from './contract';

/** Sentences about tickets. Outside text is escaped. */

/** What people call what a status means. */
export const stateWords: Readonly<Record<TicketState, string>> = {
  open: 'Open',
  doing: 'In progress',
  done: 'Done',
  rejected: 'Won’t do',
};

const bandNames: Readonly<Record<TicketState, StatusName>> = {
  open: 'queued',
  doing: 'running',
  done: 'done',
  rejected: 'rejected',
};

/** Which state the card's band shows, and the word for it. */
export function ticketStatus({ phase, ticket, isGone }: TicketRecord): {
  readonly name: StatusName;
  readonly word?: string;
} {
  switch (phase) {
    case 'draft':
      return { name: 'draft' };
    case 'opening':
      return { name: 'running', word: 'Opening' };
    case 'open':
      if (isGone) return { name: 'unknown', word: 'Not found' };
      return ticket ? { name: bandNames[ticket.state], word: stateWords[ticket.state] } : { name: 'unknown' };
    case 'dismissed':
      return { name: 'cancelled' };
    default:
      return { name: phase };
  }
}

/** `SHOP-12`; empty before it has an id. Outside text, not escaped. */
export const ticketLabel = ({ ticket }: TicketRecord): string => ticket?.id ?? '';

/** `shop in production`, or only the service if nobody named the environment. */
export function describeWhere({
  service,
  environment,
  saysEnvironment,
}: Pick<TicketRecord, 'service' | 'environment' | 'saysEnvironment'>): string {
  return saysEnvironment ? `${service} in ${environment}` : service;
}

/** How it is, for its card. */
export function describeTicket(record: TicketRecord, system: string): string {
  const { phase, ticket, reason, requested, isGone } = record;
  const tool = plainText(system, 40);
  const why = reason === undefined ? '' : withFullStop(plainText(reason, 300));
  switch (phase) {
    case 'draft':
      return `**Nothing has been opened yet.** Confirm to open a ticket in ${tool}.`;
    case 'opening':
      return `**Opening the ticket** in ${tool}.`;
    case 'failed':
      return `**Not opened**: ${why}`;
    case 'unclear':
      return `**Gavel can’t tell whether the ticket was opened**: ${why} Check ${tool} before you open another one.`;
    case 'dismissed':
      return '**Not opened.** The requester canceled it.';
    case 'expired':
      return '**Not opened.** Nobody confirmed it in time.';
    case 'open':
      break;
  }
  if (isGone) return `**${tool} no longer has this ticket.** It may have been deleted or moved.`;
  const status = `**${plainText(ticket?.status ?? 'Unknown', 60)}** in ${tool}.`;
  if (requested.length > 0) return `${status} Gavel is sending the latest change.`;
  return reason === undefined ? status : `${status} The last change wasn’t made: ${why}`;
}

/** `opened the ticket SHOP-12 Checkout is slow`: the lines of the audit log about tickets. */
export const describeTicketAudit: DescribeAudit = ({ what, target, outcome }) =>
  what === 'tickets.ticket' ? lookUp(verbs, outcome)?.(target) : undefined;

const verbs: Readonly<Record<string, (ticket: string) => string>> = {
  requested: (ticket) => `requested a ticket for ${ticket}`,
  opened: (ticket) => `opened a ticket for ${ticket}`,
  failed: (ticket) => `couldn’t open a ticket for ${ticket}`,
  unclear: (ticket) => `couldn’t tell whether it opened a ticket for ${ticket}`,
  commented: (ticket) => `commented on a ticket for ${ticket}`,
  'moved to open': (ticket) => `reopened a ticket for ${ticket}`,
  'moved to doing': (ticket) => `moved a ticket to in progress for ${ticket}`,
  'moved to done': (ticket) => `moved a ticket to done for ${ticket}`,
  'moved to rejected': (ticket) => `closed a ticket without doing it for ${ticket}`,
};
