import type { Arguments, Person, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { holdsRole, may, whoHolds } from '../../core/catalog/rights';
import { cleanText, enumerate, plainText } from '../../core/text';
import { readTerm, describeUnread } from '../../core/time/typed/term';
import { momentInZone } from '../../core/time/clock';
import { requirePlace } from '../../core/catalog/refusals';
import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../contract';
import type { LockTarget } from './contract';

/** What is typed about locks, checked against the catalog. */

/** A service that there is, where it runs. */
export function targetOf(deps: FeatureDependencies, { service = '', environment = '' }: Arguments): LockTarget {
  const catalog = deps.catalog();
  requirePlace(catalog, service, environment, 'nothing was changed');
  return { service, environment };
}

/** Until when, by the clock of whoever says it, and why; `end` says it in the answer. */
export async function termOf(
  deps: FeatureDependencies,
  { person }: Turn,
  args: Arguments,
): Promise<{ readonly until?: number; readonly reason: string; readonly end: string }> {
  const now = deps.clock.now();
  const timeZone = await timeZoneOf(deps, person.id);
  const { until, reason, unread } = readTerm(args, { now, timeZone });
  if (unread) throw new UserError(describeUnread(unread, 'nothing was locked', '`until 18:00` or `2h`'));
  const end = until === undefined ? 'until you free it' : `until ${momentInZone(until, now, timeZone)}`;
  return { ...(until !== undefined && { until }), reason: cleanText(reason, 200), end };
}

export function reasonOf(args: Arguments): string {
  return cleanText(args['reason'] ?? '', 200);
}

/** Who holds a lock and why is for those who may look there, whatever they came to do. */
export function refuseOutsiders(catalog: Catalog, { person }: Turn, target: LockTarget): void {
  if (may(catalog, person.id, 'view', target)) return;
  throw new UserError(
    `You can't look at ${target.service} in ${target.environment}, so nothing was changed. Write \`access viewer\` to ask for it.`,
  );
}

/** Lets those through who may break a lock there; says to others who can. */
export function refuseOthers(catalog: Catalog, { person }: Turn, target: LockTarget): void {
  const role = lookUp(catalog.environments, target.environment)?.lockBreaker ?? 'admin';
  if (holdsRole(catalog, person.id, role, target)) return;
  const who = enumerate(
    whoHolds(catalog, role, target).map(({ name }) => plainText(name, 60)),
    'or',
  );
  throw new UserError(
    `Only the role ${role} breaks a lock in ${target.environment}, so it stands. ${who || 'Nobody yet'} can.`,
  );
}

export const personOf = ({ person }: Turn): Person => ({ id: person.id, name: person.name });
