import type { Person } from '../../chat/contract';
import type { Ticket, TicketNote, TicketState } from '../../connectors/contract';

/** A ticket as Gavel knows it. Every moment is in milliseconds since 1970. */

/** What a ticket is about. */
export interface TicketSubject {
  readonly service: string;
  /** Whose tracker keeps it. */
  readonly environment: string;
  /** Whether somebody named the environment, so that the ticket says it. */
  readonly saysEnvironment: boolean;
  readonly title: string;
  readonly description: string;
}

/** What somebody wants done with a ticket. It's sent until the tool has answered. */
export type TicketRequestedChange = { readonly key: string; readonly by: Person; readonly askedAt: number } & (
  { readonly kind: 'comment'; readonly text: string } | { readonly kind: 'move'; readonly to: TicketState }
);

/** The kinds of things that can go wrong, and that a ticket can be about. */
export const troubleKinds = ['alert', 'deployment', 'run'] as const;
/** One of them, as its label begins: `A-101`, `D-1042`, `R-1001`. */
export type TroubleKind = (typeof troubleKinds)[number];

/** What went wrong, with its id in its own feature. */
export interface TroubleName {
  readonly kind: TroubleKind;
  readonly id: string;
}

/** `draft`: nothing was sent yet. `unclear`: nobody knows whether it was opened. */
type TicketPhase = 'draft' | 'opening' | 'open' | 'unclear' | 'failed' | 'dismissed' | 'expired';

/** A ticket as the store keeps it. */
export interface TicketRecord extends TicketSubject {
  readonly phase: TicketPhase;
  readonly phaseSince: number;
  readonly preparedAt: number;
  /** Who opened it with Gavel; omitted if it was opened in the tool. */
  readonly requester?: Person;
  /** Where its card is. */
  readonly placeId: string;
  readonly thread: string | undefined;
  readonly correlationId: string;
  readonly wakeAt?: number | undefined;
  /** When it was first sent. From then on, it's sent again only if the tool says that there is no such ticket. */
  readonly triedAt?: number | undefined;
  /** Its connection in the catalog. */
  readonly connection?: string | undefined;
  /** As last seen. */
  readonly ticket?: Ticket | undefined;
  /** How often somebody wanted a change: a question that was drawn before another change is out of date. */
  readonly changes: number;
  /** What the tool hasn't answered yet, oldest first. */
  readonly requested: readonly TicketRequestedChange[];
  /** Why it wasn't opened, or why the last change wasn't made: outside text. */
  readonly reason?: string | undefined;
  /** Whether the tool no longer has it. */
  readonly isGone?: true | undefined;
  /** Whose card shows it. Omitted if nobody opened it about something that went wrong. */
  readonly trouble?: TroubleName | undefined;
  /** Where the trouble can be seen; the ticket says it below its description. */
  readonly notes?: readonly TicketNote[] | undefined;
}

/** What a new draft has. */
export type PreparedTicket = TicketSubject &
  Pick<TicketRecord, 'placeId' | 'thread' | 'correlationId' | 'trouble' | 'notes'> & { readonly requester: Person };
