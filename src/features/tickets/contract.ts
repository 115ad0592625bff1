import type { Person } from '../../chat/contract';
import type { Ticket, TicketState } from '../../connectors/contract';

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
}

/** What a new draft has. */
export type PreparedTicket = TicketSubject &
  Pick<TicketRecord, 'placeId' | 'thread' | 'correlationId'> & { readonly requester: Person };
