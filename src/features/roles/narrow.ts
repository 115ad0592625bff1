import { readMoment } from '../../core/moments';
import type { Scope } from '../../core/rights';

/** What an approver writes to give less than was asked: `until Friday only staging`. Pure. */

export interface Wanted extends Scope {
  readonly until?: number;
}

/** Names that can be left out of a request, by what they are. */
export interface Narrowable {
  readonly services: readonly string[];
  readonly environments: readonly string[];
}

/** What is given, or the words that can not be read: then nothing is, for it may be less that was meant. */
export type Narrowed = { readonly given: Wanted } | { readonly unread: string };

const joining = /^(only|just|and|on|in|the|for|to|with|please|services?|environments?)$/;
const speaksOfLess = /\b(only|just|until|till|not|without|except|but|days?|weeks?|hours?|months?|today|tomorrow)\b|\d/i;

export function narrowed(wanted: Wanted, note: string, known: Narrowable, now: number, timeZone: string): Narrowed {
  const said = note.replace(/(^|[\s,;])because\b.*$/is, '').trim();
  const words = said
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((word) => word !== '');
  const isName = (word: string): boolean => known.services.includes(word) || known.environments.includes(word);
  if (!words.some(isName) && !speaksOfLess.test(said)) return { given: wanted };
  const term = termIn(said, now, timeZone);
  if ('unread' in term) return term;
  const names = term.rest
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((word) => word !== '' && !joining.test(word));
  const unknown = names.filter((word) => !isName(word));
  if (unknown.length > 0) return { unread: unknown.join(' ') };
  const services = part(wanted.services, names, known.services);
  const environments = part(wanted.environments, names, known.environments);
  if ('unread' in services) return services;
  if ('unread' in environments) return environments;
  const until = earliest(wanted.until, term.until);
  return {
    given: {
      ...(services.names && { services: services.names }),
      ...(environments.names && { environments: environments.names }),
      ...(until !== undefined && { until }),
    },
  };
}

/** The moment behind `until` or `for`, and what is left of the words. */
function termIn(
  said: string,
  now: number,
  timeZone: string,
): { readonly until?: number; readonly rest: string } | { readonly unread: string } {
  const found = /\b(until|till|for)\s+((?!the\b)(?:(?!\b(?:only|just)\b).)+)/i.exec(said);
  const words = found?.[2]?.trim();
  if (!found || words === undefined) return { rest: said };
  const rest = `${said.slice(0, found.index)} ${said.slice(found.index + found[0].length)}`;
  const terms = words.split(/\s+/);
  // What stands behind the moment may be a name: `for 7 days in staging`.
  for (let count = terms.length; count > 0; count--) {
    const until = readMoment(terms.slice(0, count).join(' ').replace(/[,;]$/, ''), now, timeZone);
    if (until !== undefined) return moreOf(until, `${rest} ${terms.slice(count).join(' ')}`, now, timeZone);
  }
  return /^for$/i.test(found[1] ?? '') && !/\d/.test(words) ? { rest: said } : { unread: words };
}

/** Two ends, the earlier one counts. */
function moreOf(
  until: number,
  rest: string,
  now: number,
  timeZone: string,
): { readonly until?: number; readonly rest: string } | { readonly unread: string } {
  const more = termIn(rest, now, timeZone);
  return 'unread' in more ? more : { until: earliest(until, more.until), rest: more.rest };
}

function part(
  wanted: readonly string[] | undefined,
  names: readonly string[],
  known: readonly string[],
): { readonly names: readonly string[] | undefined } | { readonly unread: string } {
  const chosen = [...new Set(names.filter((name) => known.includes(name)))];
  if (chosen.length === 0) return { names: wanted };
  const outside = chosen.filter((name) => wanted !== undefined && !wanted.includes(name));
  return outside.length > 0 ? { unread: `${outside.join(', ')}, which was not asked for` } : { names: chosen };
}

function earliest(some: number | undefined, other: number | undefined): number | undefined {
  if (some === undefined) return other;
  return other === undefined ? some : Math.min(some, other);
}
