import type { Person } from '../../chat/contract';
import type { ApprovalRule } from '../../core/catalog';
import { describeSeat, may, stagesOf, whoMay } from '../../core/catalog/rights';
import type { Target } from '../../core/catalog/rights';
import { lookUp } from '../../core/keys';
import { cleanText, enumerate, plural } from '../../core/text';
import type { Announcements } from '../announcements';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { labelOf, skippedObstacle } from '../deployments';
import type { Deployments, SkippedRule } from '../deployments';
import type { Freezes } from '../freezes';
import type { HealthReports } from '../health';
import type { Locks } from '../locks';
import type { Policy } from '../policy';
import type { Subscriptions } from '../subscriptions';
import type { ToldPerson } from './workflow';

/** What an emergency deployment would skip, and who is told about it: read from the same rules that would stop another deployment. */

export interface EmergencyNeeds {
  readonly deployments: Deployments;
  readonly announcements: Pick<Announcements, 'placeOf'>;
  readonly subscriptions: Pick<Subscriptions, 'placesFor'>;
  readonly freezes: Pick<Freezes, 'upcoming'>;
  readonly locks: Pick<Locks, 'lastPlace'>;
  readonly policy: Policy;
  readonly approvals: Pick<Approvals, 'whoCouldApprove'>;
  readonly health: Pick<HealthReports, 'report'>;
}

interface FactParts extends EmergencyNeeds {
  readonly deps: FeatureDependencies;
}

/** Each rule that would keep this person's deployment from starting now; empty: an ordinary deployment would start, too. */
export async function skippedRules(
  { deps, deployments, policy }: FactParts,
  target: Target,
  requester: Person,
): Promise<readonly SkippedRule[]> {
  const rule = lookUp(deps.catalog().environments, target.environment)?.deploy;
  const [obstacles, recent] = await Promise.all([
    policy.obstacles(target, 'deploy', requester),
    deployments.recent({ ...target, limit: 20 }),
  ]);
  const ahead = recent.filter(({ deployment }) => deployment.state === 'approved').map(({ deployment }) => deployment);
  return [
    ...(rule && rule.required > 0 ? [approvalSkipped(rule)] : []),
    ...evidenceSkipped(rule?.evidence),
    ...obstacles.map(skippedObstacle),
    ...(ahead.length === 0
      ? []
      : [{ rule: 'order', name: 'First come, first served', detail: describeAhead(ahead.map(labelOf)) } as const]),
  ];
}

function describeAhead(labels: readonly string[]): string {
  return `${enumerate(labels)} ${labels.length === 1 ? 'was' : 'were'} approved first`;
}

function approvalSkipped(rule: ApprovalRule): SkippedRule {
  const [first, ...more] = stagesOf(rule);
  const by =
    first && more.length === 0
      ? describeSeat(first, first.required)
      : enumerate(stagesOf(rule).map(({ required, name }) => `${required} from ${name}`));
  return { rule: 'approval', name: plural(rule.required, 'approval'), detail: more.length === 0 ? `from ${by}` : by };
}

function evidenceSkipped({ health, verifiedIn, ticket }: NonNullable<ApprovalRule['evidence']> = {}): SkippedRule[] {
  const required = [
    health === 'required' && 'a healthy service',
    verifiedIn?.is === 'required' && `verified in ${verifiedIn.environment}`,
    ticket === 'required' && 'a ticket',
  ].filter((each) => each !== false);
  return required.length === 0 ? [] : [{ rule: 'evidence', name: 'Required evidence', detail: enumerate(required) }];
}

/** Who is told about an emergency: places by their ids, and people with the reason. */
export interface Audience {
  readonly placeIds: readonly string[];
  readonly people: readonly ToldPerson[];
}

/** The maximum of people told in person; the lock holder and the owners of the channels come first. */
const maxPeople = 40;

/**
 * Every channel that has to do with the service there: where it was requested, is announced or subscribed to, or was last deployed, locked or frozen. In
 * person: the lock holder, the people responsible for Gavel in these channels, and the people who could have approved it or have to review it. In practice,
 * nobody else.
 */
export async function audienceOf(
  parts: FactParts,
  target: Target,
  { requester, placeId, skipped }: { requester: Person; placeId: string; skipped: readonly SkippedRule[] },
): Promise<Audience> {
  const { deps } = parts;
  const catalog = deps.catalog();
  const environment = lookUp(catalog.environments, target.environment);
  if (environment?.practice === true) return { placeIds: [placeId], people: [] };
  const placeIds = [placeId, ...(await placesAbout(parts, target, placeId))];
  const owners = await Promise.all(placeIds.map(async (id) => (await deps.ownerOf?.(id))?.personId));
  const rule = environment?.deploy;
  const approvers =
    rule && rule.required > 0
      ? await parts.approvals.whoCouldApprove({ target, requester, rule })
      : whoMay(catalog, 'approve', target);
  const named = Object.values(catalog.people);
  const all: readonly ToldPerson[] = [
    ...skipped.flatMap(({ person }) => (person ? [{ ...person, why: 'lock' as const }] : [])),
    ...named.flatMap(({ id, name }) => (owners.includes(id) ? [{ id, name, why: 'owner' as const }] : [])),
    ...approvers.map(({ id, name }) => ({ id, name, why: 'approver' as const })),
  ];
  const people = all.filter(
    ({ id }, index) =>
      id !== requester.id && may(catalog, id, 'view', target) && all.findIndex((each) => each.id === id) === index,
  );
  return { placeIds, people: people.slice(0, maxPeople) };
}

/** Other channels and group chats where Gavel still is. Never somebody's personal chat. */
async function placesAbout(
  { deps, deployments, announcements, subscriptions, freezes, locks }: FactParts,
  target: Target,
  placeId: string,
): Promise<readonly string[]> {
  const { service } = target;
  const [announced, subscribed, there, elsewhere, frozen, locked] = await Promise.all([
    announcements.placeOf(service),
    subscriptions.placesFor(target),
    deployments.recent({ ...target, limit: 1 }),
    deployments.recent({ service, limit: 1 }),
    freezes.upcoming(target),
    locks.lastPlace(target),
  ]);
  const deployed = [...there, ...elsewhere].map(({ deployment }) => deployment.placeId);
  const all = [announced, ...subscribed, ...deployed, ...frozen.map((freeze) => freeze.placeId), locked];
  const others = [...new Set(all.filter((id) => id !== undefined && id !== placeId))] as string[];
  const open = await Promise.all(
    others.map(async (id) => !(await deps.isGone?.(id)) && !(await deps.isPersonal?.(id))),
  );
  return others.filter((_id, index) => open[index]);
}

/** `Dana Developer, Avery Approver, Deployments and 2 more channels`, as outside text. */
export async function describeAudience(
  { placeName }: Pick<FeatureDependencies, 'placeName'>,
  { placeIds, people }: Audience,
): Promise<string> {
  const names = await Promise.all(placeIds.map(async (id) => placeName?.(id)));
  const known = names.filter((name) => name !== undefined).slice(0, 4);
  const otherPlaces = placeIds.length - known.length;
  const shown = people.slice(0, 4).map(({ name }) => cleanText(name, 60));
  const otherPeople = people.length - shown.length;
  return enumerate([
    ...shown,
    ...(otherPeople > 0 ? [`${plural(otherPeople, 'more person', 'more people')}`] : []),
    ...known.map((name) => cleanText(name, 60)),
    ...(otherPlaces > 0 ? [plural(otherPlaces, known.length > 0 ? 'more channel' : 'channel')] : []),
  ]);
}
