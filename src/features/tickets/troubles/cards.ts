import type { CardContent, Question, Turn } from '../../../chat/contract';
import { bandState } from '../../../core/card';
import { cleanText, linkTo, plainText, webAddress, withFullStop } from '../../../core/text';
import { drawList } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { TicketRecord, TroubleName } from '../contract';
import { describeWhere, stateWords, ticketLabel } from '../text';
import type { Trouble } from './contract';

/** What cards show of the ticket about something that went wrong. Pure. */

const title = 'Open ticket…';

/** The button of a card that opens one. */
export const reportButton = ({ kind, id }: TroubleName): { readonly title: string; readonly id: string } => ({
  ...{ title, id: `${kind}/${id}` },
});

/** `SHOP-12, open`, with the way to it. */
export function ticketFact(record: TicketRecord): { readonly title: string; readonly value: string } {
  return { title: 'Ticket', value: describeShort(record) };
}

function describeShort(record: TicketRecord): string {
  const { phase, ticket, reason, isGone } = record;
  const name = plainText(ticketLabel(record), 40);
  switch (phase) {
    case 'failed':
      return `Not opened: ${withFullStop(plainText(reason ?? '', 200))}`;
    case 'unclear':
      return 'Gavel can’t tell whether it was opened';
    case 'open':
      if (isGone) return `${name}, not found`;
      return `${linkTo(webAddress(ticket?.url), name)}, ${ticket ? stateWords[ticket.state].toLowerCase() : 'unknown'}`;
    default:
      return 'Being opened';
  }
}

/** The form: what the ticket will say. After one that the tool rejected, it has what somebody wrote then. */
export function askReport(trouble: Trouble, rejected: TicketRecord | undefined, system: string): Question {
  const { label, service, environment } = trouble;
  const { title: name, description } = rejected ?? trouble;
  return {
    title: `Open a ticket about ${cleanText(label, 40)}`,
    sentence: `**The ticket goes to ${plainText(system, 40)}**, with your name and a link to ${plainText(label, 40)}.`,
    facts: [{ title: 'About', value: plainText(`${service} in ${environment}`, 120) }],
    fields: [
      { name: 'title', label: 'Title', error: 'Enter a title.', value: cleanText(name, 200) },
      { name: 'description', label: 'Description (optional)', value: description.slice(0, 500) },
    ],
    go: 'Open ticket',
  };
}

/** Somebody was faster: where their ticket is. */
export function askNothing(trouble: Trouble, id: string, record: TicketRecord, system: string): Question {
  const { requester, ticket } = record;
  const label = ticketLabel(record);
  const by = plainText(requester?.name ?? 'Someone', 80);
  const url = webAddress(ticket?.url);
  return {
    title: `Ticket about ${cleanText(trouble.label, 40)}`,
    sentence: `**${by} already opened a ticket about ${plainText(trouble.label, 40)}.** ${label === '' ? withFullStop(describeShort(record)) : `It’s ${withFullStop(describeShort({ ...record, ticket: ticket && { ...ticket, url: '' } }))}`}`,
    rows: [
      {
        title: label === '' ? 'Show the ticket' : `Show ${cleanText(label, 40)}`,
        ...{ detail: 'Shows its card', verb: 'tickets.view', id },
      },
    ],
    ...(url !== '' && { links: [{ title: `Open in ${cleanText(system, 40)}`, url }] }),
  };
}

/** What `ticket D-1042` answers while there is no ticket about it. */
export function reportCard(
  deps: Pick<FeatureDependencies, 'catalog' | 'clock'>,
  turn: Pick<Turn, 'reference'>,
  name: TroubleName,
  trouble: Trouble,
): CardContent<'policy/list'> {
  return drawList(deps, turn, {
    kind: `Ticket about ${cleanText(trouble.label, 40)}`,
    state: bandState('draft'),
    title: plainText(trouble.title, 200),
    summary: `${cleanText(trouble.title, 100)}: no ticket yet`,
    sentence: `**There is no ticket about ${plainText(trouble.label, 40)} yet.** You can change what it says before it’s opened.`,
    rows: [
      {
        name: 'Service',
        words: cleanText(describeWhere({ ...trouble, saysEnvironment: true }), 120),
      },
      { name: 'Description', words: cleanText(trouble.description, 500) },
    ],
    actions: [{ ...reportButton(name), verb: 'tickets.report', asks: true }],
  });
}
