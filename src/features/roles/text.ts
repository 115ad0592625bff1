import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { nameWhoMay } from '../../core/catalog/refusals';
import type { Scope } from '../../core/catalog/rights';
import { enumerate, plainText } from '../../core/text';
import { describeMoment, momentInZone } from '../../core/time/clock';
import { roleNames } from './commands';
import type { Receiver, StoredGrant } from './record';
import type { GrantRefusal } from './workflow';

/** Grants as sentences say them. Outside parts are escaped. */

/** `on shop in production`, `on every service in staging`, `on every service in every environment` */
export function describeWhere({ services = ['every service'], environments = ['every environment'] }: Scope): string {
  const [what, where] = [services, environments].map((names) => enumerate(names.map((each) => plainText(each))));
  return `on ${what} in ${where}`;
}

/** ` until Fri 27 Nov, 00:00 CET`, or nothing for a grant without an end. */
export function describeUntil(until: number | undefined, now: number, timeZone: string): string {
  return until === undefined ? '' : ` until ${momentInZone(until, now, timeZone)}`;
}

/** `Nico Newcomer`, `the group change-board` */
export function describeReceiver(to: Receiver): string {
  return 'group' in to ? `the group ${plainText(to.group)}` : plainText(to.person.name, 60) || 'somebody';
}

/** What somebody hears who was given a role, or whose role was given another end. */
export function describeGift(grant: StoredGrant, became: 'granted' | 'changed', now: number, timeZone: string): string {
  const lead = became === 'granted' ? 'You have a new right' : 'Your right was changed';
  return `**${lead}**: ${plainText(grant.role)} ${describeWhere(grant)}${describeUntil(grant.until, now, timeZone)}${describeGroup(grant)}, given by ${plainText(grant.by.name, 60)}.${describeReason(grant.reason)} Write \`what can I do\` to see what it opens.`;
}

/** What somebody hears whose role was taken back. */
export function describeTaking(grant: StoredGrant, by: Person, reason: string): string {
  return `**A right of yours was taken back** by ${plainText(by.name, 60)}: ${plainText(grant.role)} ${describeWhere(grant)}${describeGroup(grant)}.${describeReason(reason)} If you still need it, write \`access ${plainText(grant.role)}${describeAsTyped(grant)}\`.`;
}

/** What somebody hears whose role has run out. */
export function describeEnd(grant: StoredGrant): string {
  return `**Your time as ${plainText(grant.role)} ${describeWhere(grant)} is over**${describeGroup(grant)}, as was said when ${plainText(grant.by.name, 60)} gave it. Thank you. If you need it again, write \`access ${plainText(grant.role)}${describeAsTyped(grant)}\`.`;
}

/** One sentence for whoever may not change that. */
export function describeRefusal(
  refusal: GrantRefusal,
  catalog: Catalog,
  role: string,
  scope: Scope,
  now: number,
): string {
  const there = describeWhere(scope);
  switch (refusal.refusal) {
    case 'no such role':
      return describeUnknownRole(catalog, role);
    case 'not an admin there':
      return `You are no admin ${there}, so nothing was changed. ${nameWhoMay(catalog, 'admin', scope) || 'Nobody in the catalog'} can.`;
    case 'more than you have':
      return `The role ${plainText(role)} allows \`${refusal.lacking.join('`, `')}\`, which you may not do ${there} yourself, so nothing was changed.`;
    case 'longer than you have':
      return `Your own right to give that ends ${describeMoment(refusal.until, now, catalog.timeZone)}, so nothing was changed. Give it until then at the latest.`;
    case 'full':
      return 'A thousand rights are granted in chat, which is all I keep, so nothing was changed. Put some of them in the catalog file.';
    case 'nothing to revoke':
      return `They do not hold ${plainText(role)} ${there}, so nothing was changed. \`who can\` shows who may do what.`;
    case 'stands in the file':
      return `The catalog file or the settings give them ${plainText(role)} there, and chat changes neither, so nothing was changed. Take it out of \`grants\` in the file; I read it at once.`;
    case 'reaches further':
      return `They hold ${plainText(role)} by one grant ${describeWhere(refusal.grant)}, so nothing was changed. Revoke all of it, then grant what is to stay.`;
    case 'last admin':
      return 'Nobody would be an admin there any more, so nothing was changed. Make somebody else an admin first, without an end.';
  }
}

export function describeUnknownRole(catalog: Catalog, role: string): string {
  return `There is no role ${plainText(role, 40)}, so nothing was changed. Write \`roles\` to see ${enumerate(roleNames(catalog))}.`;
}

/** ` through the group change-board`, or nothing. */
function describeGroup({ to }: StoredGrant): string {
  return 'group' in to ? ` through ${describeReceiver(to)}` : '';
}

/** ` Why: covers for Dana.`, or nothing. */
function describeReason(reason: string): string {
  return reason === '' ? '' : ` Why: ${plainText(reason, 200)}${/[.!?]$/.test(reason) ? '' : '.'}`;
}

/** The scope as it is typed behind a command: ` on shop in production`. */
function describeAsTyped({ services: [service] = [], environments: [environment] = [] }: Scope): string {
  return `${service === undefined ? '' : ` on ${service}`}${environment === undefined ? '' : ` in ${environment}`}`;
}
