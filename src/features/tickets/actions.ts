import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action, Question, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { cannotSee } from '../../core/catalog/refusals';
import type { Act, Operation } from '../../core/operations';
import { RefusalError } from '../../core/refusal';
import { cleanText, plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import { askComment, askDraft, askMove, openedCard, ticketCard, ticketDraftTopic, ticketTopic } from './cards';
import type { TicketRecord } from './contract';
import type { TicketParts } from './effects';
import { maySeeTicket, requireTracker, requireWorkOn } from './facts';
import { keptLines, readWhere } from './parse';
import { stateWords, ticketLabel } from './text';
import type { TicketEvent } from './workflow';

/** The buttons of tickets. */

const id = z.string().regex(/^[0-9a-f]{32}$/);
const revision = z.string().max(10).default('');
const Id = z.object({ id });

export function ticketActions(parts: TicketParts): Action[] {
  return [
    defineAction<z.infer<typeof Id>>({
      ...{ verb: 'tickets.view', operation: 'look', input: Id },
      run: async (turn, clicked) =>
        show(parts, turn, await parts.tickets.refresh(await requireSeen(parts, turn, clicked.id))),
    }),
    changeAction(parts),
    openAction(parts),
    defineAction<z.infer<typeof Id>>({
      ...{ verb: 'tickets.dismiss', operation: 'look', input: Id },
      async run(turn, clicked) {
        const found = await requireOwn(parts, turn, clicked.id);
        const { stored } = await parts.tickets.apply(found.id, { type: 'dismiss' });
        return show(parts, turn, stored ?? found);
      },
    }),
    commentAction(parts),
    moveAction(parts),
  ];
}

const Draft = z.object({
  id,
  title: z.string().trim().min(1, 'A ticket needs a title.').max(500),
  description: z.string().max(2_000).default(''),
  where: z.string().max(200),
});

function changeAction(parts: TicketParts): Action {
  const { deps, tickets } = parts;
  return defineAction<z.infer<typeof Draft>>({
    ...{ verb: 'tickets.change', operation: 'look', input: Draft, freeText: ['title', 'description'] },
    async asks(turn, clicked) {
      const { value } = await requireOwn(parts, turn, clicked);
      return askDraft(deps, turn, requireDraft(value));
    },
    async run(turn, { id: clicked, title, description, where }) {
      const { value } = await requireOwn(parts, turn, clicked);
      requireDraft(value);
      const { service = '', environment } = readWhere(deps.catalog(), where) ?? {};
      const there = requireTracker(deps, turn, 'deploy', { service, environment });
      const subject = { service, environment: there.environment, saysEnvironment: environment !== undefined };
      const { stored } = await tickets.apply(clicked, {
        type: 'change',
        subject: { ...subject, title: cleanText(title, 200), description: keptLines(description) },
      });
      return show(parts, turn, stored ?? (await requireOwn(parts, turn, clicked)));
    },
  });
}

function openAction(parts: TicketParts): Action {
  return defineAction<z.infer<typeof Id>>({
    ...{ verb: 'tickets.open', operation: 'open-ticket', input: Id },
    acts: async (turn, clicked) => {
      const { value } = await requireOwn(parts, turn, clicked.id);
      requireWorkOn(parts.deps, turn.person.id, value, 'open this ticket');
      return value.phase === 'draft' ? [actOn('open-ticket', value)] : [];
    },
    async run(turn, clicked) {
      const { value } = await requireOwn(parts, turn, clicked.id);
      requireWorkOn(parts.deps, turn.person.id, value, 'open this ticket');
      if (value.phase === 'dismissed' || value.phase === 'expired')
        throw new UserError(
          'This draft was closed. Nothing was opened. Type `ticket` and a title to prepare another one.',
        );
      const { placeId, thread } = { placeId: turn.place.id, thread: turn.thread };
      const { stored } = await parts.tickets.apply(clicked.id, { type: 'open', placeId, thread });
      return { ...openedCard(parts.deps, turn, stored?.value ?? value), about: ticketDraftTopic(clicked.id) };
    },
  });
}

const Comment = z.object({ id, revision, comment: z.string().trim().min(1, 'Enter a comment.').max(2_000) });

function commentAction(parts: TicketParts): Action {
  return defineAction<z.infer<typeof Comment>>({
    ...{ verb: 'tickets.comment', operation: 'comment-ticket', input: Comment, freeText: ['comment'] },
    acts: async (turn, clicked) => [actOn('comment-ticket', (await requireWorkable(parts, turn, clicked.id)).value)],
    asks: (turn, clicked) => ask(parts, turn, clicked, askComment),
    run: (turn, clicked) =>
      want(parts, turn, clicked.id, {
        ...{ type: 'want', by: turn.person, revision: clicked.revision },
        change: { kind: 'comment', text: keptLines(clicked.comment) },
      }),
  });
}

const Move = z.object({ id, revision, to: z.enum(['open', 'doing', 'done', 'rejected']) });

function moveAction(parts: TicketParts): Action {
  return defineAction<z.infer<typeof Move>>({
    ...{ verb: 'tickets.move', operation: 'move-ticket', input: Move },
    acts: async (turn, clicked) => {
      const { value } = await requireWorkable(parts, turn, clicked.id);
      return [
        { ...actOn('move-ticket', value), thing: cleanText(`${ticketLabel(value)} to ${stateWords[clicked.to]}`, 300) },
      ];
    },
    asks: (turn, clicked) => ask(parts, turn, clicked, askMove),
    async run(turn, { to, ...clicked }) {
      const { value } = await requireWorkable(parts, turn, clicked.id);
      const { moves = [], status = '' } = value.ticket ?? {};
      if (!moves.includes(to))
        throw new UserError(
          `${plainText(ticketLabel(value), 40)} is “${plainText(status, 60)}” and can’t be moved to “${stateWords[to]}” from that status. Nothing was changed. Choose another status.`,
        );
      return want(parts, turn, clicked.id, {
        ...{ type: 'want', by: turn.person, revision: clicked.revision },
        change: { kind: 'move', to },
      });
    },
  });
}

async function ask(
  parts: TicketParts,
  turn: Turn,
  clicked: string,
  draw: (record: TicketRecord, system: string) => Question,
): Promise<Question> {
  const { value } = await parts.tickets.refresh(await requireWorkable(parts, turn, clicked));
  return draw(value, parts.deps.systems.titleOf(value.connection ?? ''));
}

async function want(
  parts: TicketParts,
  turn: Turn,
  clicked: string,
  event: Extract<TicketEvent, { readonly type: 'want' }>,
): Promise<Reply> {
  const found = await requireWorkable(parts, turn, clicked);
  const { stored } = await parts.tickets.apply(clicked, event);
  return show(parts, turn, stored ?? found);
}

function actOn(operation: Operation, record: TicketRecord): Act {
  const { service, environment, title } = record;
  const thing = cleanText(`${ticketLabel(record)} ${title}`.trim(), 300);
  return { operation, reach: { service, environment }, thing };
}

/** The ticket, if this person can see it. */
async function requireSeen(
  { deps, tickets }: TicketParts,
  { person }: Turn,
  clicked: string,
): Promise<Stored<TicketRecord>> {
  const found = await tickets.records.get(clicked);
  if (!found) throw new UserError('I no longer keep track of that ticket. Type `tickets` to see the latest.');
  const { service, environment } = found.value;
  if (!maySeeTicket(deps, person.id, found.value)) throw cannotSee(deps.catalog(), { service, environment });
  return found;
}

/** Only the requester changes and opens what they prepared. */
async function requireOwn(parts: TicketParts, turn: Turn, clicked: string): Promise<Stored<TicketRecord>> {
  const found = await requireSeen(parts, turn, clicked);
  const { requester, title } = found.value;
  if (requester?.id === turn.person.id) return found;
  throw new RefusalError({
    ...{
      act: 'change this draft',
      nothing: 'nothing was changed',
      can: 'change this draft',
      able: requester ? [requester.name] : [],
    },
    why: `${plainText(requester?.name ?? 'Someone else', 60)} prepared this draft. To open a ticket yourself, type \`ticket ${plainText(title, 60)}\`.`,
  });
}

function requireDraft(record: TicketRecord): TicketRecord {
  if (record.phase === 'draft') return record;
  throw new UserError(
    'This is no longer a draft, so you can’t change it. Nothing was changed. The ticket’s card shows its status.',
  );
}

/** An open ticket that this person may comment on and move. */
async function requireWorkable(parts: TicketParts, turn: Turn, clicked: string): Promise<Stored<TicketRecord>> {
  const found = await requireSeen(parts, turn, clicked);
  requireWorkOn(parts.deps, turn.person.id, found.value, `work on ${ticketLabel(found.value)}`);
  if (found.value.phase === 'open' && !found.value.isGone) return found;
  throw new UserError(
    `${found.value.isGone ? 'This ticket no longer exists in its tool' : 'This ticket hasn’t been opened'}. Nothing was changed. The ticket’s card shows its status.`,
  );
}

async function show({ deps }: TicketParts, turn: Turn, { id: shown, value }: Stored<TicketRecord>): Promise<Reply> {
  const about = value.phase === 'draft' ? ticketDraftTopic(shown) : ticketTopic(shown);
  return { ...ticketCard(deps, shown, value, turn.person.id), about };
}
