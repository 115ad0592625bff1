import { UserError } from '../errors';
import { lookUp } from '../keys';
import { cleanText, enumerate, plainText } from '../text';
import { readFilter } from '../time/filter';
import { describeUnread } from '../time/typed/moment';
import type { AskedWhen } from '../time/typed/moment';
import { nearestOf } from './refusals';
import { oncePerCatalog, personName } from './rights';
import type { Catalog } from './schema';

/**
 * `dana shop production failed yesterday`: which records somebody wants to see, with the words in any order. The only parser for every list of past
 * events. Pure.
 */

export interface RecordFilter {
  /** A person's id, or `gavel`. */
  readonly person?: string;
  readonly service?: string;
  readonly environment?: string;
  /** `D-1042` */
  readonly number?: string;
  /** The list's names of the outcomes; any of them matches. */
  readonly outcomes?: readonly string[];
  /** Part of what was done: `what=approve`. */
  readonly what?: string;
  /** The remaining words, in lower case. */
  readonly words: readonly string[];
  /** Milliseconds since 1970, both inclusive. */
  readonly since?: number;
  readonly until?: number;
  /** `Dana Developer, shop in production, failed, yesterday`; empty for no filter. Outside text. */
  readonly title: string;
}

interface FilterReader {
  readonly catalog: Catalog;
  /** The person behind `me`. */
  readonly personId: string;
  readonly asked: AskedWhen;
  /** The list's names of the outcomes, by the words that people type. */
  readonly outcomes: Readonly<Record<string, readonly string[]>>;
  /** Whether an unknown word can still be searched for; by default, any word can. */
  readonly isSearched?: (word: string) => boolean;
  /** A line that works: `audit dana yesterday`. */
  readonly example: string;
}

/** Words for an unsuccessful end, in every list. */
const unsuccessful = ['failed', 'rolled back'];
export const failureOutcomes = {
  failed: unsuccessful,
  fail: unsuccessful,
  failing: unsuccessful,
  failure: unsuccessful,
  failures: unsuccessful,
  'rolled back': ['rolled back'],
} as const;

interface Typed {
  readonly key?: string;
  readonly value: string;
}

const longestFilter = 500;
/** How many people with the same first name are considered. */
const maxNamesakes = 50;
const fillers = new Set([
  ...['in', 'of', 'for', 'on', 'the', 'by', 'to', 'from', 'and', 'at', 'with', 'that', 'which', 'a', 'all', 'any', '&'],
  ...['who', 'what', 'when', 'did', 'do', 'was', 'were', 'has', 'have', 'is', 'are', 'everything', 'deployments'],
]);

/** Parses what was typed after the command. Throws `UserError` for an unknown word, with the nearest known one. */
export function readRecordFilter(text: string, reader: FilterReader): RecordFilter {
  const { range, rest, time, unread } = readFilter(text.slice(0, longestFilter), reader.asked);
  if (unread) throw new UserError(describeUnread(unread, 'nothing was looked up', '`since=2026-11-20` or `yesterday`'));
  let found: Omit<RecordFilter, 'title'> = { words: [], ...range };
  let outcome = '';
  for (let at = 0; at < rest.length;) {
    const read = readOutcome(rest, at, reader) ?? readPart(rest, at, reader);
    if (read.outcome !== undefined) outcome = read.outcome;
    found = { ...found, ...read.found, words: [...found.words, ...(read.found?.words ?? [])] };
    at = read.next;
  }
  return { ...found, title: titleOf(found, outcome, time, reader) };
}

interface ReadPart {
  readonly found?: Partial<RecordFilter>;
  /** The word for the outcome, as typed. */
  readonly outcome?: string;
  readonly next: number;
}

/** One word, or two such as `rolled back`. */
function readOutcome(rest: readonly Typed[], at: number, { outcomes }: FilterReader): ReadPart | undefined {
  for (const count of [2, 1]) {
    const parts = rest.slice(at, at + count);
    if (parts.length < count || parts.some(({ key }) => key !== undefined && key !== 'outcome')) continue;
    const typed = parts.map(({ value }) => plainWord(value)).join(' ');
    const meant = lookUp(outcomes, typed);
    if (meant) return { found: { outcomes: meant }, outcome: typed, next: at + count };
  }
  return undefined;
}

function readPart(rest: readonly Typed[], at: number, reader: FilterReader): ReadPart {
  const { catalog } = reader;
  const { key, value = '' } = rest[at] ?? {};
  const word = plainWord(value);
  const next = at + 1;
  if (key === 'what') return { found: { what: word }, next };
  if (key === 'who' || key === 'by') {
    const person = personCalled(word, { ...reader, ...(reader.isSearched && { isSearched: () => false }) });
    if (person !== undefined) return { found: { person }, next };
    if (reader.isSearched) throw unknownPerson(word, reader);
    return { found: { words: [word] }, next };
  }
  if (key === 'target') return { found: { words: [word] }, next };
  const mentioned = key === undefined ? undefined : personCalled(`${key}:${word}`, reader);
  if (mentioned !== undefined) return { found: { person: mentioned }, next };
  if (key !== undefined && !reader.isSearched) return { found: { words: [`${key}=${word}`] }, next };
  if (key !== undefined && !['service', 'environment', 'in', 'outcome'].includes(key))
    throw new UserError(
      `I can’t filter by ${cleanText(key, 20)}. Use who=, what=, service=, environment=, since=, or until=.`,
    );
  if (word === '') return { next };
  if (Object.hasOwn(catalog.services, word)) return { found: { service: word }, next };
  if (Object.hasOwn(catalog.environments, word)) return { found: { environment: word }, next };
  if (/^d-\d{1,9}$/.test(word)) return { found: { number: word.toUpperCase() }, next };
  const whole = key === undefined ? wholeNameAt(rest, at, catalog) : undefined;
  if (whole) return { found: { person: whole.id }, next: at + whole.count };
  if (fillers.has(word)) return { next };
  const person = personCalled(word, reader);
  if (person !== undefined) return { found: { person }, next };
  if (reader.isSearched?.(word) ?? true) return { found: { words: [word] }, next };
  throw unknownWord(value, reader);
}

