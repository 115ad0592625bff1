/** What the cards of tickets are about, so that they follow their records. */

/** The card of a ticket. */
export const ticketTopic = (id: string): string => `ticket:${id}`;
/** What was shown before it was opened. */
export const ticketDraftTopic = (id: string): string => `ticket-draft:${id}`;
