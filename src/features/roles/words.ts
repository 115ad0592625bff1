import type { Scope } from '../../core/rights';
import { listWords, plainText } from '../../core/text';
import { momentWords } from '../../core/time-words';
import type { Receiver } from './record';

/** Grants as sentences say them. Outside parts are escaped. */

/** `on shop in production`, `on every service in staging`, `on every service in every environment` */
export function scopeWords({ services, environments }: Scope): string {
  const where =
    environments === undefined ? 'every environment' : listWords(environments.map((each) => plainText(each)));
  return `on ${services === undefined ? 'every service' : listWords(services.map((each) => plainText(each)))} in ${where}`;
}

/** `until 27 Nov, 00:00`, or nothing for a grant without an end. */
export function untilWords(until: number | undefined, now: number, timeZone: string): string {
  return until === undefined ? '' : ` until ${momentWords(until, now, timeZone)}`;
}

/** `Nico Newcomer`, `the group change-board` */
export function receiverWords(to: Receiver): string {
  return 'group' in to ? `the group ${plainText(to.group)}` : plainText(to.person.name, 60) || 'somebody';
}

/** ` Why: covers for Dana.`, or nothing. */
export function whyWords(reason: string): string {
  return reason === '' ? '' : ` Why: ${plainText(reason, 200)}${/[.!?]$/.test(reason) ? '' : '.'}`;
}

/** The scope as it is typed behind a command: `on shop in production`. */
export function typedScope({ services, environments }: Scope): string {
  const [service] = services ?? [];
  const [environment] = environments ?? [];
  return `${service === undefined ? '' : ` on ${service}`}${environment === undefined ? '' : ` in ${environment}`}`;
}
