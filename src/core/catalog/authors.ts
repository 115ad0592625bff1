import { oncePerCatalog } from './rights';
import type { Catalog } from './schema';

/** Who wrote a change, and which people of the catalog they are. Pure. */

/** An author, a committer or a co-author, as the outside system names them: outside text. */
export interface Contributor {
  readonly name: string;
  readonly email?: string;
}

/** Everybody who wrote part of a change. */
export interface Authors {
  readonly people: readonly Contributor[];
  /** Why somebody may be missing from the list: part of a sentence. Undefined: the list is complete. */
  readonly gap?: string;
}

/** Cyrillic and Greek letters that look like Latin ones, after case folding. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ а: 'a', в: 'b', е: 'e', ё: 'e', з: '3', і: 'i', ї: 'i', ј: 'j', к: 'k', м: 'm', н: 'h', о: 'o', р: 'p' },
    ...{ с: 'c', т: 't', у: 'y', х: 'x', ѕ: 's', ԁ: 'd', ԛ: 'q', ԝ: 'w', һ: 'h', ӏ: 'l', ь: 'b', г: 'r', п: 'n' },
    ...{ α: 'a', β: 'b', ε: 'e', ζ: 'z', η: 'n', ι: 'i', κ: 'k', μ: 'm', ν: 'v', ο: 'o', ρ: 'p', τ: 't', υ: 'u' },
    ...{ χ: 'x', γ: 'y', ω: 'w', σ: 'o', ς: 's', ϲ: 'c', ϳ: 'j', ı: 'i', ɑ: 'a', ɡ: 'g' },
  }),
);

/** A name for comparing: one form of each letter, no case, no invisible characters, single spaces. */
export function comparableName(name: string): string {
  const folded = name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}|\p{Cc}/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '');
  return [...folded]
    .map((letter) => lookalikes.get(letter) ?? letter)
    .join('')
    .replace(/\s+/gu, ' ')
    .trim();
}

function comparableEmail(email: string): string {
  return email
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}\s]/gu, '')
    .toLowerCase();
}

/** The ids of the people in the catalog who are among the contributors: by e-mail address, name, commit name or catalog key. */
export function contributorIds(catalog: Catalog, contributors: readonly Contributor[]): string[] {
  const { byName, byEmail } = knownOf(catalog);
  const ids = new Set<string>();
  for (const { name, email } of contributors) {
    for (const id of byName.get(comparableName(name)) ?? []) ids.add(id);
    if (email !== undefined) for (const id of byEmail.get(comparableEmail(email)) ?? []) ids.add(id);
  }
  return [...ids];
}

const knownOf = oncePerCatalog(({ people }) => {
  const byName = new Map<string, string[]>();
  const byEmail = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, key: string, id: string): void => {
    if (key !== '') map.set(key, [...(map.get(key) ?? []), id]);
  };
  for (const [key, { id, name, commitNames = [], emails = [] }] of Object.entries(people)) {
    for (const each of [key, name, ...commitNames]) add(byName, comparableName(each), id);
    for (const each of emails) add(byEmail, comparableEmail(each), id);
  }
  return { byName, byEmail };
});

/** Without duplicates. */
export function distinctContributors(contributors: readonly Contributor[]): Contributor[] {
  const seen = new Map<string, Contributor>();
  for (const each of contributors) {
    const key = `${comparableName(each.name)}\n${comparableEmail(each.email ?? '')}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}

/** The people in `Co-authored-by:` lines of a commit message, in any case. */
export function coAuthorsIn(message: string): Contributor[] {
  return message.split('\n').flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 0 || line.slice(0, colon).trim().toLowerCase() !== 'co-authored-by') return [];
    const value = line.slice(colon + 1).trim();
    const open = value.lastIndexOf('<');
    const close = value.indexOf('>', open);
    if (open < 0) return value === '' ? [] : [{ name: value }];
    const email = value.slice(open + 1, close < 0 ? undefined : close).trim();
    return [{ name: value.slice(0, open).trim(), ...(email !== '' && { email }) }];
  });
}
