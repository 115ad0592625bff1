import type { Command, Feature, Guard, PersonalData, RecordTurn, Reply, ResolveAlias, Turn } from '../chat/contract';
import type { SystemEvent } from '../connectors/contract/hooks';
import type { Catalog } from '../core/catalog';
import { compose, partsOf } from '../core/compose';
import type { Parts } from '../core/compose';
import { createAliases } from './aliases';
import { createAlerts } from './alerts';
import { createAnnouncements } from './announcements';
import { createApprovals } from './approvals';
import { createAudits } from './audits';
import type { FeatureDependencies, LaterTurns } from './contract';
import { createDeploymentHistory, createDeployments } from './deployments';
import { createDoctor } from './doctor';
import { createEnvironments } from './environments';
import { createEmergencies } from './emergencies';
import { createFigures } from './figures';
import { createFreezes } from './freezes';
import { createGates } from './gates';
import { createGraphs } from './graphs';
import { createHealth } from './health';
import { contactFor, createHelp } from './help';
import { createHistory } from './history';
import { createJokes } from './jokes';
import { createLocks } from './locks';
import { createMarks } from './marks';
import { createMemory } from './memory';
import { createOnboarding, createSettingsReader } from './onboarding';
import { createPolicy } from './policy';
import { createPrivacy } from './privacy';
import { createGrantStore, createRoles } from './roles';
import { createRunApprovals } from './run-approvals';
import { createRuns } from './runs';
import { createSchedules } from './schedules';
import { createScm } from './scm';
import { createStatus } from './status';
import { createSubscriptions } from './subscriptions';
import type { Subscriptions } from './subscriptions';
import { createTests } from './tests';
import { createTickets } from './tickets';
import { createWorkloads } from './workloads';

/** What the parts offer each other, by name. */
interface Offers {
  readonly deploymentHistory: ReturnType<typeof createDeploymentHistory>;
  readonly status: ReturnType<typeof createStatus>;
  readonly deployments: ReturnType<typeof createDeployments>;
  readonly alerts: ReturnType<typeof createAlerts>;
  readonly approvals: ReturnType<typeof createApprovals>;
  readonly health: ReturnType<typeof createHealth>;
  readonly graphs: ReturnType<typeof createGraphs>;
  readonly runs: ReturnType<typeof createRuns>;
  readonly runApprovals: ReturnType<typeof createRunApprovals>;
  readonly scm: ReturnType<typeof createScm>;
  readonly figures: ReturnType<typeof createFigures>;
  readonly tests: ReturnType<typeof createTests>;
  readonly tickets: ReturnType<typeof createTickets>;
  readonly workloads: ReturnType<typeof createWorkloads>;
  readonly environments: ReturnType<typeof createEnvironments>;
  readonly emergencies: ReturnType<typeof createEmergencies>;
  readonly policy: ReturnType<typeof createPolicy>;
  readonly freezes: ReturnType<typeof createFreezes>;
  readonly locks: ReturnType<typeof createLocks>;
  readonly announcements: ReturnType<typeof createAnnouncements>;
  readonly audits: ReturnType<typeof createAudits>;
  readonly roles: ReturnType<typeof createRoles>;
  readonly onboarding: ReturnType<typeof createOnboarding>;
  readonly subscriptions: ReturnType<typeof createSubscriptions>;
  readonly doctor: ReturnType<typeof createDoctor>;
  readonly history: ReturnType<typeof createHistory>;
  readonly aliases: ReturnType<typeof createAliases>;
  readonly marks: ReturnType<typeof createMarks>;
  readonly memory: ReturnType<typeof createMemory>;
  readonly jokes: ReturnType<typeof createJokes>;
  readonly schedules: ReturnType<typeof createSchedules>;
  readonly privacy: ReturnType<typeof createPrivacy>;
  readonly gates: ReturnType<typeof createGates>;
  readonly help: ReturnType<typeof createHelp>;
}

interface Given extends LaterTurns {
  readonly deps: FeatureDependencies;
  readonly grants: ReturnType<typeof createGrantStore>;
  /** All commands, and all personal data; empty until every part is created. */
  readonly allFeatures: () => readonly Feature[];
  readonly commands: () => readonly Command[];
  readonly kinds: () => readonly PersonalData[];
}

/** Every part with what it needs of others, in the order in which people read about them. */
function featureParts(given: Given): Parts<Offers> {
  return { ...shippingParts(given), ...teamParts(given) };
}

