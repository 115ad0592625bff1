import { Cron } from 'croner';
import { DateTime } from 'luxon';

/** When something is to happen, as people say it, on the wall clock of a time zone. Pure. */

export type When =
  | { readonly kind: 'once'; readonly at: number }
  | { readonly kind: 'again'; readonly cron: string; readonly words: string };

export interface Spoken {
  readonly when: When;
  /** What is to happen then. */
  readonly what: string;
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fullDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const dayWord = '(?:sun|mon|tue|wed|thu|fri|sat)[a-z]*';
const timeWord = '(\\d{1,2})(?:[:.](\\d{2}))?\\s*(am|pm)?';
const unitsMs = { minute: 60_000, hour: 3_600_000 };

/** `weekday at 9 health of shop`: what stands behind `every`. */
export function readEvery(text: string): Spoken | undefined {
  const hourly = /^hour\s+(.+)$/is.exec(text.trim());
  if (hourly?.[1] !== undefined)
    return { when: { kind: 'again', cron: '0 * * * *', words: 'every hour' }, what: hourly[1] };
  const list = `${dayWord}(?:(?:\\s*,\\s*|\\s+and\\s+)${dayWord})*`;
  const found = new RegExp(`^(day|weekday|${list})\\s+at\\s+${timeWord}\\s+(.+)$`, 'is').exec(text.trim());
  if (!found) return undefined;
  const [, which = '', hour = '', minute, half, what = ''] = found;
  const time = timeOf(hour, minute, half);
  const on = daysOf(which.toLowerCase());
  if (!time || !on) return undefined;
  const clock = `${pad(time.hour)}:${pad(time.minute)}`;
  return {
    when: { kind: 'again', cron: `${time.minute} ${time.hour} * * ${on.cron}`, words: `every ${on.words} at ${clock}` },
    what,
  };
}

/** `in 2 hours …`, `at 16:30 …`, `tomorrow at 9 …`. */
export function readOnce(text: string, now: number, timeZone: string): Spoken | undefined {
  const wall = DateTime.fromMillis(now, { zone: timeZone });
  const span = /^in\s+(\d{1,4}|an?)\s+(minute|hour|day|week)s?\s+(.+)$/is.exec(text.trim());
  if (span) {
    const [, many = '', unit = '', what = ''] = span;
    const count = /^an?$/i.test(many) ? 1 : Number(many);
    if (count === 0) return undefined;
    const named = unit.toLowerCase();
    const at =
      named === 'minute' || named === 'hour'
        ? now + count * unitsMs[named]
        : wall.plus(named === 'day' ? { days: count } : { weeks: count }).toMillis();
    return { when: { kind: 'once', at }, what };
  }
  const found = new RegExp(`^(tomorrow\\s+)?at\\s+${timeWord}\\s+(.+)$`, 'is').exec(text.trim());
  if (!found) return undefined;
  const [, tomorrow, hour = '', minute, half, what = ''] = found;
  const time = timeOf(hour, minute, half);
  if (!time) return undefined;
  const day = tomorrow === undefined ? wall : wall.plus({ days: 1 });
  const named = day.set({ ...time, second: 0, millisecond: 0 });
  const at = named.toMillis() > now ? named : named.plus({ days: 1 });
  return { when: { kind: 'once', at: at.toMillis() }, what };
}

/** The next moment after `now`, by the zone's own rules for daylight saving; undefined when it does not come again. */
export function nextAfter(when: When, now: number, timeZone: string): number | undefined {
  if (when.kind === 'once') return when.at > now ? when.at : undefined;
  return new Cron(when.cron, { timezone: timeZone, paused: true }).nextRun(new Date(now))?.getTime();
}

/** `remind me to …` and `remind us that …`; undefined for any other line. */
export function readReminder(what: string): { readonly whom: 'me' | 'us'; readonly text: string } | undefined {
  const found = /^remind\s+(me|us)\s+(?:(?:to|that|about|of)\s+)?(.+)$/is.exec(what.trim());
  if (!found) return undefined;
  return { whom: found[1]?.toLowerCase() === 'us' ? 'us' : 'me', text: found[2] ?? '' };
}

function timeOf(hourWord: string, minuteWord = '0', half?: string) {
  const typed = Number(hourWord);
  const minute = Number(minuteWord);
  if (minute > 59 || (half === undefined ? typed > 23 : typed < 1 || typed > 12)) return undefined;
  return { hour: half === undefined ? typed : (typed % 12) + (half.toLowerCase() === 'pm' ? 12 : 0), minute };
}

function daysOf(which: string): { readonly cron: string; readonly words: string } | undefined {
  if (which === 'day') return { cron: '*', words: 'day' };
  if (which === 'weekday') return { cron: '1-5', words: 'weekday' };
  const numbers = which.split(/\s*,\s*|\s+and\s+/).map((word) => dayNumber(word));
  if (numbers.includes(-1)) return undefined;
  const each = [...new Set(numbers)];
  return { cron: each.join(','), words: each.map((number) => fullDays[number]).join(' and ') };
}

/** `Mon` and `Monday`, never `money`. */
function dayNumber(word: string): number {
  const number = days.indexOf(word.slice(0, 3));
  return word.length === 3 || fullDays[number]?.toLowerCase() === word ? number : -1;
}

const pad = (number: number): string => String(number).padStart(2, '0');
