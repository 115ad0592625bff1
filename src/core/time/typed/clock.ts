import type { Line, Read } from './line';
import { zoneOfOffset } from './zone';

/** Times of the day: `18:00`, `9am`, `noon`, `24:00`. Pure. */

export interface ClockTime {
  /** Since the day began on the wall; 24 hours is the end of the day. */
  readonly ms: number;
  /** A bare number, which is an hour only beside a day, a part of the day or `at`. */
  readonly isBare: boolean;
  /** `9.10`, which may be a date as well. */
  readonly isDotted: boolean;
  /** Said with am or pm, or above 12: no part of the day changes it. */
  readonly isExact: boolean;
  /** The zone that is written to the time without a space: `18:00Z`. */
  readonly zone?: string;
}

const timeForm =
  /^(\d{1,2})([:.])([0-5]\d)(?::([0-5]\d)(?:\.\d{1,3})?)?(am|pm|a\.m|p\.m)?(z|[+-]\d{1,2}(?::?[0-5]\d)?)?$/;
const hourForm = /^(\d{1,2})(am|pm|a\.m|p\.m)?$/;
const halves = new Set(['am', 'pm', 'a.m', 'p.m']);
const hourMs = 3_600_000;
export const midnightMs = 24 * hourMs;

/** The time of day that begins with this word; undefined where none begins. */
export function readClock(line: Line, at: number): Read<ClockTime> | undefined {
  const word = line.wordAt(at);
  const next = at + 1;
  if (word === 'noon' || word === 'midday') return { value: exactly(12 * hourMs), next };
  if (word === 'midnight') return { value: exactly(midnightMs), next };
  const [, hour, separator, minute, second, glued, offset] = timeForm.exec(word) ?? [];
  if (hour !== undefined) {
    const [half, end] = halfAt(line, glued, next);
    const ms = timeMs(Number(hour), Number(minute), Number(second ?? 0), half);
    const zone = offset === undefined ? undefined : zoneOfOffset(offset);
    if (ms === undefined || (offset !== undefined && zone === undefined)) return undefined;
    const isExact = half !== undefined || Number(hour) > 12 || Number(hour) === 0;
    const value = { ms, isBare: false, isDotted: separator === '.', isExact, ...(zone !== undefined && { zone }) };
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
  return { value: { ms, isBare: !isClock, isDotted: false, isExact }, next: isClock ? end + 1 : end };
}

const exactly = (ms: number): ClockTime => ({ ms, isBare: false, isDotted: false, isExact: true });

/** `am` or `pm`, in the word itself or behind it. */
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
