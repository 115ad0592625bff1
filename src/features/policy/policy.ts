import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import { holdsRole, whoHolds } from '../../core/catalog/rights';
import { capitalize, cleanText, enumerate, plainText } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { describeFreeze } from '../freezes';
import type { Freeze } from '../freezes';
import type { HeldLock } from '../locks';
import type { Obstacle, Override, PolicyTarget } from './contract';

/** What stands in the way of an action, from the facts. Pure, so that every case stands in a table. */

interface PolicyFacts {
  readonly target: PolicyTarget;
  readonly personId: string;
  readonly override: Override | undefined;
  /** Those that stop this action there now. */
  readonly freezes: readonly Freeze[];
  readonly lock: HeldLock | undefined;
  readonly catalog: Catalog;
  readonly now: number;
}

/** The lock first, then the freezes. */
export function findObstacles(facts: PolicyFacts): Obstacle[] {
  return [...lockObstacles(facts), ...freezeObstacles(facts)];
}

function freezeObstacles({ target, personId, override, freezes, catalog, now }: PolicyFacts): Obstacle[] {
  const role = lookUp(catalog.environments, target.environment)?.freezeOverride ?? 'admin';
  const mayOverride = (id: string): boolean => holdsRole(catalog, id, role, target);
  if (override && override.reason.trim() !== '' && mayOverride(override.by.id)) return [];
  const names = whoHolds(catalog, role, target).map(({ name }) => cleanText(name, 60));
  const cure = mayOverride(personId)
    ? 'You may go on with a reason.'
    : `${names.length === 0 ? `Nobody holds the role ${role} that may override it` : `${enumerate(names.slice(0, 4), 'or')} may override it with a reason`}.`;
  return freezes.map((freeze) => ({
    rule: 'freeze',
    what: describeFreeze(freeze, now, catalog.timeZone),
    cure,
    overridable: mayOverride(personId),
  }));
}

function lockObstacles({ target, personId, lock, catalog, now }: PolicyFacts): Obstacle[] {
  if (!lock || lock.person.id === personId) return [];
  const { service, environment } = target;
  const until = lock.until === undefined ? '' : ` until ${describeMoment(lock.until, now, catalog.timeZone)}`;
  return [
    {
      rule: 'lock',
      what: `${cleanText(lock.person.name, 60)} holds the lock on ${service} in ${environment}${until} (${cleanText(lock.reason, 200)})`,
      cure: `Write lock ${service} in ${environment} because … to be next in line.`,
      overridable: false,
    },
  ];
}

/** All of it as one answer to a person. */
export function describeObstacle(obstacles: readonly Obstacle[], nothingWas: string): string {
  const what = obstacles.map((each) => each.what).join('; ');
  const cures = [...new Set(obstacles.map((each) => each.cure))].join(' ');
  return plainText(`${capitalize(what)}, so nothing was ${nothingWas}. ${cures}`, 1_000);
}
