import { lineOf } from './typed/line';
import type { AskedWhen, Unread } from './typed/moment';
import { readRangeAt } from './typed/range';
import type { Range } from './typed/range';

/** What narrows a list: words, `key=value`, and ranges of time in any of the forms above, `since=…` and `when=…` among them. */
interface TypedFilter {
  readonly range: Range;
  readonly unread?: Unread;
  /** What is no time, in order. */
  readonly rest: readonly { readonly key?: string; readonly value: string }[];
}

const timeKeys = new Set(['since', 'from', 'until', 'till', 'to', 'when', 'before', 'after']);

/** Takes the words of a filter apart, in one pass. */
export function readFilter(text: string, asked: AskedWhen): TypedFilter {
  const parts = partsOf(text).flatMap(({ key, value, isQuoted }) =>
    key !== undefined && timeKeys.has(key)
      ? [key, ...value.split(' ')].map((word) => ({ word, part: { value: word } }))
      : [{ word: key !== undefined || isQuoted ? notTime : value, part: { ...(key !== undefined && { key }), value } }],
  );
  const line = lineOf(parts.map(({ word }) => word).join(' '), asked.count);
  let range: Range = {};
  const rest: { key?: string; value: string }[] = [];
  for (let at = 0; at < parts.length;) {
    const read = readRangeAt(line, at, asked);
    if (read && 'problem' in read.value) return { range, unread: read.value, rest };
    if (read) range = { ...range, ...read.value };
    else rest.push(parts[at]?.part ?? { value: '' });
    at = read?.next ?? at + 1;
  }
  return { range, rest };
}

const notTime = '-';

interface Part {
  readonly key?: string;
  readonly value: string;
  readonly isQuoted: boolean;
}

/** `who=dana`, `what:"deploy shop"`, `--service shop`, plain words. Every sign is looked at once, the end of a quote twice. */
function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  const keyForm = /(?:--)?([a-z][a-z-]{0,30})[=:]/iy;
  const spaceForm = /\s+/y;
  for (let at = 0; at < text.length;) {
    spaceForm.lastIndex = at;
    at += spaceForm.exec(text)?.[0].length ?? 0;
    keyForm.lastIndex = at;
    const found = keyForm.exec(text);
    at += found?.[0].length ?? 0;
    const key = found?.[1]?.toLowerCase();
    const closing = text.charAt(at) === '"' ? text.indexOf('"', at + 1) : -1;
    const end = closing >= 0 ? closing : endOfWord(text, at);
    const value = text
      .slice(closing >= 0 ? at + 1 : at, end)
      .replace(/\s+/g, ' ')
      .trim();
    if (value !== '') parts.push({ ...(key !== undefined && { key }), value, isQuoted: closing >= 0 });
    at = Math.max(end + 1, at);
  }
  return parts;
}

function endOfWord(text: string, from: number): number {
  const spaceForm = /\s/g;
  spaceForm.lastIndex = from;
  return spaceForm.exec(text)?.index ?? text.length;
}
