import { UserError } from '../../core/errors';
import { RefusalError } from '../../core/refusal';
import { whoMayEverywhere } from '../../core/catalog/rights';
import type { Person } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { coversServices } from '../../core/catalog/pipelines/coverage';
import type { Scope } from '../../core/catalog/rights';
import { capitalize, enumerate, plainText, quote } from '../../core/text';
import { describeWhen, momentInZone } from '../../core/time/clock';
import { roleNames } from './commands';
import type { Receiver, StoredGrant } from './record';
import type { GrantRefusal } from './workflow';

/** Grants in sentences. Outside text is escaped. */

/** `on shop in production`, `on every service in every environment`, `for the pipelines local/docs-\*`; with both, `… and for the pipelines …`. */
export function describeWhere(scope: Scope): string {
  const { services = ['every service'], environments = ['every environment'], pipelines } = scope;
  const [what, where] = [services, environments].map((names) => enumerate(names.map((each) => plainText(each))));
  const named = enumerate((pipelines ?? []).map((each) => plainText(each)));
  const parts = [
    ...(coversServices(scope) ? [`on ${what} in ${where}`] : []),
    ...(named === '' ? [] : [`for the pipelines ${named}`]),
  ];
  return parts.join(' and ');
}

/** ` until Fri, Nov 27, 00:00 CET`, or nothing for a grant without an end. */
export function describeUntil(until: number | undefined, now: number, timeZone: string): string {
  return until === undefined ? '' : ` until ${momentInZone(until, now, timeZone)}`;
}

/** `Nico Newcomer`, `the group change-board` */
export function describeReceiver(to: Receiver): string {
  return 'group' in to ? `the group ${plainText(to.group)}` : plainText(to.person.name, 60) || 'someone';
}

/** What somebody is told who got a role, or whose role got another end. */
export function describeGift(grant: StoredGrant, became: 'granted' | 'changed', now: number, timeZone: string): string {
  const lead = became === 'granted' ? 'You have a new role' : 'Your role was changed';
  return `**${lead}**: ${plainText(grant.role)} ${describeWhere(grant)}${describeUntil(grant.until, now, timeZone)}${describeGroup(grant)}, granted by ${plainText(grant.by.name, 60)}.${describeReason(grant.reason)} Type \`what can I do\` to see what it allows.`;
}

/** What somebody is told whose role was revoked. */
export function describeTaking(grant: StoredGrant, by: Person, reason: string): string {
  return `**One of your roles was revoked** by ${plainText(by.name, 60)}: ${plainText(grant.role)} ${describeWhere(grant)}${describeGroup(grant)}.${describeReason(reason)} If you still need it, type \`access ${plainText(grant.role)}${describeAsTyped(grant)}\`.`;
}

/** What somebody is told whose role has expired. */
export function describeEnd(grant: StoredGrant): string {
  return `**Your ${plainText(grant.role)} role ${describeWhere(grant)}${describeGroup(grant)} has expired.** It was granted by ${plainText(grant.by.name, 60)}. If you need it again, type \`access ${plainText(grant.role)}${describeAsTyped(grant)}\`.`;
}

/** The role that somebody wants to grant or revoke. */
interface RefusedChange extends Scope {
  readonly to: Receiver;
  readonly role: string;
}

/** For somebody who can't change that. */
export function refusalOf(refusal: GrantRefusal, catalog: Catalog, change: RefusedChange, now: number): UserError {
  if (refusal.refusal !== 'not an admin there') return new UserError(describeRefusal(refusal, catalog, change, now));
  return new RefusalError({
    act: `change roles ${describeWhere(change)}`,
    nothing: 'nothing was changed',
    why: `You need the admin permission ${describeWhere(change)}.`,
    able: whoMayEverywhere(catalog, 'admin', change).map(({ name }) => name),
    can: 'change them',
  });
}

function describeRefusal(
  refusal: Exclude<GrantRefusal, { readonly refusal: 'not an admin there' }>,
  catalog: Catalog,
  change: RefusedChange,
  now: number,
): string {
  const { role } = change;
  const there = describeWhere(change);
  const who = capitalize(describeReceiver(change.to));
  switch (refusal.refusal) {
    case 'no such role':
      return describeUnknownRole(catalog, role);
    case 'more than you have':
      return `The ${plainText(role)} role allows more than you can do ${there} yourself: ${enumerate(refusal.lacking)}. Nothing was changed. Choose another role.`;
    case 'longer than you have':
      return `Your own admin role expires ${describeWhen(refusal.until, now, catalog.timeZone)}. Nothing was changed. Choose an end date no later than that.`;
    case 'full':
      return 'A thousand roles have been granted in chat, which is the limit. Nothing was changed. Move some of them to the catalog file.';
    case 'nothing to revoke':
      return `${who} doesn’t have the ${plainText(role)} role ${there}. Nothing was changed. To see who can do what, type \`who can\`.`;
    case 'in the file':
      return `${who} has the ${plainText(role)} role ${there} through the catalog file or the settings, and I can’t change either from chat. Nothing was changed. To revoke the role, remove it from \`grants\` in the file, which takes effect right away, or from the settings.`;
    case 'reaches further':
      return `${who} has the ${plainText(role)} role through a broader grant ${describeWhere(refusal.grant)}. Nothing was changed. Revoke that grant, then grant back what they should keep.`;
    case 'last admin':
      return `Without ${describeReceiver(change.to)}, nobody would be an admin ${there}. Nothing was changed. First make someone else an admin with no end date.`;
  }
}

export function describeUnknownRole(catalog: Catalog, role: string): string {
  return `There is no role ${plainText(role, 40)}. Nothing was changed. The roles are ${enumerate(roleNames(catalog))}.`;
}

/** ` through the group change-board`, or nothing. */
function describeGroup({ to }: StoredGrant): string {
  return 'group' in to ? ` through ${describeReceiver(to)}` : '';
}

/** ` Reason: “covers for Dana”.`, or nothing. */
function describeReason(reason: string): string {
  return reason === '' ? '' : ` Reason: ${quote(reason)}.`;
}

/** The scope as somebody would type it after a command: ` on shop in production`. */
function describeAsTyped({ services: [service] = [], environments: [environment] = [] }: Scope): string {
  return `${service === undefined ? '' : ` on ${service}`}${environment === undefined ? '' : ` in ${environment}`}`;
}
