import type { OnBehalfOf } from './runs';

/** Tickets of a tool, such as issues or incidents, as a service has them there. Every moment is in milliseconds since 1970. */

/** What a ticket's status means, whatever the tool calls it. `rejected`: closed without being done. */
export type TicketState = 'open' | 'doing' | 'done' | 'rejected';

/** A ticket as it is now. Every text is outside text, one line. */
export interface Ticket {
  /** As people write it: `SHOP-12`, `#12`. */
  readonly id: string;
  readonly title: string;
  readonly state: TicketState;
  /** The tool's own word for its state. */
  readonly status: string;
  /** As the tool names them. Omitted if nobody is. */
  readonly assignee?: string;
  /** Its page. */
  readonly url?: string;
  readonly updatedAt: number;
  /** The states it can be moved to from here. */
  readonly moves: readonly TicketState[];
}

/** A line at the end of a ticket: where it comes from. `url` is where that can be seen, https. */
export interface TicketNote {
  readonly text: string;
  readonly url?: string;
}

/** One new ticket. Stored before it is sent, so that the ticket can be found after a crash. */
export interface TicketRequest {
  /** The idempotency key, which the tool keeps: the same key never opens a second ticket. */
  readonly key: string;
  /** What people wrote. The connector escapes it, so that nothing of it is markup of the tool or mentions anybody. */
  readonly title: string;
  /** May have several lines. Empty if there is nothing to say. */
  readonly description: string;
  /** In order: for whom it was opened, and for what. */
  readonly notes: readonly TicketNote[];
  readonly by: OnBehalfOf;
  /** Before it was first sent: no ticket of this key can be older. */
  readonly askedAt: number;
}

/** One comment. The same key never makes a second one. */
export interface TicketComment {
  readonly key: string;
  /** What people wrote; may have several lines. The connector escapes it. */
  readonly text: string;
  readonly by: OnBehalfOf;
  /** Before it was first sent. */
  readonly askedAt: number;
}

/** Where a ticket that was asked for is. */
export type FoundTicket =
  { readonly found: 'ticket'; readonly ticket: Ticket } | { readonly found: 'none' | 'cannot tell' };

/** The tickets of a service in an environment. */
export interface TicketTracker {
  /** What people call the place where they are, one line: `acme/shop`, `SHOP`. */
  readonly place: string;
  /** The id as the tool writes it, if `text` could name a ticket of this place. Calls nothing. */
  readId(text: string): string | undefined;
  /** Opens one, sent once. Rejects with `unclear` if nobody knows whether it arrived: then `findTicket` tells. */
  open(request: TicketRequest): Promise<Ticket>;
  /** The ticket that was opened with this key. Rejects with `unreachable` while it can still show up. */
  findTicket(request: Pick<TicketRequest, 'key' | 'askedAt'>): Promise<FoundTicket>;
  /** Undefined if there is no such ticket. */
  read(id: string): Promise<Ticket | undefined>;
  /** Adds it, unless it's there already: it can be called again after an answer that was lost. */
  comment(id: string, comment: TicketComment): Promise<void>;
  /**
   * Moves it to a status that means this, and returns it as it is then; one that is there already stays as it is. Rejects with `refused` if the tool's
   * workflow doesn't allow it, and with `unclear` if nobody knows whether it arrived: then `read` tells.
   */
  move(id: string, to: TicketState, by: OnBehalfOf): Promise<Ticket>;
}
