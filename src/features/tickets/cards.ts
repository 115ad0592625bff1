import type { CardContent, Question, Turn } from '../../chat/contract';
import { bandState, statuses } from '../../core/card';
import { cleanText, linkTo, plainText, plural, webAddress } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import type { TicketRecord } from './contract';
import { mayWorkOn, placesToOpen } from './facts';
import { describeTicket, describeWhere, stateWords, ticketLabel, ticketStatus } from './text';

/** The cards of tickets: the draft, the one that lives, lists, and questions. Pure. */

/** The topic of these cards. */
export const ticketTopic = (id: string): string => `ticket:${id}`;
/** The topic of what was shown before a ticket was opened. */
export const ticketDraftTopic = (id: string): string => `ticket-draft:${id}`;

type CardDependencies = Pick<FeatureDependencies, 'catalog' | 'systems' | 'clock'>;
type ListCard = CardContent<'policy/list'>;
type Button = ListCard['data']['actions'][number];

/** The card of a ticket as it is now; without a viewer, the card for everybody, whose buttons are checked at the click. */
export function ticketCard(
  deps: CardDependencies,
  id: string,
  record: TicketRecord,
  viewer: string | undefined,
): ListCard {
  const title = record.ticket?.title ?? record.title;
  const label = ticketLabel(record);
  const { name, word } = ticketStatus(record);
  const band = bandState(name);
  const url = webAddress(record.ticket?.url);
  const system = systemOf(deps, record);
  const link = url === '' || record.isGone ? '' : ` ${linkTo(url, `Open in ${plainText(system, 40)}`)}`;
  return drawList(
    deps,
    { reference: record.correlationId.replace(/[^0-9a-z]/gi, '').slice(0, 8) },
    {
      kind: label === '' ? 'Ticket' : `Ticket ${cleanText(label, 40)}`,
      state: { ...band, word: word ?? band.word },
      title: plainText(title, 200),
      summary: `${cleanText(`${label} ${title}`.trim(), 100)}: ${(word ?? band.word).toLowerCase()}`,
      sentence: `${describeTicket(record, system)}${link}`,
      rows: rowsOf(deps, record),
      actions: buttonsOf(deps, id, record, viewer),
    },
  );
}

/** What people call the tool that has it, or will have it. */
function systemOf({ systems }: CardDependencies, { connection, service, environment }: TicketRecord): string {
  const name = connection ?? systems.tickets(service, environment)?.connection;
  return name === undefined ? 'the ticket tool' : systems.titleOf(name);
}

function rowsOf(deps: CardDependencies, record: TicketRecord): { readonly name: string; readonly words: string }[] {
  const { ticket, requester, preparedAt, description, requested } = record;
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const changes = requested.map((change) => ({
    name: change.kind === 'comment' ? 'Comment on its way' : `Moving to ${stateWords[change.to].toLowerCase()}`,
    words: cleanText(change.kind === 'comment' ? change.text : change.by.name, 200),
  }));
  return [
    { name: 'Service', words: cleanText(describeWhere(record), 120) },
    ...(ticket && !record.isGone ? [{ name: 'Assigned to', words: cleanText(ticket.assignee ?? 'Nobody', 80) }] : []),
    ...(requester
      ? [
          {
            name: 'Requested by',
            words: `${cleanText(requester.name, 80)}, ${describeMoment(preparedAt, now, timeZone)}`,
          },
        ]
      : []),
    ...(description === '' ? [] : [{ name: 'Description', words: cleanText(description, 500) }]),
    ...changes,
  ];
}

function buttonsOf(deps: CardDependencies, id: string, record: TicketRecord, viewer: string | undefined): Button[] {
  const works = viewer === undefined || mayWorkOn(deps, viewer, record);
  const button = (title: string, verb: string, asks = false): Button => ({ title, verb, id, ...(asks && { asks }) });
  if (record.phase === 'draft')
    return [
      button('Open ticket', 'tickets.open'),
      button('Change…', 'tickets.change', true),
      button('Don’t open it', 'tickets.dismiss'),
    ];
  if (record.phase !== 'open' || record.isGone) return [];
  const moves = record.ticket?.moves ?? [];
  return [
    ...(works ? [button('Comment…', 'tickets.comment', true)] : []),
    ...(works && moves.length > 0 ? [button('Move to…', 'tickets.move', true)] : []),
    button('Check now', 'tickets.view'),
  ];
}