/** What ships, tests and watches software. */
function shippingParts({ deps }: Pick<Given, 'deps'>) {
  const part = partsOf<Offers>();
  return {
    // Health shows deployments in its graph, and health verifies deployments, so past deployments are a separate part.
    deploymentHistory: part([], () => createDeploymentHistory(deps)),
    status: part(
      ['deployments', 'approvals', 'health', 'freezes', 'locks', 'runs'],
      ({ deployments, approvals, health: { reports }, freezes, locks, runs }) =>
        createStatus(deps, { ...deployments, ...approvals, ...freezes, ...locks, ...runs, health: reports }),
    ),
    deployments: part(
      ['approvals', 'health', 'announcements', 'policy', 'tickets'],
      ({ approvals: { approvals }, health: { reports }, announcements: { announcements }, policy, tickets }) =>
        createDeployments(deps, {
          ...{ approvals, health: reports, announcements, ...policy, tickets: tickets.ticketLinks },
        }),
    ),
    approvals: part([], () => createApprovals(deps)),
    health: part(
      ['approvals', 'policy', 'deploymentHistory', 'announcements'],
      ({ approvals: { approvals }, policy: { policy }, deploymentHistory: history, announcements }) =>
        createHealth(deps, { approvals, policy, history, placeOf: announcements.announcements.placeOf }),
    ),
    graphs: part(['health', 'deploymentHistory'], ({ health: { graphs, reports }, deploymentHistory: history }) =>
      createGraphs(deps, { graphs, reports, history }),
    ),
    runs: part(['approvals', 'tickets'], ({ approvals: { approvals }, tickets: { ticketLinks: tickets } }) =>
      createRuns(deps, { approvals, tickets }),
    ),
    runApprovals: part(
      ['approvals', 'runs', 'deployments', 'announcements'],
      ({ approvals, runs, deployments, announcements }) =>
        createRunApprovals({ deps, ...approvals, ...runs, ...deployments, ...announcements }),
    ),
    scm: part(['announcements'], ({ announcements }) => createScm(deps, announcements)),
    figures: part(['runs', 'tests'], ({ runs, tests }) => createFigures(deps, { ...runs, ...tests })),
    tests: part([], () => createTests(deps)),
    tickets: part([], () => createTickets(deps)),
    environments: part([], () => createEnvironments(deps)),
    workloads: part(
      ['approvals', 'policy', 'deployments', 'announcements'],
      ({ approvals, policy, deployments, announcements: { announcements } }) =>
        createWorkloads(deps, { ...approvals, ...policy, ...deployments, placeOf: announcements.placeOf }),
    ),
    alerts: part(
      ['health', 'deploymentHistory', 'deployments', 'announcements', 'subscriptions', 'tickets'],
      ({ health, deploymentHistory: history, deployments, announcements, subscriptions, tickets }) =>
        createAlerts(deps, {
          ...{ ...health, ...deployments, ...announcements, ...subscriptions, history, tickets: tickets.ticketLinks },
        }),
    ),
  };
}

/** Rules and rights, and what people tell Gavel and each other. */
function teamParts({ deps, grants, allFeatures, commands, kinds, ...turns }: Given) {
  const part = partsOf<Offers>();
  return {
    emergencies: part(
      ['deployments', 'announcements', 'subscriptions', 'freezes', 'locks', 'policy', 'approvals', 'health'],
      ({ deployments, announcements, subscriptions, health: { reports }, ...rules }) =>
        createEmergencies(deps, {
          ...{ ...deployments, ...announcements, ...subscriptions, health: reports },
          ...{ ...rules.freezes, ...rules.locks, ...rules.policy, ...rules.approvals },
        }),
    ),
    policy: part(['freezes', 'locks'], ({ freezes, locks }) => createPolicy(deps, { ...freezes, ...locks })),
    freezes: part(['announcements'], ({ announcements: { announcements } }) => createFreezes(deps, announcements)),
    locks: part([], () => createLocks(deps)),
    announcements: part([], () => createAnnouncements(deps)),
    audits: part(['deployments'], ({ deployments: { deployments } }) =>
      createAudits(deps, { deployments, features: allFeatures }),
    ),
    roles: part(['approvals'], ({ approvals: { approvals } }) => createRoles(deps, { grants, approvals, commands })),
    onboarding: part(
      ['roles', 'deployments', 'announcements', 'subscriptions', 'doctor', 'gates'],
      ({ roles: { ask, give }, deployments, announcements, subscriptions, doctor, gates: { guard } }) =>
        createOnboarding(deps, {
          ...{ ask, give, readChecks: doctor.readChecks, ...deployments, ...announcements, ...subscriptions },
          hold: (turn, asked) => guard(turn, asked, async () => undefined),
        }),
    ),
    subscriptions: part(
      ['deployments', 'announcements'],
      ({ deployments: { deployments }, announcements: { announcements } }) =>
        createSubscriptions(deps, { deployments, announcements }),
    ),
    doctor: part(
      ['announcements', 'subscriptions', 'alerts'],
      ({ announcements: { announcements }, subscriptions: { subscriptions }, alerts: { alerts } }) =>
        createDoctor(deps, { announcements, subscriptions, alerts }),
    ),
    history: part([], () => createHistory(deps)),
    aliases: part([], () => createAliases(deps, { commands, commandFor: turns.commandFor })),
    marks: part(['deployments'], ({ deployments }) => createMarks(deps, deployments)),
    memory: part([], () => createMemory(deps)),
    jokes: part([], () => createJokes(deps)),
    schedules: part(['aliases'], ({ aliases: { resolveAlias } }) =>
      createSchedules(deps, { commands, resolveAlias, runLine: turns.runLine }),
    ),
    privacy: part([], () => createPrivacy(deps, { kinds })),
    gates: part(['approvals'], ({ approvals: { approvals } }) =>
      createGates(deps, { approvals, commands, carryOut: turns.carryOut }),
    ),
    help: part([], () => createHelp(deps, { commands })),
  };
}

