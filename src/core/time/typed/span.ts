import type { Line, Read } from './line';

/** How long something lasts: `2h`, `1h30m`, `half an hour`, `1.5 days`. Pure. */

/** Days and weeks are exactly 24 and 168 hours long; months keep the day and the time on the wall. */
export interface Span {
  readonly ms: number;
  readonly months: number;
}

interface Unit extends Span {
  /** A smaller unit follows a larger one, never the other way round. */
  readonly rank: number;
}

const unit = (rank: number, ms: number, months = 0): Unit => ({ rank, ms, months });
const units = new Map<string, Unit>();
const define = (names: string, each: Unit): void => names.split(' ').forEach((name) => units.set(name, each));
define('s sec secs second seconds', unit(1, 1_000));
define('m min mins minute minutes', unit(2, 60_000));
define('h hr hrs hour hours', unit(3, 3_600_000));
define('d day days', unit(4, 86_400_000));
define('w wk wks week weeks', unit(5, 604_800_000));
define('fortnight fortnights', unit(5, 1_209_600_000));
define('mo month months', unit(6, 0, 1));
define('y yr yrs year years', unit(7, 0, 12));

const numbers = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'.split(' ').map((word, value) => [word, value]),
);
const numberForm = /^\d{1,5}(?:[.,]\d{1,2})?$/;
const gluedForm = /^(?:\d{1,5}(?:[.,]\d{1,2})?[a-z]{1,9}){1,5}(?:[0-5]\d)?$/;
const most = 5;

/** The span that begins with this word, as long as it goes on; undefined where none begins. */
export function readSpan(line: Line, from: number): Read<Span> | undefined {
  let total: Span = { ms: 0, months: 0 };
  let [next, rank, found] = [from, 8, false];
  for (let parts = 0; parts < most; parts++) {
    const start = found && line.wordAt(next) === 'and' ? next + 1 : next;
    const part = readPart(line, start);
    if (!part || part.value.first >= rank) break;
    total = plus(total, part.value.span);
    [next, rank, found] = [part.next, part.value.last, true];
  }
  return found ? { value: total, next } : undefined;
}

interface Part {
  readonly span: Span;
  readonly first: number;
  readonly last: number;
}

const plus = (some: Span, more: Span): Span => ({ ms: some.ms + more.ms, months: some.months + more.months });

function readPart(line: Line, at: number): Read<Part> | undefined {
  const word = line.wordAt(at);
  if (gluedForm.test(word)) return readGlued(word, at);
  const half = readHalf(line, at);
  if (half) return half;
  const amount = amountOf(word, line.wordAt(at + 1));
  if (!amount) return undefined;
  let [next, count] = [at + amount.words, amount.count];
  const isHalfMore = line.wordAt(next) === 'and' && line.wordAt(next + 1) === 'a' && line.wordAt(next + 2) === 'half';
  if (isHalfMore) [next, count] = [next + 3, count + 0.5];
  const read = partOf(count, line.wordAt(next), next + 1);
  if (!read || isHalfMore) return read;
  const more = ['and', 'a', 'half'].every((each, index) => line.wordAt(next + 1 + index) === each);
  return more ? partOf(count + 0.5, line.wordAt(next), next + 4) : read;
}

/** `half an hour`, `a half day`, `quarter of an hour`. */
function readHalf(line: Line, at: number): Read<Part> | undefined {
  let next = line.wordAt(at) === 'a' ? at + 1 : at;
  const share = new Map([
    ['half', 0.5],
    ['quarter', 0.25],
  ]).get(line.wordAt(next++));
  if (share === undefined) return undefined;
  if (line.wordAt(next) === 'of') next++;
  if (['a', 'an'].includes(line.wordAt(next))) next++;
  return partOf(share, line.wordAt(next), next + 1);
}

function amountOf(word: string, after: string): { readonly count: number; readonly words: number } | undefined {
  if (numberForm.test(word)) return { count: Number(word.replace(',', '.')), words: 1 };
  if (word === 'a' && after === 'couple') return { count: 2, words: 3 };
  if (word === 'a' || word === 'an') return { count: 1, words: 1 };
  const count = numbers.get(word);
  return count === undefined ? undefined : { count, words: 1 };
}

function partOf(count: number, name: string, next: number): Read<Part> | undefined {
  const named = units.get(name);
  if (!named || (named.months > 0 && !Number.isInteger(count))) return undefined;
  const span = { ms: Math.round(count * named.ms), months: count * named.months };
  return { value: { span, first: named.rank, last: named.rank }, next };
}

/** `1h30m`, `2d`, `1h30`. */
function readGlued(word: string, at: number): Read<Part> | undefined {
  let span: Span = { ms: 0, months: 0 };
  let [first, last] = [0, 8];
  for (const [, count = '', name] of word.matchAll(/(\d{1,5}(?:[.,]\d{1,2})?)([a-z]*)/g)) {
    const part = partOf(Number(count.replace(',', '.')), name || (last === 3 ? 'm' : ''), at);
    if (!part || part.value.first >= last) return undefined;
    span = plus(span, part.value.span);
    last = part.value.last;
    first ||= last;
  }
  return { value: { span, first, last }, next: at + 1 };
}
