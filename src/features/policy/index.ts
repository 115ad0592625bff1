import type { Feature, Person } from '../../chat/contract';
import type { ActionKind, Catalog, Right } from '../../core/catalog';
import { holdsRole, may, personName, whoHolds } from '../../core/catalog/rights';
import type { Target } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { capitalize, cleanText, enumerate, plainText, plural, quoteClean } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import { describeFreeze, describeFreezeDetail } from '../freezes';
import type { Freeze, Freezes } from '../freezes';
import type { HeldLock, Locks } from '../locks';
import { policyCommand } from './commands';

export { createAskLimit } from './store';

/** What can be done where and when, and why not: the rules that apply to every request. */

/** Overriding a freeze: by whom and why, on record and on every card. */
interface Override {
  readonly by: Person;
  readonly reason: string;
}

/** A rule that is in the way. */
export interface Obstacle {
  readonly rule: 'freeze' | 'lock';
  /** Tells this freeze or lock from every other, whatever end or reason it has by now. */
  readonly id: string;
  /** Which rule, and whose: `production is frozen until … (Weekend: nobody is at work)`, without a period. Escape it. */
  readonly what: string;
  /** What follows `Locked` or `Frozen`, without a period; outside text: `by Noor Operator until 15:14: “I am testing the tax fix”`. */
  readonly detail: string;
  /** What would resolve it: a sentence. */
  readonly cure: string;
  /** Whether this person can continue with a reason. */
  readonly overridable: boolean;
  /** Who holds the lock, and `detail` without them: `until 15:14: “I am testing the tax fix”`. */
  readonly lock?: { readonly person: Person; readonly terms: string };
  /** The line that puts this person in line; omitted if they can't be, or already are. */
  readonly getInLine?: string;
}

/** Checks locks and freezes together. */
export interface Policy {
  /** What is in this person's way there now, the lock first, then the freezes; empty: nothing. */
  obstacles(target: Target, action: ActionKind, person: Person, override?: Override): Promise<readonly Obstacle[]>;
}

/** The rules of freezes and locks together, and the command that shows them. */
export function createPolicy(
  deps: FeatureDependencies,
  sources: { readonly freezes: Freezes; readonly locks: Locks },
): { feature: Feature; policy: Policy } {
  const policy: Policy = {
    async obstacles(target, action, { id: personId }, override) {
      const [freezes, lock] = await Promise.all([sources.freezes.stopping(target, action), sources.locks.held(target)]);
      const catalog = deps.catalog();
      return findObstacles({ target, personId, override, freezes, lock, catalog, now: deps.clock.now() });
    },
  };
  return { feature: { name: 'policy', commands: [policyCommand(deps, sources)] }, policy };
}

interface PolicyFacts {
  readonly target: Target;
  readonly personId: string;
  readonly override: Override | undefined;
  /** The freezes that stop this action there now. */
  readonly freezes: readonly Freeze[];
  readonly lock: HeldLock | undefined;
  readonly catalog: Catalog;
  readonly now: number;
}

function findObstacles(facts: PolicyFacts): Obstacle[] {
  return [...lockObstacles(facts), ...freezeObstacles(facts)];
}

function freezeObstacles({ target, personId, override, freezes, catalog, now }: PolicyFacts): Obstacle[] {
  const role = lookUp(catalog.environments, target.environment)?.freezeOverride ?? 'admin';
  const mayOverride = (id: string): boolean => holdsRole(catalog, id, role, target);
  if (override && override.reason.trim() !== '' && mayOverride(override.by.id)) return [];
  const overridable = mayOverride(personId);
  const names = whoHolds(catalog, role, target).map(({ name }) => cleanText(name, 60));
  const cure = overridable
    ? 'You can override the freeze with a reason.'
    : `${names.length === 0 ? `Nobody has the ${role} role, which can override the freeze` : `${enumerate(names.slice(0, 4), 'or')} can override the freeze with a reason`}.`;
  return freezes.map((freeze) => ({
    rule: 'freeze',
    id: `${freeze.from} ${freeze.by ?? freeze.name}: ${freeze.reason}`,
    what: describeFreeze(freeze, now, catalog.timeZone),
    detail: describeFreezeDetail(freeze, now, catalog.timeZone),
    cure,
    overridable,
  }));
}

function lockObstacles({ target, personId, lock, catalog, now }: PolicyFacts): Obstacle[] {
  if (!lock || lock.person.id === personId) return [];
  const { service, environment } = target;
  const until = lock.until === undefined ? '' : `until ${describeMoment(lock.until, now, catalog.timeZone)}`;
  const by = `by ${cleanText(lock.person.name, 60)}${until === '' ? '' : ` ${until}`}`;
  const reason = quoteClean(lock.reason);
  const own = {
    rule: 'lock',
    id: `${lock.since} ${lock.person.id}`,
    lock: { person: lock.person, terms: `${until === '' ? '' : `${until}: `}${reason}` },
    what: `${service} in ${environment} is locked ${by} (${reason})`,
    overridable: false,
  } as const;
  const queue = lock.inLine.length === 0 ? '' : `. ${plural(lock.inLine.length, 'person is', 'people are')} in line`;
  const detail = `${by}: ${reason}${queue}`;
  const position = lock.inLine.indexOf(personId) + 1;
  if (position > 0) return [{ ...own, detail, cure: `You’re number ${position} in line.` }];
  const getInLine = `lock ${service} in ${environment}`;
  return [{ ...own, detail, cure: `To get in line, type “${getInLine}”.`, getInLine }];
}

/** All obstacles as one answer to a person. */
export function describeObstacle(obstacles: readonly Obstacle[], nothingWas: string): string {
  const what = obstacles.map((each) => each.what).join('; ');
  const cures = [...new Set(obstacles.map((each) => each.cure))].join(' ');
  return plainText(`${capitalize(what)}. Nothing was ${nothingWas}. ${cures}`, 1_000);
}

interface Claim {
  readonly target: Target;
  readonly requester: Person;
  /** The right or role that the requester needs there. */
  readonly needs: { readonly right: Right } | { readonly role: string };
}

/** Why a request can't take effect anymore: a complete sentence of outside text; undefined while it can. Pure. */
export function lostGround(catalog: Catalog, { target, requester, needs }: Claim): string | undefined {
  const { service, environment } = target;
  const known = lookUp(catalog.services, service);
  if (!known) return `The ${service} service is no longer in the catalog.`;
  if (!known.environments.includes(environment) || !lookUp(catalog.environments, environment))
    return `${service} no longer runs in ${environment}.`;
  if (personName(catalog, requester.id) === undefined) return `${requester.name} is no longer in the catalog.`;
  const [holds, lost] =
    'role' in needs
      ? [holdsRole(catalog, requester.id, needs.role, target), `holds the ${needs.role} role`]
      : [may(catalog, requester.id, needs.right, target), `has the ${needs.right} permission`];
  return holds ? undefined : `${requester.name} no longer ${lost} for ${service} in ${environment}.`;
}
