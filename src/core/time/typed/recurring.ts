import { lookUp } from '../../keys';
import { midnightMs, readClock, readZone } from './clock';
import type { ClockTime } from './clock';
import { weekdayNames, weekdayOf } from './day';
import type { Line, Read } from './line';
import type { Unread } from './moment';
import { partBegins } from './pieces';

/** What repeats: `weekday at 9`, `Mondays and Thursdays at noon`, `hour`. Pure. */

interface Recurrence {
  /** Five fields, in the zone's local time. */
  readonly cron: string;
  /** `every Monday and Thursday at 12:00` */
  readonly words: string;
  /** IANA; omitted, the author's zone. */
  readonly timeZone?: string;
}

const groups = new Map([
  ['day', { cron: '*', words: 'day' }],
  ['days', { cron: '*', words: 'day' }],
  ['weekday', { cron: '1-5', words: 'weekday' }],
  ['weekdays', { cron: '1-5', words: 'weekday' }],
  ['workday', { cron: '1-5', words: 'weekday' }],
  ['workdays', { cron: '1-5', words: 'weekday' }],
  ['weekend', { cron: '0,6', words: 'Saturday and Sunday' }],
]);
const hourMs = 3_600_000;
const unnamed: Unread = {
  problem: 'I can’t tell when that should happen',
  fix: 'Include the days and the time, for example `every weekday at 9 …` or `every Monday and Thursday at 16:30 …`.',
};

interface Days {
  readonly cron: string;
  readonly words: string;
  readonly part?: number;
}

/** What follows `every`, as far as it goes. Reads a bounded number of words. */
export function readRecurrence(line: Line, from: number): Read<Recurrence> | Unread {
  if (line.wordAt(from) === 'hour') return { value: { cron: '0 * * * *', words: 'every hour' }, next: from + 1 };
  const days = readDays(line, from);
  if (!days) return unnamed;
  const time = readTime(line, days.next, days.value.part);
  if (!time) return unnamed;
  const zone = readZone(line, time.next);
  if (zone && 'shared' in zone.value)
    return {
      problem: `${zone.value.shared} is the name of several time zones`,
      fix: `Type \`${zone.value.zones[0] ?? ''}\`.`,
    };
  const timeZone = zone && 'zone' in zone.value ? placeOf(zone.value.zone) : undefined;
  if (zone && timeZone === undefined)
    return {
      problem: 'I can’t schedule by that offset',
      fix: 'Use a time zone that names a city, for example `Asia/Kolkata`.',
    };
  if (time.value === midnightMs && days.value.cron !== '*')
    return { problem: 'Midnight could mean the start or the end of that day', fix: 'Type `0:00` or `23:59`.' };
  const [hour, minute] = [Math.floor(time.value / hourMs) % 24, Math.floor((time.value % hourMs) / 60_000)];
  const clock = `${pad(hour)}:${pad(minute)}`;
  const where = timeZone === undefined ? '' : ` (${timeZone})`;
  const { cron, words } = days.value;
  return {
    value: {
      cron: `${minute} ${hour} * * ${cron}`,
      words: `every ${words} at ${clock}${where}`,
      ...(timeZone !== undefined && { timeZone }),
    },
    next: zone?.next ?? time.next,
  };
}

/** `day`, `weekdays`, `Mondays, tues and Fri`, `Monday morning`, `morning`. */
function readDays(line: Line, from: number): Read<Days> | undefined {
  const word = line.wordAt(from);
  const part = lookUp<number>(partBegins, word);
  if (part !== undefined) return { value: { cron: '*', words: 'day', part }, next: from + 1 };
  const group = groups.get(word);
  const listed = group ? { value: group, next: from + 1 } : readList(line, from);
  if (!listed) return undefined;
  const behind = lookUp<number>(partBegins, line.wordAt(listed.next));
  return behind === undefined ? listed : { value: { ...listed.value, part: behind }, next: listed.next + 1 };
}

/** Each of the seven at most once, so the list ends. */
function readList(line: Line, from: number): Read<Days> | undefined {
  const numbers: number[] = [];
  let next = from;
  for (;;) {
    const start = numbers.length > 0 && line.wordAt(next) === 'and' ? next + 1 : next;
    const several = line
      .wordAt(start)
      .split(',')
      .map((word) => weekdayOf(word, true));
    const found = several.flatMap((day) => (day === undefined ? [] : [day % 7]));
    if (found.length < several.length || found.some((day) => numbers.includes(day))) break;
    numbers.push(...found);
    next = start + 1;
  }
  if (numbers.length === 0) return undefined;
  return {
    value: { cron: numbers.join(','), words: numbers.map((day) => weekdayNames.at(day - 1)).join(' and ') },
    next,
  };
}

/** An hour alone needs `at` before it; a part of the day has its own hour. */
function readTime(line: Line, from: number, part: number | undefined): Read<number> | undefined {
  const isAt = line.wordAt(from) === 'at';
  const read = readClock(line, isAt ? from + 1 : from);
  if (read && (isAt || !read.value.isBare)) return { value: inPart(read.value, part), next: read.next };
  return part === undefined ? undefined : { value: part * hourMs, next: from };
}

const inPart = ({ ms, isExact }: ClockTime, part: number | undefined): number =>
  !isExact && part !== undefined && part > 12 && ms < 12 * hourMs ? ms + 12 * hourMs : ms;

/** A zone that cron knows: offsets of full hours have one, with the sign inverted. */
function placeOf(zone: string): string | undefined {
  const [, sign, hour, minute] = /^UTC([+-])(\d{1,2})(:\d{2})?$/.exec(zone) ?? [];
  if (hour === undefined) return zone;
  return minute === undefined ? `Etc/GMT${sign === '+' ? '-' : '+'}${hour}` : undefined;
}

const pad = (number: number): string => String(number).padStart(2, '0');
