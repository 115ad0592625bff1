import { z } from 'zod';
import { lookUp } from '../keys';

/** The pages of other systems where a commit or a ticket on a card leads. Pure. */

const kinds = ['commit', 'ticket'] as const;
type PageKind = (typeof kinds)[number];

const known = /\{(commit|ticket|service)\}/g;

/** What stands for a name has to fit into an address and into Markdown, so the rest of the address can't have brackets either. */
const addressOf = (kind: PageKind) =>
  z
    .string()
    .max(300)
    .refine(
      (text) => text.includes(`{${kind}}`) && /^https:\/\/[^\s()[\]<>{}\\@]+$/.test(text.replaceAll(known, 'x')),
      `must be an https address with {${kind}} in it; {service} is known, too`,
    );

export const CatalogLinks = z.strictObject({
  commit: addressOf('commit').optional(),
  ticket: addressOf('ticket').optional(),
});
type CatalogLinks = z.infer<typeof CatalogLinks>;

interface PageSource {
  readonly links?: CatalogLinks | undefined;
  readonly services: Readonly<Record<string, { readonly links?: CatalogLinks | undefined }>>;
}

/** The page of this commit or ticket; empty if the catalog names none, or if the name could be anything else. */
export function pageFor({ links, services }: PageSource, service: string, kind: PageKind, name: string): string {
  const template = lookUp(services, service)?.links?.[kind] ?? links?.[kind];
  const plain = name.replace(/^#/, '');
  if (template === undefined || !/^[\w.-]{1,64}$/.test(plain)) return '';
  return template.replaceAll(known, (_all, word: string) => encodeURIComponent(word === 'service' ? service : plain));
}

/** `[3c9f2e1](https://…)` in Markdown, or only the words if there is no page. The words are escaped already. */
export function linkTo(page: string, words: string): string {
  return page === '' ? words : `[${words}](${page})`;
}