/** What the rest of Gavel gets from all features together. */
interface JoinedFeatures {
  readonly features: readonly Feature[];
  /** Holds what the catalog marks: first for a confirmation, then for a second approval. */
  readonly guard: Guard;
  /** The catalog with the grants from chat. */
  readonly catalog: () => Catalog;
  /** The state of subscribed notifications. */
  readonly deliveries: Subscriptions['deliveries'];
  /** Loads grants that other instances made. */
  readonly refresh: () => Promise<void>;
  /** The line behind an alias. */
  readonly resolveAlias: ResolveAlias;
  /** Aliases that a command hides now. */
  readonly aliasChecks: ReturnType<typeof createAliases>['checks'];
  /** Records what was asked and the result. */
  readonly recordTurn: RecordTurn;
  /** Who helps somebody after three lines in a row weren't understood. */
  readonly personToAsk: (turn: Turn) => Promise<string | undefined>;
  /** Stores what an alert source said when it called Gavel. */
  readonly takeHook: ReturnType<typeof createAlerts>['takeHook'];
  /** Reads from a system what it says has changed. */
  readonly lookAt: (connection: string, event: SystemEvent) => Promise<void>;
  /** Starts what watches without anybody asking, once for all instances. */
  readonly begin: () => Promise<void>;
  /** Resolves when everything recorded is written. */
  readonly idle: () => Promise<void>;
  /** What a place or a person sees when Gavel is added. */
  readonly welcome: (turn: Turn) => Promise<Reply>;
}

/** Everything that people can do. Nothing of `LaterTurns` is called before somebody types or clicks, or the sweeper starts. */
export function createFeatures(given: FeatureDependencies & LaterTurns): JoinedFeatures {
  const grants = createGrantStore(given);
  const deps = { ...given, catalog: grants.catalog, ...createSettingsReader(given) };
  let features: readonly Feature[] = [];
  let commands: readonly Command[] = [];
  const kinds = () => [...features.flatMap(({ personalData = [] }) => personalData), ...(deps.personalData?.() ?? [])];
  const { carryOut, runLine, commandFor } = given;
  const late = { allFeatures: () => features, commands: () => commands, kinds };
  const made = compose(featureParts({ deps, grants, ...late, carryOut, runLine, commandFor }));
  const parts: readonly { readonly feature?: Feature; readonly features?: readonly Feature[] }[] = Object.values(made);
  features = parts.flatMap((part) => part.features ?? part.feature ?? []);
  commands = features.flatMap((feature) => feature.commands ?? []);
  const { gates, subscriptions, aliases, history, onboarding, alerts, runApprovals } = made;
  return {
    features,
    guard: gates.guard,
    catalog: grants.catalog,
    deliveries: subscriptions.subscriptions.deliveries,
    refresh: grants.refresh,
    resolveAlias: aliases.resolveAlias,
    aliasChecks: aliases.checks,
    recordTurn: history.recordTurn,
    personToAsk: async (turn) =>
      (await history.stumbles(turn)) < 2 ? undefined : (await contactFor(deps, turn))?.name,
    takeHook: alerts.takeHook,
    async lookAt(connection, { runs, concernsApprovals }) {
      await Promise.all([made.runs.lookAt(connection, runs), made.deployments.lookAt(connection, runs)]);
      if (concernsApprovals) await runApprovals.readNow(connection);
    },
    async begin() {
      await alerts.begin();
      await runApprovals.begin();
      await made.figures.begin();
    },
    idle: history.idle,
    welcome: onboarding.welcome,
  };
}
