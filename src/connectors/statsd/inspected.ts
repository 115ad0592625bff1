/** Reads what the admin port of statsd prints: not JSON, but what Node shows of an object. Pure. */

/** A value, or the values of a timer. `isCut`: Node showed only the first of them. */
export type Inspected = number | { readonly values: readonly number[]; readonly isCut: boolean };

const entry =
  /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`|([A-Za-z_$][\w$]*)): (?:(-?[\w.+-]+)|\[([^\]]*)\])\s*(,|$)/y;

/** The object by its keys; undefined if it's something else. */
export function readInspected(text: string): ReadonlyMap<string, Inspected> | undefined {
  const [, inner] = /^\s*\{([\s\S]*)\}\s*$/.exec(text) ?? [];
  if (inner === undefined) return undefined;
  const found = new Map<string, Inspected>();
  if (inner.trim() === '') return found;
  entry.lastIndex = 0;
  for (;;) {
    const match = entry.exec(inner);
    if (!match) return undefined;
    const [, single, double, back, bare, number, list, end] = match;
    const key = (single ?? double ?? back ?? bare ?? '').replace(/\\(.)/g, '$1');
    const value = list === undefined ? Number(number) : readList(list);
    if (value === undefined || Number.isNaN(value)) return undefined;
    found.set(key, value);
    if (end === '') return found;
  }
}

function readList(list: string): Inspected | undefined {
  const parts = list.split(',').map((part) => part.trim());
  const isCut = /^\.\.\. \d+ more items?$/.test(parts.at(-1) ?? '');
  const values = (isCut ? parts.slice(0, -1) : parts).filter((part) => part !== '').map(Number);
  return values.some((value) => Number.isNaN(value)) ? undefined : { values, isCut };
}
