import type { Scope } from '../../../core/catalog/rights';
import { cleanText, enumerate } from '../../../core/text';
import { lineOf, textBetween, textFrom } from '../../../core/time/typed/line';
import type { Line, Read } from '../../../core/time/typed/line';
import { readMomentAt, readSpan } from '../../../core/time/typed/moment';
import type { AskedWhen, Moment, Unread } from '../../../core/time/typed/moment';
import { timeZoneOf } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import type { AccessRequest, ApproverNote } from './workflow';

/** What an approver writes to grant less than was requested: `until Friday only staging`. Every word is understood, or nothing is granted. Pure. */

interface Wanted extends Scope {
  readonly until?: number;
}

/** Names that a request can leave out, by kind. */
interface Narrowable {
  readonly services: readonly string[];
  readonly environments: readonly string[];
}

/**
 * What is granted; or the words that can't be understood, and what the others would grant. Then nothing is granted, because less may have been meant.
 */
export type Narrowed = { readonly given: Wanted } | { readonly unread: string; readonly understood: Wanted };

/** Words that introduce a limit and mean nothing alone. */
const leads = new Set(['only', 'just', 'and', 'on', 'in', 'the', 'to', 'for']);
/** Words next to a name. */
const kinds = new Set(['service', 'services', 'environment', 'environments', 'env']);
/** Words that never limit anything. */
const friendly = new Set('please ok okay yes sure fine approved agreed granted lgtm thanks welcome aboard'.split(' '));
const termWords = new Set(['until', 'till', 'til', 'by', 'through', 'for']);
/** Text after one of these is a comment, which limits nothing and isn't parsed. */
const remarks = ['note:', 'remark:', 'comment:'];

export function narrowRequest(wanted: Wanted, note: string, known: Narrowable, asked: AskedWhen): Narrowed {
  const found = readLimits(note, known, asked);
  const services = part(wanted.services, found.names, known.services);
  const environments = part(wanted.environments, found.names, known.environments);
  const until = Math.min(wanted.until ?? Infinity, found.until);
  const given = {
    ...(services.names && { services: services.names }),
    ...(environments.names && { environments: environments.names }),
    ...(until < Infinity && { until }),
  };
  const unread = [...found.unread, ...services.outside, ...environments.outside];
  return unread.length === 0 ? { given } : { unread: enumerate(unread, 'or'), understood: given };
}

/** The limits in an approver's note, in its author's time zone and as of when it was written. */
export async function readNote(
  deps: FeatureDependencies,
  wanted: Wanted,
  { by, at, note }: ApproverNote,
): Promise<Narrowed> {
  const { services, environments } = deps.catalog();
  const names = { services: Object.keys(services), environments: Object.keys(environments) };
  return narrowRequest(wanted, note, names, { now: at, timeZone: await timeZoneOf(deps, by.id) });
}

/** All of them together: each can only reduce the grant. Undefined if they can't be understood or leave nothing. */
export async function readAllNotes(
  deps: FeatureDependencies,
  { services, environments, until }: AccessRequest,
  said: readonly ApproverNote[],
): Promise<Wanted | undefined> {
  let given: Wanted = { services, environments, until };
  for (const each of said) {
    const read = await readNote(deps, given, each);
    if ('unread' in read) return undefined;
    given = read.given;
  }
  return given;
}

/** Reads each word once, with a bounded lookahead; without an end, it is infinitely far away. */
function readLimits(note: string, known: Narrowable, asked: AskedWhen) {
  const line = lineOf(note, asked.count);
  const names = new Map([...known.services, ...known.environments].map((name) => [name.toLowerCase(), name]));
  const found: string[] = [];
  const unread: string[] = [];
  let until = Infinity;
  let led: number | undefined;
  let isBehindLimit = false;
  let at = 0;
  const refuse = (from: number, next: number): void => void unread.push(textBetween(line, from, next));
  while (at < line.words.length && !isRemark(line, at)) {
    const word = line.wordAt(at);
    const name = names.get(word);
    const term = name === undefined ? termAt(line, at, asked) : undefined;
    if (word === 'because') {
      unread.push(textFrom(line, at));
      break;
    }
    if (name !== undefined) found.push(name);
    else if (term && 'problem' in term.value) refuse(at, term.next);
    else if (term && 'at' in term.value) until = Math.min(until, term.value.at);
    // `staging only`: the limit comes before it.
    else if (word === 'only' && isBehindLimit) led = undefined;
    else if (leads.has(word)) led ??= at;
    else if (!isHarmless(line, at, found.length > 0)) refuse(at, at + 1);
    isBehindLimit = name !== undefined || term !== undefined || (isBehindLimit && kinds.has(word));
    if (isBehindLimit) led = undefined;
    at = term?.next ?? (asAsked(line, at) ? at + 2 : at + 1);
  }
  // `only` with nothing after it.
  if (led !== undefined && unread.length === 0) refuse(led, at);
  return { names: found, unread: unread.map((each) => `“${each}”`), until };
}

function isHarmless(line: Line, at: number, isBehindName: boolean): boolean {
  const word = line.wordAt(at);
  // Invisible text wasn't meant as a limit.
  if (asAsked(line, at) || friendly.has(word) || cleanText(word, 60) === '') return true;
  return kinds.has(word) && (isBehindName || line.wordAt(at + 1) !== '');
}

/** `as asked`, `thank you`, `go ahead`. */
function asAsked(line: Line, at: number): boolean {
  const pair = `${line.wordAt(at)} ${line.wordAt(at + 1)}`;
  return ['as asked', 'as requested', 'thank you', 'go ahead'].includes(pair);
}

function isRemark(line: Line, at: number): boolean {
  const word = textBetween(line, at, at + 1)
    .slice(0, 8)
    .toLowerCase();
  return remarks.some((each) => word.startsWith(each));
}

/** `until Friday`, `for 7 days`, and what can only be an end: `7 days`, `today`, `tonight`. */
function termAt(line: Line, at: number, asked: AskedWhen): Read<Moment | Unread> | undefined {
  const word = line.wordAt(at);
  if (termWords.has(word)) return readMomentAt(line, at, 'until', asked);
  const isEnd = word === 'today' || word === 'tonight' || readSpan(line, at) !== undefined;
  return isEnd ? readMomentAt(line, at, 'for', asked) : undefined;
}

/** The wanted names that remain, and named ones that weren't among them. */
function part(wanted: readonly string[] | undefined, names: readonly string[], known: readonly string[]) {
  const chosen = [...new Set(names.filter((name) => known.includes(name)))];
  const outside = chosen.filter((name) => wanted !== undefined && !wanted.includes(name));
  return {
    names: chosen.length === 0 ? wanted : chosen.filter((name) => !outside.includes(name)),
    outside: outside.map((name) => `“${name}”, which wasn’t requested`),
  };
}