/** Without the `@` of a mention, the comma of a list or the ending of `Dana's`. */
function plainWord(value: string): string {
  const word = cleanText(value, 80).toLowerCase().trim();
  return word
    .replace(/^@/, '')
    .replace(/[,;?]$/, '')
    .replace(/['’]s$/, '');
}

interface Named {
  readonly id: string;
  readonly key: string;
  readonly name: string;
}

/** Everybody by each word that can name them: key, id, and every part of the name. */
const peopleByWord = oncePerCatalog(({ people }): ReadonlyMap<string, readonly Named[]> => {
  const found = new Map<string, Named[]>();
  for (const [key, { id, name }] of Object.entries(people))
    for (const word of new Set([key.toLowerCase(), id.toLowerCase(), ...partsOf(name)]))
      found.set(word, [...(found.get(word) ?? []), { id, key, name }]);
  return found;
});

const partsOf = (name: string): string[] => name.toLowerCase().split(/\s+/);

/** The person whose full name begins here. */
function wholeNameAt(rest: readonly Typed[], at: number, catalog: Catalog) {
  const words = rest.slice(at, at + 8).map(({ value }) => plainWord(value));
  const matches = (peopleByWord(catalog).get(words[0] ?? '') ?? []).slice(0, maxNamesakes).flatMap(({ id, name }) => {
    const parts = partsOf(name);
    return parts.every((part, offset) => words[offset] === part) ? [{ id, count: parts.length }] : [];
  });
  return matches.sort((one, other) => other.count - one.count)[0];
}

/** The one person that a word names, including `me` and Gavel itself; undefined for nobody. Throws `UserError` if it could be several. */
function personCalled(word: string, { catalog, personId, isSearched }: FilterReader): string | undefined {
  if (word === 'me' || word === 'i' || word === 'my') return personId;
  if (word === 'gavel') return 'gavel';
  // A mention is an id in the line, even if the catalog doesn't list the person.
  if (/^[a-z]{1,20}:[\w-]+\/[\w-]+$/.test(word)) return word;
  // `who="Dana Developer"` is one word of two.
  const called = (peopleByWord(catalog).get(word.split(' ')[0] ?? '') ?? []).filter(
    ({ name }) => !word.includes(' ') || name.toLowerCase() === word,
  );
  const exact = called.filter(({ key, name }) => key.toLowerCase() === word || name.toLowerCase() === word);
  const [only] = called.length === 1 ? called : exact.length === 1 ? exact : [];
  if (only) return only.id;
  if (called.length === 0 || (isSearched?.(word) ?? true)) return undefined;
  const names = called.slice(0, 6).map(({ key, name }) => `${plainText(name, 60)} (${key})`);
  throw new UserError(
    `Several people have that name: ${enumerate(names)}. Nothing was looked up. Use one of the names in parentheses.`,
  );
}

function unknownPerson(typed: string, { catalog, example }: FilterReader): UserError {
  const near = nearestOf(typed, [...peopleByWord(catalog).keys()]);
  return new UserError(
    `I don’t know anyone called ${plainText(typed, 40)}. Nothing was looked up. ${meantOr(near, example)}`,
  );
}

function unknownWord(typed: string, { catalog, outcomes, example }: FilterReader): UserError {
  const people = [...Object.values(catalog.people).map(({ name }) => name), ...peopleByWord(catalog).keys()];
  const known = [...Object.keys(catalog.services), ...Object.keys(catalog.environments), ...Object.keys(outcomes)];
  const near = nearestOf(typed.replace(/^@/, ''), [...known, ...people]);
  return new UserError(
    `I don’t know “${plainText(typed, 40)}” as a person, service, environment, outcome, or time. Nothing was looked up. ${meantOr(near, example)}`,
  );
}

const meantOr = (near: readonly string[], example: string): string =>
  near.length > 0 ? `Did you mean ${enumerate(near, 'or')}?` : `For example, type \`${example}\`.`;

function titleOf(
  { person, service, environment, number, what, words }: Omit<RecordFilter, 'title'>,
  outcome: string,
  time: string,
  { catalog }: FilterReader,
): string {
  const who =
    person === 'gavel'
      ? 'Gavel'
      : person !== undefined
        ? (personName(catalog, person) ?? 'someone no longer listed')
        : '';
  const where = service !== undefined && environment !== undefined ? `${service} in ${environment}` : '';
  const parts = [
    who,
    ...(where === '' ? [service, environment] : [where]),
    number,
    what,
    outcome,
    words.join(' '),
    time,
  ];
  return cleanText(parts.filter((part) => part !== undefined && part !== '').join(', '), 120);
}
