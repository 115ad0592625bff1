import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { cleanText, listWords } from '../../core/text';
import { startOfDay } from './day';

/** `who=dana what=approve shop production today since=2026-11-20`, read into a filter. Pure. */

export interface AuditWish {
  readonly who?: string;
  /** Part of what was done: `approve` finds `approvals.approve`. */
  readonly what?: string;
  /** Every one of these stands in the target. */
  readonly words: readonly string[];
  readonly since?: number;
  readonly until?: number;
  /** `shop, today`; empty for no filter. */
  readonly said: string;
}

const dayMs = 86_400_000;

/** Reads the words after `audit`; refuses what it does not understand, with what it would. */
export function parseFilter(text: string, catalog: Catalog, personId: string, now: number): AuditWish {
  let wish: AuditWish = { words: [], said: '' };
  const said: string[] = [];
  for (const [, key, quoted, plain] of text.matchAll(/(?:--)?(?:(\w+)[=:]\s*)?(?:"([^"]*)"|(\S+))/g)) {
    const value = cleanText(quoted ?? plain ?? '', 80).replace(/[,;]$/, '');
    if (value === '') continue;
    wish = { ...wish, ...partOf(key?.toLowerCase(), value, wish, { catalog, personId, now }) };
    if (!filler.has(value.toLowerCase()) || key) said.push(key ? `${key} ${value}` : value);
  }
  return { ...wish, said: said.join(', ') };
}

const filler = new Set(['in', 'of', 'for', 'on', 'the', 'by', 'to']);

function partOf(
  key: string | undefined,
  value: string,
  wish: AuditWish,
  { catalog, personId, now }: { catalog: Catalog; personId: string; now: number },
): Partial<AuditWish> {
  const word = value.toLowerCase();
  const today = startOfDay(now, catalog.timeZone);
  if (key === 'who' || key === 'by') return { who: personOf(catalog, word, personId) };
  if (key === 'what') return { what: word };
  if (key === 'since' || key === 'from') return { since: dayOf(value, now, catalog.timeZone) };
  if (key === 'until') return { until: dayOf(value, now, catalog.timeZone) + dayMs - 1 };
  if (key === 'target' || key === 'service' || key === 'environment' || key === 'in')
    return { words: [...wish.words, word] };
  if (key !== undefined)
    throw new UserError(
      `I can not filter by ${cleanText(key, 20)}. Use who=, what=, since=, until= or the name of a service.`,
    );
  if (word === 'today') return { since: today };
  if (word === 'yesterday') return { since: today - dayMs, until: today - 1 };
  return filler.has(word) ? {} : { words: [...wish.words, word] };
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
  const everybody = listWords(
    Object.values(catalog.people)
      .slice(0, 8)
      .map((person) => cleanText(person.name, 40)),
  );
  if (!first) throw new UserError(`I know nobody by that name. There are ${everybody}, me and gavel.`);
  if (second)
    throw new UserError(
      `More than one person is called that: ${listWords(
        found.map(([key]) => key),
        'or',
      )}. Say which.`,
    );
  return first[1].id;
}

function dayOf(value: string, now: number, timeZone: string): number {
  if (value.toLowerCase() === 'today') return startOfDay(now, timeZone);
  if (value.toLowerCase() === 'yesterday') return startOfDay(now, timeZone) - dayMs;
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T12:00:00Z`) : Number.NaN;
  if (Number.isNaN(time)) throw new UserError('Write a day like 2026-11-20, or today.');
  return startOfDay(time, timeZone);
}
