import type { Scope } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { momentInZone } from '../../core/time/words';
import type { Receiver } from './record';

/** Grants as sentences say them. Outside parts are escaped. */

/** `on shop in production`, `on every service in staging`, `on every service in every environment` */
export function scopeWords({ services, environments }: Scope): string {
  const where =
    environments === undefined ? 'every environment' : enumerate(environments.map((each) => plainText(each)));
  return `on ${services === undefined ? 'every service' : enumerate(services.map((each) => plainText(each)))} in ${where}`;
}

/** `until Fri 27 Nov, 00:00 CET`, or nothing for a grant without an end. */
export function untilWords(until: number | undefined, now: number, timeZone: string): string {
  return until === undefined ? '' : ` until ${momentInZone(until, now, timeZone)}`;
}

/** Shows an approver what of their note was understood and what was not; nothing is given before they say it again. */
export function unreadNote(
  role: string,
  { unread, understood }: { readonly unread: string; readonly understood: Scope & { readonly until?: number } },
  now: number,
  timeZone: string,
): string {
  const end = untilWords(understood.until, now, timeZone) || ', without an end';
  const leavesNothing = understood.services?.length === 0 || understood.environments?.length === 0;
  const rest = leavesNothing
    ? 'Nothing of what was asked for would be left.'
    : `Without it you would give ${role} ${scopeWords(understood)}${end}.`;
  return `I don't understand ${unread} as a limit. ${rest} Write the limits alone, such as “only staging until Friday”, or “as asked”; everything else goes behind “note:”`;
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
