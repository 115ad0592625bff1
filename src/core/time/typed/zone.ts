import { IANAZone, Info } from 'luxon';
import type { Line, Read } from './line';

/** Time zones as people name them: `CET`, `UTC+2`, `Europe/Berlin`, `PT`. Pure. */

/** A zone by a name that `wallOf` and `instantsOf` know, or a name that several zones share. */
export type NamedZone = { readonly zone: string } | { readonly shared: string; readonly zones: readonly string[] };

const hours: Readonly<Record<string, number>> = {
  utc: 0,
  gmt: 0,
  z: 0,
  wet: 0,
  west: 1,
  bst: 1,
  cet: 1,
  cest: 2,
  eet: 2,
  eest: 3,
  msk: 3,
  sast: 2,
  est: -5,
  edt: -4,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  akst: -9,
  akdt: -8,
  hst: -10,
  brt: -3,
  jst: 9,
  kst: 9,
  sgt: 8,
  hkt: 8,
  awst: 8,
  acst: 9.5,
  acdt: 10.5,
  aest: 10,
  aedt: 11,
  nzst: 12,
  nzdt: 13,
};
const abbreviations = new Map(Object.entries(hours).map(([name, hour]) => [name, hour * 60]));
const regions = new Map([
  ['et', 'America/New_York'],
  ['ct', 'America/Chicago'],
  ['mt', 'America/Denver'],
  ['pt', 'America/Los_Angeles'],
]);
const sharedNames = new Map<string, readonly string[]>([
  ['ist', ['Asia/Kolkata', 'Europe/Dublin', 'Asia/Jerusalem']],
  ['cst', ['America/Chicago', 'Asia/Shanghai']],
  ['ast', ['America/Halifax', 'Asia/Riyadh']],
]);
const placeForm = /^[a-z_]{2,20}(?:\/[a-z0-9_+-]{2,20}){1,2}$/;
const offsetForm = /^(?:utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?$/;

/** The zone that this word names; undefined where it names none. */
export function readZone(line: Line, at: number): Read<NamedZone> | undefined {
  const word = line.wordAt(at);
  const next = at + 1;
  const behind = word === 'utc' || word === 'gmt' ? zoneOfOffset(line.wordAt(next)) : undefined;
  if (behind) return { value: { zone: behind }, next: next + 1 };
  const offset = abbreviations.get(word);
  if (offset !== undefined) return { value: { zone: fixedZone(offset) }, next };
  const fixed = zoneOfOffset(word);
  if (fixed) return { value: { zone: fixed }, next };
  const zones = sharedNames.get(word);
  if (zones) return { value: { shared: word.toUpperCase(), zones }, next };
  const zone = regions.get(word) ?? placeOf(word);
  return zone === undefined ? undefined : { value: { zone }, next };
}

/** The zone of `+02:00`, `UTC+2` or `z`; undefined for anything else. */
export function zoneOfOffset(word: string): string | undefined {
  if (word === 'z') return 'UTC';
  const [, sign, hour, minute] = offsetForm.exec(word) ?? [];
  if (hour === undefined) return undefined;
  const minutes = Number(hour) * 60 + Number(minute ?? 0);
  return minutes > 14 * 60 ? undefined : fixedZone(sign === '-' ? -minutes : minutes);
}

function fixedZone(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  const hour = Math.floor(Math.abs(minutes) / 60);
  return `UTC${minutes < 0 ? '-' : '+'}${hour}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

function placeOf(word: string): string | undefined {
  if (!placeForm.test(word) || !IANAZone.isValidZone(word)) return undefined;
  return new Intl.DateTimeFormat('en-GB', { timeZone: word }).resolvedOptions().timeZone;
}

export const dayMs = 86_400_000;

/** What the wall shows in the zone, as if the wall clock were UTC: whole days by division, the rest is the time of day. */
export function wallOf(moment: number, zone: string): number {
  return moment + offsetMs(zone, moment);
}

/** The moments at which the wall in the zone shows this: none is missing, for in a gap the clock has gone on; two where an hour comes twice. */
export function instantsOf(wall: number, zone: string): readonly [number, ...number[]] {
  const [early, late] = [offsetMs(zone, wall - dayMs), offsetMs(zone, wall + dayMs)];
  const found = [...new Set([wall - early, wall - late])].filter((each) => wallOf(each, zone) === wall);
  const [first = wall - early, ...more] = found.sort((a, b) => a - b);
  return [first, ...more];
}

/** Clocks change at whole quarters of an hour, so an offset holds for one of them. */
const quarterMs = 900_000;
const maxKept = 1_000;
const offsets = new Map<string, number>();

function offsetMs(zone: string, moment: number): number {
  const quarter = Math.floor(moment / quarterMs);
  const key = `${zone} ${quarter}`;
  const kept = offsets.get(key);
  if (kept !== undefined) return kept;
  if (offsets.size >= maxKept) offsets.clear();
  const offset = Info.normalizeZone(zone).offset(quarter * quarterMs) * 60_000;
  offsets.set(key, offset);
  return offset;
}
