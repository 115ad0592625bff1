import type { Command, ResolveAlias, Feature, Guard, RecordTurn, Reply, Turn } from '../chat/contract';
import type { Catalog } from '../core/catalog';
import { createAliases } from './aliases';
import { createAnnouncements } from './announcements';
import { createApprovals } from './approvals';
import { createAudits } from './audits';
import type { FeatureDependencies, LaterTurns } from './contract';
import { createDeployments } from './deployments';
import { createDoctor } from './doctor';
import { createEmergencies } from './emergencies';
import { createFreezes } from './freezes';
import { createGates } from './gates';
import type { DeploymentHistory } from './health';
import { createHealth } from './health';
import { contactFor, createHelp } from './help';
import { createHistory } from './history';
import { createJokes } from './jokes';
import { createLocks } from './locks';
import { createMemory } from './memory';
import { createOnboarding } from './onboarding';
import { createPolicy } from './policy';
import { createPrivacy } from './privacy';
import { createGrantStore, createRoles } from './roles';
import { createSchedules } from './schedules';
import { createSubscriptions } from './subscriptions';
import type { Subscriptions } from './subscriptions';

/** Everything people can do, joined; `welcome` is what a place or a person sees when Gavel is added. */
export function createFeatures(given: FeatureDependencies & LaterTurns): {
  features: Feature[];
  /** Holds what the catalog marks: first its confirmation, then the second approval. */
  guard: Guard;
  /** The catalog with what was granted in chat. */
  catalog: () => Catalog;
  /** What has become of what is subscribed. */
  deliveries: Subscriptions['deliveries'];
  /** Takes over what other instances have granted. */
  refresh: () => Promise<void>;
  /** What stands behind a line that is no command. */
  resolveAlias: ResolveAlias;
  /** Keeps what was asked and what came of it. */
  recordTurn: RecordTurn;
  /** Who helps somebody whose lines were not understood three times in a row. */
  personToAsk: (turn: Turn) => Promise<string | undefined>;
  /** Resolves when what was noted is written. */
  idle: () => Promise<void>;
  welcome: (turn: Turn) => Promise<Reply>;
} {
  const grants = createGrantStore(given);
  const deps: FeatureDependencies = {
    ...given,
    catalog: grants.catalog,
    zoneOf: (personId) => onboarding.zoneOf(personId),
  };
  // Health marks deployments on its graph and deployments are verified by health: one of the two is asked late.
  const late: { history?: DeploymentHistory } = {};
  const history = (): DeploymentHistory => {
    if (!late.history) throw new Error('Deployments are asked for before they are there');
    return late.history;
  };
  const { feature: approvals, approvals: decisions } = createApprovals(deps);
  const { feature: announcements, announcements: announced } = createAnnouncements(deps);
  const placeOf = (service: string): Promise<string | undefined> => announced.placeOf(service);
  const freezes = createFreezes(deps, announced);
  const locks = createLocks(deps);
  const { feature: rules, policy } = createPolicy(deps, { freezes: freezes.freezes, locks: locks.locks });
  const health = createHealth(deps, { approvals: decisions, policy, history, placeOf });
  const deployments = createDeployments(deps, {
    approvals: decisions,
    health: health.reports,
    announcements: announced,
    policy,
  });
  late.history = deployments.history;
  let joined: { readonly of: number; readonly commands: readonly Command[] } = { of: 0, commands: [] };
  const commands = (): readonly Command[] => {
    if (joined.of !== features.length)
      joined = { of: features.length, commands: features.flatMap((feature) => feature.commands ?? []) };
    return joined.commands;
  };
  const aliases = createAliases(deps, { commands });
  const past = createHistory(deps);
  const roles = createRoles(deps, { grants, approvals: decisions, commands });
  const subscriptions = createSubscriptions(deps, {
    deployments: deployments.deployments,
    announcements: announced,
  });
  const onboarding = createOnboarding(deps, {
    ask: roles.ask,
    give: roles.give,
    deployments: deployments.deployments,
    announcements: announced,
    subscriptions: subscriptions.subscriptions,
    hold: (turn, asked) => guard(turn, asked, async () => undefined),
  });
  const features: Feature[] = [
    deployments.feature,
    approvals,
    health.feature,
    createEmergencies(deps, { deployments: deployments.deployments, announcements: announced }).feature,
    rules,
    freezes.feature,
    locks.feature,
    announcements,
    createAudits(deps).feature,
    roles.feature,
    onboarding.feature,
    subscriptions.feature,
    createDoctor(deps).feature,
    past.feature,
    aliases.feature,
    createMemory(deps).feature,
    createJokes(deps).feature,
  ];
  const { carryOut, runLine } = given;
  features.push(createSchedules(deps, { commands, resolveAlias: aliases.resolveAlias, runLine }).feature);
  const kinds = () => [...features.flatMap(({ personalData }) => personalData ?? []), ...(deps.personalData?.() ?? [])];
  features.push(createPrivacy(deps, { kinds }).feature);
  const { features: gates, guard } = createGates(deps, { approvals: decisions, commands, carryOut });
  features.push(...gates);
  const help = createHelp(deps, { commands });
  features.push(help.feature);
  return {
    features,
    guard,
    catalog: grants.catalog,
    deliveries: subscriptions.subscriptions.deliveries,
    refresh: grants.refresh,
    resolveAlias: aliases.resolveAlias,
    recordTurn: past.recordTurn,
    personToAsk: async (turn) => ((await past.stumbles(turn)) < 2 ? undefined : (await contactFor(deps, turn))?.name),
    idle: past.idle,
    welcome: onboarding.welcome,
  };
}
