import { keepRecent } from '../keys';

/**
 * The time, injected wherever a decision depends on it. It has two readings, because the time of day gets corrected: it jumps back and forth by
 * seconds, hours or days, while five seconds still take five seconds.
 */
export interface Clock {
  /** Milliseconds since 1970: for what people see, what is stored and what other machines read. It can jump in either direction. */
  now(): number;
  /** Milliseconds since some moment of this process; never jumps and never goes back: for windows, durations, time limits and caches. */
  elapsed(): number;
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** No clock drifts by a second between two calls. */
const minStepMs = 1_000;

/** By how many milliseconds the time of day was changed since the last call: usually 0, negative if it was set back. */
export function createClockSteps(clock: Clock): () => number {
  const offset = (): number => clock.now() - clock.elapsed();
  let known = offset();
  return () => {
    const steppedMs = offset() - known;
    known += steppedMs;
    return Math.abs(steppedMs) < minStepMs ? 0 : steppedMs;
  };
}

const maxKept = 10_000;

/**
 * The time of day as if nobody had changed the clock since the first call: for what lasts from one moment to another. Kept in memory: after a
 * restart, it starts from the time of day again.
 */
export function createSteadyTime(clock: Clock) {
  const offsets = new Map<string, number>();
  return {
    now(key: string): number {
      const offset = offsets.get(key) ?? clock.now() - clock.elapsed();
      keepRecent(offsets, key, offset, maxKept);
      return offset + clock.elapsed();
    },
  };
}

/**
 * How long things have been watched, measured at each check. A pause between two checks counts for at most `maxGapMs`: even if a machine is paused,
 * moved or put to sleep, nothing is over before it was seen in progress for that long. Kept in memory: after a restart it starts over, so a limit is
 * reached later, never earlier.
 */
export function createWatchedTime(clock: Clock, maxGapMs: number) {
  const watched = new Map<string, { readonly lastLookAt: number; readonly spentMs: number }>();
  return {
    /** Adds the time since the last check and returns the sum; 0 at the first check. */
    look(key: string): number {
      const lastLookAt = clock.elapsed();
      const before = watched.get(key);
      const spentMs = before ? before.spentMs + Math.min(maxGapMs, lastLookAt - before.lastLookAt) : 0;
      keepRecent(watched, key, { lastLookAt, spentMs }, maxKept);
      return spentMs;
    },
    /** It's over: the next check counts as the first again. */
    forget: (key: string) => void watched.delete(key),
  };
}

/** Times and durations as cards show them. All take milliseconds and an IANA time zone such as `Europe/Berlin`. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string, options: Intl.DateTimeFormatOptions, language = 'en-GB'): Intl.DateTimeFormat {
  const key = language + timeZone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(language, { timeZone, ...options })));
  return found;
}

/** `14:09` */
export function timeOfDay(time: number, timeZone: string): string {
  return format(timeZone, { hour: '2-digit', minute: '2-digit' }).format(time);
}

/** `14:09:41` */
export function timeWithSeconds(time: number, timeZone: string): string {
  return format(timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(time);
}

/** `Nov 20` */
export function dayAndMonth(time: number, timeZone: string): string {
  return format(timeZone, { day: 'numeric', month: 'short' }, 'en-US').format(time).replace(' ', '\u00A0');
}

/** `Nov 20`, with the year if it's another one: `Nov 20, 2025` */
export function dayInYear(time: number, now: number, timeZone: string): string {
  return dayAndMonth(time, timeZone) + otherYear(time, now, timeZone);
}

/** `Friday, November 20` */
export function longDay(time: number, timeZone: string): string {
  return format(timeZone, { weekday: 'long', month: 'long', day: 'numeric' }, 'en-US').format(time);
}

/** `Fri, Nov 20, 14:09 CET`: the only place on a card that names the zone. */
export function footerTime(time: number, timeZone: string): string {
  return `${weekdayAndDay(time, timeZone)}, ${timeOfDay(time, timeZone)} ${zoneName(time, timeZone)}`;
}

/** `18:00 CET` on the day of `now`, otherwise `Fri, Nov 20, 18:00 CET`, with the year if it's another one: how an answer names a moment. */
export function momentInZone(time: number, now: number, timeZone: string): string {
  const clock = `${timeOfDay(time, timeZone)} ${zoneName(time, timeZone)}`;
  if (dateKey(time, timeZone) === dateKey(now, timeZone)) return clock;
  return `${weekdayAndDay(time, timeZone)}${otherYear(time, now, timeZone)}, ${clock}`;
}

/** `, 2025`, or nothing in the year of `now`. */
function otherYear(time: number, now: number, timeZone: string): string {
  const year = format(timeZone, { year: 'numeric' });
  return year.format(time) === year.format(now) ? '' : `, ${year.format(time)}`;
}

/** `CET`, `EST`, `GMT+9`. Each region's English knows the names of its own zones. */
function zoneName(time: number, timeZone: string): string {
  let first: string | undefined;
  for (const language of ['en-GB', 'en-US', 'en-AU']) {
    const parts = format(timeZone, { timeZoneName: 'short' }, language).formatToParts(time);
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
    if (!/^(?:GMT|UTC)[+-]/.test(name)) return name;
    first ??= name;
  }
  return first ?? timeZone;
}

/** `Fri, Nov 20` */
export function weekdayAndDay(time: number, timeZone: string): string {
  return format(timeZone, { weekday: 'short', day: 'numeric', month: 'short' }, 'en-US').format(time);
}

const dateKey = (time: number, timeZone: string): string =>
  format(timeZone, { year: 'numeric', month: 'numeric', day: 'numeric' }).format(time);

/** `14:09` on the day of `now`, otherwise `Nov 20, 14:09`, with the year if it's another one. */
export function describeMoment(time: number, now: number, timeZone: string): string {
  const clock = timeOfDay(time, timeZone);
  if (dateKey(time, timeZone) === dateKey(now, timeZone)) return clock;
  return `${dayInYear(time, now, timeZone)}, ${clock}`;
}

/** `at 14:09` on the day of `now`, otherwise `on Nov 20 at 14:09`: when something happened, inside a sentence. */
export function describeWhen(time: number, now: number, timeZone: string): string {
  const clock = `at ${timeOfDay(time, timeZone)}`;
  return dateKey(time, timeZone) === dateKey(now, timeZone) ? clock : `on ${dayInYear(time, now, timeZone)} ${clock}`;
}

/** `12 s`, `5 min`, `1 h 53 min`, `3 days`, with no-break spaces. */
export function describeDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 90) return `${seconds}\u00A0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00A0min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.round(hours / 24)}\u00A0days`;
  return minutes % 60 === 0 ? `${hours}\u00A0h` : `${hours}\u00A0h\u00A0${minutes % 60}\u00A0min`;
}
