import { cleanText, enumerate } from '../../core/text';
import { momentInZone, describeMoment } from '../../core/time/clock';
import type { Freeze } from './contract';

/** `until 30 Nov, 08:00`, or until when nobody knows. */
export function describeEnd(until: number | undefined, now: number, timeZone: string): string {
  return until === undefined ? 'until somebody ends it' : `until ${describeMoment(until, now, timeZone)}`;
}

/** The same for whoever has just said it, who sees how it was understood: `until Mon 30 Nov, 08:00 CET`. */
export function nameEnd(until: number | undefined, now: number, timeZone: string): string {
  return until === undefined ? 'until somebody ends it' : `until ${momentInZone(until, now, timeZone)}`;
}

/** `production`, `shop in production`. */
export function describeExtent({ environments, services }: Pick<Freeze, 'environments' | 'services'>): string {
  const where = enumerate(environments);
  return services === undefined ? where : `${enumerate(services)} in ${where}`;
}

/** `production is frozen until 30 Nov, 08:00 (Weekend: nobody is at work)`: what stops something, to be escaped where it is shown. */
export function describeFreeze(freeze: Freeze, now: number, timeZone: string): string {
  const who = freeze.by === undefined ? freeze.name : freeze.by;
  return `${describeExtent(freeze)} is frozen ${describeEnd(freeze.until, now, timeZone)} (${cleanText(who, 60)}: ${cleanText(freeze.reason, 200)})`;
}
