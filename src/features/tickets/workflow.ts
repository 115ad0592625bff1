import type { Person } from '../../chat/contract';
import type { Ticket } from '../../connectors/contract';
import { defaultRetentionMs } from '../../core/catalog/retention';
import { defineWorkflow } from '../../workflows';
import type { AuditEffect, Change, Circumstance } from '../../workflows';
import type { PreparedTicket, TicketRecord, TicketRequestedChange, TicketSubject } from './contract';

/** The life of a ticket in Gavel: `draft -> opening -> open`, and what people want done with it. Pure. */

type TicketEvent =
  | { readonly type: 'prepare'; readonly draft: PreparedTicket }
  /** Somebody opens one about something that went wrong. */
  | { readonly type: 'report'; readonly draft: PreparedTicket }
  | { readonly type: 'change'; readonly subject: TicketSubject }
  | { readonly type: 'open'; readonly placeId: string; readonly thread: string | undefined }
  | { readonly type: 'dismiss' | 'try' }
  | { readonly type: 'opened'; readonly connection: string; readonly ticket: Ticket }
  | { readonly type: 'fail' | 'lose'; readonly reason: string }
  /** It was opened in the tool. */
  | {
      readonly type: 'meet';
      readonly met: Omit<PreparedTicket, 'requester'>;
      readonly connection: string;
      readonly ticket: Ticket;
    }
  /** Undefined: the tool no longer has it. */
  | { readonly type: 'see'; readonly ticket: Ticket | undefined }
  | { readonly type: 'miss' }
  | { readonly type: 'want'; readonly change: Wanted; readonly by: Person; readonly revision: string }
  | { readonly type: 'made'; readonly key: string; readonly ticket: Ticket | undefined }
  | { readonly type: 'refuse'; readonly key: string; readonly reason: string };

type Wanted =
  { readonly kind: 'comment'; readonly text: string } | { readonly kind: 'move'; readonly to: Ticket['state'] };

type TicketEffect = { readonly kind: 'card' | 'redraw' | 'open' | 'send'; readonly topic?: string };
export type TicketChange = Change<TicketRecord, TicketEffect>;
export type { TicketEvent };

const dayMs = 86_400_000;
const lookEveryMs = 300_000;
/** A ticket that nobody has touched for so long is read only when somebody looks at it. */
const watchedMs = 14 * dayMs;
const maxRequested = 20;

export const ticketWorkflow = defineWorkflow({
  name: 'tickets',
  keyPrefix: 'ticket',
  collection: {
    name: 'tickets',
    schema: 1,
    indexes: {
      preparedAt: ({ preparedAt }) => preparedAt,
      service: ({ service }) => service,
      ticket: ({ connection, service, ticket }) =>
        ticket ? ticketAddress(connection ?? '', service, ticket.id) : undefined,
    },
    queries: [{ orderBy: 'preparedAt' }, { where: ['service'], orderBy: 'preparedAt' }, { where: ['ticket'] }],
    expiresAt: ({ phase, phaseSince, ticket }) =>
      (phase === 'open' ? Math.max(phaseSince, ticket?.updatedAt ?? 0) : phaseSince) + defaultRetentionMs('tickets'),
  },
  transition: ticketTransition,
  isOver: isTicketOver,
});

/** `github/shop/#12`: the same number can be another ticket in another place. */
export function ticketAddress(connection: string, service: string, id: string): string {
  return `${connection}/${service}/${id}`;
}

function isTicketOver({ phase }: Pick<TicketRecord, 'phase'>): boolean {
  return phase !== 'draft' && phase !== 'opening' && phase !== 'open';
}

/** The key that the tool keeps. */
export function openingKey(id: string): string {
  return `ticket:${id}`;
}

/** Undefined if it changes nothing. */
function ticketTransition(
  record: TicketRecord | undefined,
  event: TicketEvent,
  { now, id }: Pick<Circumstance, 'now' | 'id'>,
): TicketChange | undefined {
  if (event.type === 'prepare') return record ? undefined : { record: prepared(event.draft, now) };
  if (event.type === 'report') return record ? undefined : opening(prepared(event.draft, now), event.draft, now);
  if (event.type === 'meet') return record ? undefined : { record: watched(met(event, now), now) };
  const change = record && !isTicketOver(record) ? next(record, event, id, now) : undefined;
  return change && { ...change, record: watched(change.record, now) };
}

function prepared(draft: PreparedTicket, now: number): TicketRecord {
  return { ...draft, phase: 'draft', phaseSince: now, preparedAt: now, changes: 0, requested: [], wakeAt: now + dayMs };
}

function met(
  { met: about, connection, ticket }: Extract<TicketEvent, { readonly type: 'meet' }>,
  now: number,
): TicketRecord {
  const fresh = { phase: 'open', phaseSince: now, preparedAt: now, changes: 0, requested: [] } as const;
  return { ...about, ...fresh, connection, ticket };
}

type Further = Exclude<TicketEvent, { readonly type: 'prepare' | 'report' | 'meet' }>;

