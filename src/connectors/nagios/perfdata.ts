/** The performance data of a check: `time=0.012s;1;2;0;10 'free space'=80%`. https://www.monitoring-plugins.org/doc/guidelines.html. Pure. */

export interface PerfValue {
  readonly value: number;
  /** `s`, `ms`, `%`, `B`; empty if it has none. */
  readonly unit: string;
}

/** Each value by its label. What isn't a number, such as `U` for unknown, is left out. */
export function perfdataIn(text: string): ReadonlyMap<string, PerfValue> {
  const found = new Map<string, PerfValue>();
  const words = text.slice(0, maxLength);
  const entry = /(?:'((?:[^']|'')*)'|([^\s=']+))=(\S*)/y;
  for (let at = 0; at < words.length; at = entry.lastIndex) {
    entry.lastIndex = at;
    const [, quoted, bare = '', measured = ''] = entry.exec(words) ?? [];
    // Past what isn't an entry.
    if (entry.lastIndex === 0) entry.lastIndex = at + 1;
    const label = quoted?.replaceAll("''", "'") ?? bare;
    const [, digits = '', unit = ''] = /^(-?[\d.,]+)([^;\d]*)/.exec(measured) ?? [];
    const value = digits === '' ? NaN : Number(digits.replace(',', '.'));
    if (Number.isFinite(value) && !found.has(label)) found.set(label, { value, unit });
  }
  return found;
}

const maxLength = 20_000;

const msInUnit: ReadonlyMap<string, number> = new Map([
  ['', 1_000],
  ['s', 1_000],
  ['ms', 1],
  ['us', 0.001],
]);

/** A time in milliseconds; without a unit it's in seconds. Undefined in a unit that isn't one of time. */
export function secondsToMs({ value, unit }: PerfValue): number | undefined {
  const factor = msInUnit.get(unit.toLowerCase());
  return factor === undefined ? undefined : value * factor;
}
