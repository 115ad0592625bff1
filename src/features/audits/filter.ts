import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { cleanText, enumerate } from '../../core/text';
import type { AskedWhen } from '../../core/time/typed/moment';
import { readFilter } from '../../core/time/filter';
import { describeUnread } from '../../core/time/typed/term';
import { unknownName } from '../../core/catalog/refusals';

/** `who=dana what=approve shop production today since=2026-11-20`, read into a filter. Pure. */

interface TypedAuditFilter {
  readonly who?: string;
  /** Part of what was done: `approve` finds `approvals.approve`. */
  readonly what?: string;
  /** Every one of these stands in the target or in what was done. */
  readonly words: readonly string[];
  readonly since?: number;
  readonly until?: number;
  /** `shop, today`; empty for no filter. */
  readonly said: string;
}

const longestFilter = 500;
const fillers = new Set(['in', 'of', 'for', 'on', 'the', 'by', 'to', 'from', 'and']);
const targetKeys = new Set(['target', 'service', 'environment', 'in']);

/** Reads the words after `audit` by the clock of whoever asks; refuses what it does not understand, with what it would. */
export function readAuditFilter(text: string, catalog: Catalog, personId: string, asked: AskedWhen): TypedAuditFilter {
  const typed = text.slice(0, longestFilter);
  const { range, rest, unread } = readFilter(typed, asked);
  if (unread) throw new UserError(describeUnread(unread, 'nothing was looked up', '`since=2026-11-20` or `yesterday`'));
  let filter: TypedAuditFilter = { words: [], said: cleanText(typed, 80).trim(), ...range };
  for (const { key, value } of rest) {
    const plain = cleanText(value, 80).replace(/[,;]$/, '');
    if (plain !== '') filter = { ...filter, ...partOf(key, plain, filter, catalog, personId) };
  }
  if (filter.who !== undefined) return filter;
  const person = personIn(catalog, filter.words, personId);
  return person ? { ...filter, who: person.who, words: person.rest } : filter;
}

function partOf(
  key: string | undefined,
  value: string,
  filter: TypedAuditFilter,
  catalog: Catalog,
  personId: string,
): Partial<TypedAuditFilter> {
  const word = value.toLowerCase();
  if (key === 'who' || key === 'by') return { who: personOf(catalog, word, personId) };
  if (key === 'what') return { what: word };
  if (key === undefined) return fillers.has(word) ? {} : { words: [...filter.words, word] };
  if (targetKeys.has(key)) return { words: [...filter.words, word] };
  throw new UserError(
    `I can't filter by ${cleanText(key, 20)}. Use who=, what=, since=, until= or the name of a service.`,
  );
}

/** A person by key, first name or whole name; `me`; or Gavel itself. */
function personOf(catalog: Catalog, word: string, personId: string): string {
  if (word === 'me') return personId;
  if (word === 'gavel') return 'gavel';
  const found = Object.entries(catalog.people).filter(([key, person]) => {
    const name = person.name.toLowerCase();
    return key === word || name === word || name.split(' ').includes(word);
  });
  const [first, second] = found;
  const names = Object.values(catalog.people).map(({ name }) => name);
  if (!first) throw unknownName('person', word, [...names, 'me', 'gavel'], 'nothing is shown');
  if (second)
    throw new UserError(
      `More than one person is called that: ${enumerate(
        found.slice(0, 6).map(([key]) => key),
        'or',
      )}. Say which.`,
    );
  return first[1].id;
}

/**
 * The one person that bare words of a filter name: by mention or whole name, by key, or by a first name that only one has. A word that names a
 * service or an environment stays what it is.
 */
function personIn(
  catalog: Catalog,
  words: readonly string[],
  me: string,
): { readonly who: string; readonly rest: readonly string[] } | undefined {
  const taken = new Set([...Object.keys(catalog.services), ...Object.keys(catalog.environments)]);
  const people = Object.entries(catalog.people).map(([key, { id, name }]) => ({ key, id, name: name.toLowerCase() }));
  for (const { id, name } of people) {
    const parts = name.split(/\s+/);
    const at = words.findIndex((_, index) => parts.every((part, offset) => words[index + offset] === part));
    if (at >= 0) return { who: id, rest: words.toSpliced(at, parts.length) };
  }
  for (const [at, word] of words.entries()) {
    if (taken.has(word)) continue;
    const rest = words.toSpliced(at, 1);
    if (word === 'me') return { who: me, rest };
    if (word === 'gavel') return { who: 'gavel', rest };
    const byKey = people.find(({ key }) => key.toLowerCase() === word);
    const byName = people.filter(({ name }) => name.split(/\s+/).includes(word));
    const found = byKey ?? (byName.length === 1 ? byName[0] : undefined);
    if (found) return { who: found.id, rest };
  }
  return undefined;
}