function next(record: TicketRecord, event: Further, id: string, now: number): TicketChange | undefined {
  switch (event.type) {
    case 'change':
      return record.phase === 'draft' ? { record: { ...record, ...event.subject }, effects: [redraw] } : undefined;
    case 'open':
      return record.phase === 'draft' ? opening(record, event, now) : undefined;
    case 'dismiss':
      return record.phase === 'draft' ? closed(record, 'dismissed', now) : undefined;
    case 'try':
      return record.phase === 'opening' && record.triedAt === undefined
        ? { record: { ...record, triedAt: now } }
        : undefined;
    case 'opened':
      return record.phase === 'opening' ? opened(record, event, now) : undefined;
    case 'fail':
    case 'lose':
      return record.phase === 'opening' ? lost(record, event, now) : undefined;
    case 'see':
      return record.phase === 'open' ? seen(record, event.ticket) : undefined;
    case 'miss':
      // Nobody has opened the draft in time.
      return record.phase === 'draft' ? closed(record, 'expired', now) : { record };
    case 'want':
      return record.phase === 'open' ? wanted(record, event, id, now) : undefined;
    case 'made':
    case 'refuse':
      return answered(record, event);
  }
}

/** Only the newest state matters. */
const card: TicketEffect = { kind: 'card', topic: 'card' };
const redraw: TicketEffect = { kind: 'redraw', topic: 'redraw' };
const open: TicketEffect = { kind: 'open' };
const send: TicketEffect = { kind: 'send', topic: 'send' };

function closed(record: TicketRecord, phase: 'dismissed' | 'expired', now: number): TicketChange {
  return { record: { ...record, phase, phaseSince: now }, effects: [redraw] };
}

function opening(
  draft: TicketRecord,
  { placeId, thread }: Pick<TicketRecord, 'placeId' | 'thread'>,
  now: number,
): TicketChange {
  const record: TicketRecord = { ...draft, placeId, thread, phase: 'opening', phaseSince: now, wakeAt: undefined };
  return { record, effects: [audit(record, 'requested', record.requester, now), card, redraw, open] };
}

function opened(
  before: TicketRecord,
  { connection, ticket }: Extract<TicketEvent, { readonly type: 'opened' }>,
  now: number,
): TicketChange {
  const record: TicketRecord = { ...before, phase: 'open', phaseSince: now, connection, ticket };
  return { record, effects: [audit(record, 'opened', undefined, now), card, redraw] };
}

function lost(
  before: TicketRecord,
  { type, reason }: Extract<TicketEvent, { readonly type: 'fail' | 'lose' }>,
  now: number,
): TicketChange {
  const record: TicketRecord = { ...before, phase: type === 'fail' ? 'failed' : 'unclear', phaseSince: now, reason };
  return { record, effects: [audit(record, record.phase, undefined, now), card, redraw] };
}

function seen(record: TicketRecord, ticket: Ticket | undefined): TicketChange {
  if (!ticket) return { record: { ...record, isGone: true }, ...(record.isGone ? {} : { effects: [card] }) };
  const changed: TicketRecord = { ...record, ticket, isGone: undefined };
  return { record: changed, ...(looksAlike(record, ticket) ? {} : { effects: [card] }) };
}

/** Whether its card would say the same. */
function looksAlike({ ticket: before, isGone }: TicketRecord, now: Ticket): boolean {
  const words = ({ title, state, status, assignee, url, moves }: Ticket): string =>
    JSON.stringify([title, state, status, assignee, url, moves]);
  return before !== undefined && !isGone && words(before) === words(now);
}

function wanted(
  before: TicketRecord,
  { change, by, revision }: Extract<TicketEvent, { readonly type: 'want' }>,
  id: string,
  now: number,
): TicketChange | undefined {
  // The second of two clicks on the same question.
  if (revision !== String(before.changes) || before.requested.length >= maxRequested) return undefined;
  const changes = before.changes + 1;
  const made: TicketRequestedChange = { ...change, key: `${openingKey(id)}:${changes}`, by, askedAt: now };
  const record = { ...before, changes, requested: [...before.requested, made], reason: undefined };
  const outcome = change.kind === 'comment' ? 'commented' : `moved to ${change.to}`;
  return { record, effects: [audit(record, outcome, by, now), card, send] };
}

function answered(
  before: TicketRecord,
  event: Extract<TicketEvent, { readonly type: 'made' | 'refuse' }>,
): TicketChange | undefined {
  const requested = before.requested.filter(({ key }) => key !== event.key);
  if (requested.length === before.requested.length) return undefined;
  const ticket = event.type === 'made' ? (event.ticket ?? before.ticket) : before.ticket;
  const reason = event.type === 'refuse' ? event.reason : before.reason;
  const record = { ...before, requested, ticket, reason };
  return { record, effects: [card, ...(requested.length > 0 ? [send] : [])] };
}

function audit(record: TicketRecord, outcome: string, by: Person | undefined, now: number): AuditEffect {
  const { service, environment, ticket, title, placeId, correlationId, changes } = record;
  return {
    kind: 'audit',
    key: `${outcome}:${changes}`,
    at: now,
    who: by?.id ?? 'gavel',
    what: 'tickets.ticket',
    target: `${service} in ${environment}: ${ticket ? `${ticket.id} ${ticket.title}` : title}`.slice(0, 300),
    from: placeId,
    outcome,
    correlationId,
  };
}

/** With the next moment to look at it; none once nobody works on it anymore. */
function watched(record: TicketRecord, now: number): TicketRecord {
  const { phase, ticket, phaseSince, wakeAt } = record;
  if (phase === 'draft') return { ...record, wakeAt };
  const isClosed = ticket?.state === 'done' || ticket?.state === 'rejected';
  const isWatched = phase === 'open' && !isClosed && now - Math.max(phaseSince, ticket?.updatedAt ?? 0) < watchedMs;
  return { ...record, wakeAt: isWatched ? now + lookEveryMs : undefined };
}
