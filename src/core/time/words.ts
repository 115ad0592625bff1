/** How times and durations read on cards. All take milliseconds and an IANA time zone such as `Europe/Berlin`. */

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

/** `20 Nov` */
export function dayAndMonth(time: number, timeZone: string): string {
  return format(timeZone, { day: 'numeric', month: 'short' }).format(time).replace(' ', '\u00A0');
}

/** `Fri 20 Nov, 14:09 CET`: the one place on a card that names the zone. */
export function footerTime(time: number, timeZone: string): string {
  return `${weekdayAndDay(time, timeZone)}, ${timeOfDay(time, timeZone)} ${zoneName(time, timeZone)}`;
}

/** `18:00 CET` on the day of `now`, else `Fri 20 Nov, 18:00 CET`, with the year where it is another one: how an answer names a moment. */
export function momentInZone(time: number, now: number, timeZone: string): string {
  const clock = `${timeOfDay(time, timeZone)} ${zoneName(time, timeZone)}`;
  if (dateKey(time, timeZone) === dateKey(now, timeZone)) return clock;
  const year = format(timeZone, { year: 'numeric' });
  const ofYear = year.format(time) === year.format(now) ? '' : ` ${year.format(time)}`;
  return `${weekdayAndDay(time, timeZone)}${ofYear}, ${clock}`;
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

function weekdayAndDay(time: number, timeZone: string): string {
  return format(timeZone, { weekday: 'short', day: 'numeric', month: 'short' }).format(time).replace(',', '');
}

const dateKey = (time: number, timeZone: string): string =>
  format(timeZone, { year: 'numeric', month: 'numeric', day: 'numeric' }).format(time);

/** `14:09` on the day of `now`, else `20 Nov, 14:09`. */
export function describeMoment(time: number, now: number, timeZone: string): string {
  const sameDay = dayAndMonth(time, timeZone) === dayAndMonth(now, timeZone) && Math.abs(now - time) < 86_400_000;
  return sameDay ? timeOfDay(time, timeZone) : `${dayAndMonth(time, timeZone)}, ${timeOfDay(time, timeZone)}`;
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
