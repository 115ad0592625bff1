/** Midnight at the beginning of the day of `time`, in the zone, in milliseconds since 1970. */
export function startOfDay(time: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(time);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0);
  const sinceMidnightMs = ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000;
  const midnight = Math.floor(time / 1000) * 1000 - sinceMidnightMs;
  // On the two days a year when clocks change, the way back was an hour too long or too short.
  return atMidnight(midnight, timeZone) ? midnight : correct(midnight, timeZone);
}

function hourAt(time: number, timeZone: string): number {
  return Number(new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' }).format(time));
}

function atMidnight(time: number, timeZone: string): boolean {
  return hourAt(time, timeZone) === 0;
}

function correct(time: number, timeZone: string): number {
  const hour = hourAt(time, timeZone);
  return hour > 12 ? time + (24 - hour) * 3_600_000 : time - hour * 3_600_000;
}
