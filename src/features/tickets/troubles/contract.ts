import type { TicketNote } from '../../../connectors/contract';

/** What other features say of what went wrong there, and what their cards show of its ticket. */

/** Something that went wrong, such as a failed deployment. Its texts are outside text, not escaped. */
export interface Trouble {
  readonly id: string;
  /** `D-1042` */
  readonly label: string;
  readonly service: string;
  readonly environment: string;
  /** What its ticket is called, if nobody changes that. */
  readonly title: string;
  /** What happened; may have several lines. */
  readonly description: string;
  /** The key of its card in the outbox. */
  readonly messageKey: string;
  /** Where else it can be seen: the page of its run. */
  readonly pages: readonly TicketNote[];
}

/** A feature in which things go wrong. */
export interface TroubleSource {
  /**
   * The trouble with this id or label. Undefined if there is none, or if nothing went wrong. Rejects with `RefusalError` if this person can't see it, and with
   * `StoreUnavailableError`.
   */
  find(idOrLabel: string, personId: string): Promise<Trouble | undefined>;
  /** Draws its card again, because its ticket has changed. Does nothing if it has none. */
  redraw(id: string): Promise<void>;
}

/** What a card shows of the ticket about it. */
export interface ShownTicket {
  /** One row of its facts, or none. Escaped. */
  readonly facts: readonly { readonly title: string; readonly value: string }[];
  /** The button that opens one; both are empty if there is one, or if this person can't open one. */
  readonly button: { readonly title: string; readonly id: string };
}
