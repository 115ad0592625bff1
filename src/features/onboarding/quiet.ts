import { DateTime } from 'luxon';

/** Quiet hours and the hour of the digest, on the wall clock of a zone. Pure. */

/** A digest comes when the day begins. */
const digestAt = '09:00';

interface Clockwork {
  /** `22:00-07:00`, or `none`. */
  readonly hours?: string;
  readonly zone: string;
  readonly digest: boolean;
}

/** When something that happens now may be told; `now` itself when it may be told at once. */
export function tellAt({ hours = 'none', zone, digest }: Clockwork, now: number): number {
  const wanted = digest ? next(digestAt, now, zone) : now;
  const [from, to] = hours.split('-');
  if (from === undefined || to === undefined) return wanted;
  return isWithin(from, to, wanted, zone) ? next(to, wanted, zone) : wanted;
}

function isWithin(from: string, to: string, moment: number, zone: string): boolean {
  const time = DateTime.fromMillis(moment, { zone }).toFormat('HH:mm');
  return from < to ? time >= from && time < to : time >= from || time < to;
}

/** The next time that the clock there shows this. */
function next(time: string, after: number, zone: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const today = DateTime.fromMillis(after, { zone }).set({ hour, minute, second: 0, millisecond: 0 });
  return (today.toMillis() > after ? today : today.plus({ days: 1 })).toMillis();
}
