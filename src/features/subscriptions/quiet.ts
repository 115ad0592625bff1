import { DateTime } from 'luxon';
import type { Digest } from './contract';

/** Quiet hours and the hour of the digest, on the wall clock of a zone. Pure. */

export interface Clockwork {
  /** `22:00-07:00`, or `none`. */
  readonly hours?: string;
  readonly zone: string;
  readonly digest: Digest;
  /** 0 to 23. */
  readonly digestHour: number;
}

/** When something that happens now may be told; `now` itself when it may be told at once. What is critical is never kept back. */
export function tellAt({ hours = 'none', zone, digest, digestHour }: Clockwork, now: number, critical = false): number {
  if (critical) return now;
  const wanted = digest === 'none' ? now : nextDigest(digestHour, now, zone, digest);
  const [from, to] = hours.split('-');
  if (from === undefined || to === undefined) return wanted;
  return isWithin(from, to, wanted, zone) ? next(to, wanted, zone) : wanted;
}

function nextDigest(hour: number, after: number, zone: string, digest: Digest): number {
  let moment = next(`${hour}:00`, after, zone);
  // The week begins on Monday.
  while (digest === 'weekly' && DateTime.fromMillis(moment, { zone }).weekday !== 1)
    moment = next(`${hour}:00`, moment, zone);
  return moment;
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
