import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Reply, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { cleanText } from '../../../core/text';
import type { Stored } from '../../../store/contract';
import { ticketCard, ticketDraftTopic, ticketTopic } from '../cards';
import type { TicketRecord, TroubleName } from '../contract';
import type { TicketParts } from '../effects';
import { requireTracker } from '../facts';
import { keptLines } from '../parse';
import { askNothing, askReport, reportCard } from './cards';
import type { Trouble } from './contract';
import { canReport, notesOf, readTroubleName, ticketAbout } from './facts';

/** Opens a ticket about something that went wrong: one, whoever clicks and however often. */

const Report = z.object({
  id: z.string().regex(/^[a-z]{1,20}\/[0-9a-f]{32}$/),
  title: z.string().trim().max(500).default(''),
  description: z.string().max(2_000).optional(),
});

export function reportAction(parts: TicketParts): Action {
  const { deps, tickets } = parts;
  return defineAction<z.infer<typeof Report>>({
    ...{ verb: 'tickets.report', operation: 'open-ticket', input: Report, freeText: ['title', 'description'] },
    async acts(turn, clicked) {
      const { trouble, found } = await requireTrouble(parts, turn, clicked.id);
      if (!canReport(found)) return [];
      const { service, environment } = trouble;
      requireTracker(deps, turn, 'deploy', trouble);
      const thing = cleanText(clicked.title === '' ? trouble.title : clicked.title, 300);
      return [{ operation: 'open-ticket', reach: { service, environment }, thing }];
    },
    async asks(turn, clicked) {
      const { trouble, id, found } = await requireTrouble(parts, turn, clicked);
      if (found && !canReport(found)) return askNothing(trouble, id, found.value, systemOf(parts, found.value));
      const { tracker } = requireTracker(deps, turn, 'deploy', trouble);
      return askReport(trouble, found?.value, deps.systems.titleOf(tracker.connection));
    },
    async run(turn, { id: clicked, title, description }) {
      const { name, trouble, id, found } = await requireTrouble(parts, turn, clicked);
      if (found && !canReport(found)) return show(parts, turn, found);
      const { environment } = requireTracker(deps, turn, 'deploy', trouble);
      const { stored } = await tickets.apply(id, {
        type: 'report',
        draft: {
          ...{ service: trouble.service, environment, saysEnvironment: true },
          title: cleanText(title === '' ? trouble.title : title, 200),
          description: keptLines(description ?? trouble.description),
          ...{ requester: turn.person, placeId: turn.place.id, thread: turn.thread },
          correlationId: turn.correlationId,
          ...{ trouble: { kind: name.kind, id: trouble.id }, notes: await notesOf(deps, trouble) },
        },
      });
      if (!stored) throw new Error('A ticket was not stored');
      return show(parts, turn, stored);
    },
  });
}

/** What `ticket D-1042` shows: the ticket about it, or a card that opens one. Rejects with `UserError` if there is no such thing. */
export async function showOrReport(parts: TicketParts, turn: Turn, typed: TroubleName): Promise<Reply> {
  const trouble = await parts.troubles.find(typed, turn.person.id);
  if (!trouble)
    throw new UserError(
      `There is nothing to open a ticket about: I can’t find ${typed.id}, or it hasn’t failed. To open a ticket anyway, type \`ticket\` and a title.`,
    );
  const name = { kind: typed.kind, id: trouble.id };
  const { id, found } = await ticketAbout(parts.tickets.records, name);
  if (found && !canReport(found)) return show(parts, turn, found);
  requireTracker(parts.deps, turn, 'deploy', trouble);
  return { ...reportCard(parts.deps, turn, name, trouble), about: ticketDraftTopic(id) };
}

interface FoundTrouble {
  readonly name: TroubleName;
  readonly trouble: Trouble;
  /** The id of its ticket. */
  readonly id: string;
  readonly found: Stored<TicketRecord> | undefined;
}

async function requireTrouble({ troubles, tickets }: TicketParts, turn: Turn, clicked: string): Promise<FoundTrouble> {
  const name = readTroubleName(clicked);
  const trouble = name && (await troubles.find(name, turn.person.id));
  if (!name || !trouble)
    throw new UserError(
      'I can’t open a ticket about this. Nothing was opened. To open one, type `ticket` and a title.',
    );
  return { name, trouble, ...(await ticketAbout(tickets.records, name)) };
}

async function show({ deps, tickets }: TicketParts, turn: Turn, found: Stored<TicketRecord>): Promise<Reply> {
  const { id, value } = await tickets.refresh(found);
  return { ...ticketCard(deps, id, value, turn.person.id), about: ticketTopic(id) };
}

function systemOf({ deps }: TicketParts, { connection, service, environment }: TicketRecord): string {
  const name = connection ?? deps.systems.tickets(service, environment)?.connection;
  return name === undefined ? 'the ticket tool' : deps.systems.titleOf(name);
}
