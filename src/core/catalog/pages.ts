import { z } from 'zod';

/** The pages of other systems where a commit or a ticket on a card leads: `links` of the catalog. */

export type PageKind = 'commit' | 'ticket';

/** What stands for a name in such an address; global. */
export const linkWords = /\{(commit|ticket|service)\}/g;

/** What stands for a name has to fit into an address and into Markdown, so the rest of the address can't have brackets either. */
const addressOf = (kind: PageKind) =>
  z
    .string()
    .max(300)
    .refine(
      (text) => text.includes(`{${kind}}`) && /^https:\/\/[^\s()[\]<>{}\\@]+$/.test(text.replaceAll(linkWords, 'x')),
      `must be an https address with {${kind}} in it; {service} is known, too`,
    );

/** A commit or a ticket without an address isn't a link. */
export const CatalogLinks = z.strictObject({
  commit: addressOf('commit').optional(),
  ticket: addressOf('ticket').optional(),
});
