import { IANAZone, Info } from 'luxon';
import { keepRecent, lookUp } from '../../keys';
import type { Line, Read } from './line';

/** Time zones as people name them (`CET`, `UTC+2`, `Europe/Berlin`, `PT`), and times of day (`18:00`, `9am`, `noon`, `24:00`). Pure. */

/** A zone with a name that `wallOf` and `instantsOf` know, or a name that several zones share. */
export type NamedZone = { readonly zone: string } | { readonly shared: string; readonly zones: readonly string[] };

const hours: Readonly<Record<string, number>> = {
  ...{ utc: 0, gmt: 0, z: 0, wet: 0, west: 1, bst: 1, cet: 1, cest: 2, eet: 2, eest: 3, msk: 3, sast: 2 },
  ...{ est: -5, edt: -4, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7, akst: -9, akdt: -8, hst: -10, brt: -3 },
  ...{ jst: 9, kst: 9, sgt: 8, hkt: 8, awst: 8, acst: 9.5, acdt: 10.5, aest: 10, aedt: 11, nzst: 12, nzdt: 13 },
};
const regions = new Map(
  Object.entries({ et: 'America/New_York', ct: 'America/Chicago', mt: 'America/Denver', pt: 'America/Los_Angeles' }),
);
const sharedNames = new Map<string, readonly string[]>([
  ['ist', ['Asia/Kolkata', 'Europe/Dublin', 'Asia/Jerusalem']],
  ['cst', ['America/Chicago', 'Asia/Shanghai']],
  ['ast', ['America/Halifax', 'Asia/Riyadh']],
]);
const placeForm = /^[a-z_]{2,20}(?:\/[a-z0-9_+-]{2,20}){1,2}$/;
const offsetForm = /^(?:utc|gmt)?([+-])(\d{1,2})(?::?([0-5]\d))?$/;

/** The zone that this word names; undefined if none. */
export function readZone(line: Line, at: number): Read<NamedZone> | undefined {
  const word = line.wordAt(at);
  const next = at + 1;
  const behind = word === 'utc' || word === 'gmt' ? zoneOfOffset(line.wordAt(next)) : undefined;
  if (behind) return { value: { zone: behind }, next: next + 1 };
  const zones = sharedNames.get(word);
  if (zones) return { value: { shared: word.toUpperCase(), zones }, next };
  const hour = lookUp(hours, word);
  const zone = hour === undefined ? (zoneOfOffset(word) ?? regions.get(word) ?? placeOf(word)) : fixedZone(hour * 60);
  return zone === undefined ? undefined : { value: { zone }, next };
}

/** The zone of `+02:00`, `UTC+2` or `z`; undefined for anything else. */
function zoneOfOffset(word: string): string | undefined {
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

/** The local time in the zone, as if it were UTC: whole days by division, and the rest is the time of day. */
export function wallOf(moment: number, zone: string): number {
  return moment + offsetMs(zone, moment);
}

/** The moments at which the clocks in the zone show this: at least one, because in a gap the clock has moved on; two if an hour occurs twice. */
export function instantsOf(wall: number, zone: string): readonly [number, ...number[]] {
  const [early, late] = [offsetMs(zone, wall - dayMs), offsetMs(zone, wall + dayMs)];
  const found = [...new Set([wall - early, wall - late])].filter((each) => wallOf(each, zone) === wall);
  const [first = wall - early, ...more] = found.sort((a, b) => a - b);
  return [first, ...more];
}

/** Clocks change only at full quarters of an hour, so an offset is valid for one of them. */
const quarterMs = 900_000;
const maxKept = 1_000;
const offsets = new Map<string, number>();

function offsetMs(zone: string, moment: number): number {
  const quarter = Math.floor(moment / quarterMs);
  const key = `${zone} ${quarter}`;
  const kept = offsets.get(key);
  if (kept !== undefined) return kept;
  const offset = Info.normalizeZone(zone).offset(quarter * quarterMs) * 60_000;
  keepRecent(offsets, key, offset, maxKept);
  return offset;
}

export interface ClockTime {
  /** Since the local day began; 24 hours is the end of the day. */
  readonly ms: number;
  /** A number alone, which is an hour only next to a day, a part of the day or `at`. */
  readonly isBare: boolean;
  /** With am or pm, or above 12: no part of the day changes it. */
  readonly isExact: boolean;
  /** The zone that follows the time without a space: `18:00Z`. */
  readonly zone?: string;
}

const timeForm =
  /^(\d{1,2})[:.]([0-5]\d)(?::([0-5]\d)(?:\.\d{1,3})?)?(am|pm|a\.m|p\.m)?(z|[+-]\d{1,2}(?::?[0-5]\d)?)?$/;
const hourForm = /^(\d{1,2})(am|pm|a\.m|p\.m)?$/;
const halves = new Set(['am', 'pm', 'a.m', 'p.m']);
const hourMs = 3_600_000;
export const midnightMs = 24 * hourMs;

/** The time of day that begins with this word; undefined if none does. */
export function readClock(line: Line, at: number): Read<ClockTime> | undefined {
  const word = line.wordAt(at);
  const next = at + 1;
  if (word === 'noon' || word === 'midday') return { value: exactly(12 * hourMs), next };
  if (word === 'midnight') return { value: exactly(midnightMs), next };
  const [, hour, minute, second, glued, offset] = timeForm.exec(word) ?? [];
  if (hour !== undefined) {
    const [half, end] = halfAt(line, glued, next);
    const ms = timeMs(Number(hour), Number(minute), Number(second ?? 0), half);
    const zone = offset === undefined ? undefined : zoneOfOffset(offset);
    if (ms === undefined || (offset !== undefined && zone === undefined)) return undefined;
    const isExact = half !== undefined || Number(hour) > 12 || Number(hour) === 0;
    const value = { ms, isBare: false, isExact, ...(zone !== undefined && { zone }) };
    return { value, next: end };
  }
  const [, bare, with12] = hourForm.exec(word) ?? [];
  if (bare === undefined) return undefined;
  const [half, end] = halfAt(line, with12, next);
  const ms = timeMs(Number(bare), 0, 0, half);
  if (ms === undefined) return undefined;
  if (half !== undefined) return { value: exactly(ms), next: end };
  const isExact = Number(bare) > 12 || Number(bare) === 0;
  const isClock = ["o'clock", 'o’clock', 'oclock'].includes(line.wordAt(end));
  return { value: { ms, isBare: !isClock, isExact }, next: isClock ? end + 1 : end };
}

const exactly = (ms: number): ClockTime => ({ ms, isBare: false, isExact: true });

/** `am` or `pm`, in the word itself or after it. */
function halfAt(line: Line, glued: string | undefined, next: number): [half: string | undefined, next: number] {
  if (glued !== undefined) return [glued, next];
  const word = line.wordAt(next);
  return halves.has(word) ? [word, next + 1] : [undefined, next];
}

function timeMs(hour: number, minute: number, second: number, half?: string): number | undefined {
  const rest = (minute * 60 + second) * 1_000;
  if (half !== undefined)
    return hour < 1 || hour > 12 ? undefined : ((hour % 12) + (half.startsWith('p') ? 12 : 0)) * hourMs + rest;
  return hour > 24 || (hour === 24 && rest > 0) ? undefined : hour * hourMs + rest;
}