/** What takes the place of the draft of a ticket that was opened: its own card shows how it is. */
export function openedCard(deps: CardDependencies, turn: Pick<Turn, 'reference'>, record: TicketRecord): ListCard {
  return drawList(deps, turn, {
    kind: 'Ticket',
    title: plainText(record.title, 200),
    summary: `${cleanText(record.title, 100)}: requested`,
    sentence: `**${plainText(record.requester?.name ?? 'Someone', 80)} requested this ticket.** The ticket’s own card shows its status.`,
  });
}

/** Tickets, open ones first. */
export function ticketsCard(
  deps: CardDependencies,
  turn: Pick<Turn, 'reference'>,
  found: readonly { readonly id: string; readonly value: TicketRecord }[],
  about: string,
): ListCard {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const count = found.length === 0 ? 'No tickets' : plural(found.length, 'ticket');
  return drawList(deps, turn, {
    kind: 'Tickets',
    title: `${count}${about}`,
    summary: `${count}${about}`,
    sentence:
      found.length === 0
        ? '**There are no tickets to show.** To open one, type `ticket` and a title.'
        : '**Open tickets are listed first.** Click a ticket to see it.',
    most: 20,
    rows: found.map(({ id, value }) => {
      const { name, word } = ticketStatus(value);
      return {
        ...{ glyph: statuses[name].glyph, color: statuses[name].color },
        name: cleanText(`${ticketLabel(value)} ${value.ticket?.title ?? value.title}`.trim(), 100),
        words: cleanText(
          [word ?? statuses[name].word, describeWhere(value), value.ticket?.assignee].filter(Boolean).join(' · '),
          120,
        ),
        when: describeMoment(value.preparedAt, now, timeZone),
        action: `Show ${cleanText(ticketLabel(value) === '' ? value.title : ticketLabel(value), 60)}`,
        ...{ verb: 'tickets.view', id },
      };
    }),
  });
}

/** The form of a draft. */
export function askDraft(deps: CardDependencies, { person }: Pick<Turn, 'person'>, record: TicketRecord): Question {
  const { service, environment, saysEnvironment, title, description } = record;
  return {
    title: 'Change the ticket',
    sentence: '**Nothing has been opened yet.** The card will show your changes.',
    fields: [
      { name: 'title', label: 'Title', error: 'Enter a title.', value: title },
      { name: 'description', label: 'Description (optional)', value: description },
      {
        name: 'where',
        label: 'About',
        value: saysEnvironment ? `${service}/${environment}` : service,
        choices: placesToOpen(deps, person.id).flatMap((place) => [
          { title: place.service, value: place.service },
          ...place.environments.map((each) => ({
            title: `${place.service} in ${each}`,
            value: `${place.service}/${each}`,
          })),
        ]),
      },
    ],
    go: 'Change ticket',
  };
}

/** What to say in a comment. */
export function askComment(record: TicketRecord, system: string): Question {
  return {
    title: `Comment on ${ticketLabel(record)}`,
    sentence: `**The comment goes to ${plainText(system, 40)}**, with your name.`,
    fields: [{ name: 'comment', label: 'Comment', error: 'Enter a comment.' }],
    ...{ go: 'Add comment', revision: String(record.changes) },
  };
}

/** Where to move it. Only what its workflow allows now is offered. */
export function askMove(record: TicketRecord, system: string): Question {
  const moves = record.ticket?.moves ?? [];
  return {
    title: `Move ${ticketLabel(record)}`,
    sentence: `**This changes the ticket’s status in ${plainText(system, 40)}.** It’s “${plainText(record.ticket?.status ?? '', 60)}” now.`,
    fields: [
      {
        name: 'to',
        label: 'Move to',
        value: moves[0] ?? '',
        choices: moves.map((to) => ({ title: stateWords[to], value: to })),
      },
    ],
    ...{ go: 'Move ticket', revision: String(record.changes) },
  };
}
