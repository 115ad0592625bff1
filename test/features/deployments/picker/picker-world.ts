import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, CardContent, Command, Reply, Turn } from '../../../../src/chat/contract';
import type { Commit, Release, Running } from '../../../../src/connectors/contract';
import type { ServicesByName } from '../../../../src/connectors/machine/by-name';
import { systemsOf } from '../../../systems';
import type { OtherSources } from '../../../systems';
import { renderCard } from '../../../../src/core/card';
import { parseCatalog } from '../../../../src/core/catalog';
import type { Catalog } from '../../../../src/core/catalog';
import { idFrom } from '../../../../src/core/keys';
import { silentLogger } from '../../../../src/core/telemetry/logger';
import { decidersOf } from '../../../../src/features/approvals/policy';
import type { FeatureDependencies } from '../../../../src/features/contract';
import { createPicker } from '../../../../src/features/deployments';
import type { Deployment, DeploymentRequest, Deployments } from '../../../../src/features/deployments/contract';
import type { HealthReports, HealthState } from '../../../../src/features/health/contract';
import type { Sweeper } from '../../../../src/jobs/contract';
import { openSqliteStore } from '../../../../src/store/sqlite';
import { sampleOf } from '../../../core/card/sample';
import { createMovableClock } from '../../../core/time/movable-clock';
import { liveRelease } from '../../fakes';

/** A picker over a real store, with releases and deployments in memory. */

const tenant = '00000000-0000-4000-8000-00000000c0de';
const person = (key: string, name: string): { id: string; name: string } => ({
  id: `entra:${tenant}/11111111-0000-4000-8000-0000000000${key}`,
  name,
});
export const dana = person('d1', 'Dana Developer');
export const avery = person('a1', 'Avery Approver');
export const noor = person('b1', 'Noor Operator');
export const nico = person('e1', 'Nico Newcomer');

const environment = (required: number): string =>
  `{ risk: high, deploy: { required: ${required} }, rollback: { required: ${required} }, restart: { required: 0 }, verifyForSeconds: 30, rollBackAutomatically: true }`;
const catalogText = `
people:
  dana: { id: '${dana.id}', name: Dana Developer }
  avery: { id: '${avery.id}', name: Avery Approver }
  noor: { id: '${noor.id}', name: Noor Operator }
  nico: { id: '${nico.id}', name: Nico Newcomer }
grants:
  - { everyone: true, role: viewer }
  - { person: dana, role: developer }
  - { person: avery, role: approver }
  - { person: noor, role: approver }
  - { person: noor, role: developer, services: [shop], environments: [staging] }
services:
  shop: { description: Sells, environments: [staging, production], limits: { p95Ms: 300, p50Ms: 100, errorPercent: 1, minimumRequestsPerSecond: 1 } }
  search: { description: Finds, environments: [staging], limits: { p95Ms: 300, p50Ms: 100, errorPercent: 1, minimumRequestsPerSecond: 1 } }
environments:
  staging: ${environment(0)}
  production: ${environment(1)}
`;

export const start = Date.parse('2026-11-20T13:51:00Z');
const dayMs = 86_400_000;

export interface World {
  readonly requests: DeploymentRequest[];
  readonly deployments: { id: string; deployment: Deployment }[];
  readonly releases: Record<string, Release[]>;
  readonly running: Record<string, Running | undefined>;
  /** Other connections that say what is live, too. */
  readonly others: OtherSources;
  /** Where nobody can tell what is live. */
  readonly unread: string[];
  readonly health: Record<string, HealthState>;
  readonly lines: string[];
  /** What the copies of cards were said to be about that had to be drawn anew. */
  readonly changed: string[];
  rollbackTo: { version: string; commit: string } | undefined;
  readonly clock: ReturnType<typeof createMovableClock>;
  readonly catalog: Catalog;
  readonly picker: { commands: Command[]; actions: Action[] };
  turn(who: { id: string; name: string }, placeId?: string): Turn;
  say(who: { id: string; name: string }, command: string, args?: Record<string, string>): Promise<Reply>;
  click(who: { id: string; name: string }, verb: string, data: object): Promise<Reply>;
  /** Another copy of a picker's card, as it is drawn anew for this person. */
  copyOf(who: { id: string; name: string }, pickerId: string): Promise<Reply | undefined>;
  close(): Promise<void>;
}

/** Everything the picker needs; `close` removes what it wrote. */
export function createWorld(): World {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-picker-'));
  const store = openSqliteStore({
    file: join(folder, 'gavel.db'),
    auditKeyFile: join(folder, 'key'),
    auditAnchorFile: join(folder, 'anchor'),
    instance: 'test',
    logger: silentLogger,
  });
  const parsed = parseCatalog(catalogText);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  const clock = createMovableClock(start);
  const release = (version: string, days: number): Release => ({
    version,
    commit: idFrom(version) + '0'.repeat(8),
    createdAt: start - days * dayMs,
  });
  const requests: DeploymentRequest[] = [];
  const deployments: World['deployments'] = [];
  const state = {
    requests,
    deployments,
    clock,
    catalog: parsed.catalog,
    rollbackTo: undefined as World['rollbackTo'],
    releases: {
      shop: [release('2.14.0', 0.1), release('2.13.2', 6), release('2.13.1', 11)],
      search: Array.from({ length: 9 }, (_, index) => release(`3.${9 - index}.0`, index + 1)),
    } as World['releases'],
    unread: [] as string[],
    others: new Map() as OtherSources,
    running: {
      'shop/production': { version: '2.13.2', commit: idFrom('2.13.2'), since: start - 5 * dayMs },
      'shop/staging': { version: '2.14.0', commit: idFrom('2.14.0'), since: start - 7_200_000 },
    } as World['running'],
    health: {} as World['health'],
    lines: [] as string[],
    changed: [] as string[],
  };
  const drawers = new Map<string, Parameters<FeatureDependencies['outbox']['drawCopies']>[1]>();
  const connector = fakeConnector(state);
  const deps: FeatureDependencies = {
    catalog: () => parsed.catalog,
    store,
    outbox: {
      put: async () => undefined,
      fate: async () => undefined,
      onUndeliverable: () => undefined,
      drawCopies: (prefix, draw) => void drawers.set(prefix, draw),
      changed: async (about) => void state.changed.push(about),
    },
    systems: systemsOf(
      () => connector,
      (connection) => (connection === 'local' || connection.startsWith('second ') ? 'Sandbox' : connection),
      state.others,
    ),
    sweeper: { register: () => undefined, kick: () => undefined } as Partial<Sweeper> as Sweeper,
    clock,
    logger: silentLogger,
  };
  const health: HealthReports = {
    report: async (service, place) => ({
      service,
      environment: place,
      state: state.health[`${service}/${place}`] ?? 'healthy',
      since: undefined,
      live: state.unread.includes(`${service}/${place}`)
        ? { found: 'cannot tell' }
        : liveRelease(state.running[`${service}/${place}`]),
      figures: undefined,
      trouble: '',
      loneFailure: false,
      readAt: clock.now(),
    }),
    card: async () => sampleOf('health/health'),
  };
  const picker = createPicker(deps, {
    deployments: fakeDeployments(state),
    health,
    policy: { obstacles: async () => [] },
    approvals: { whoCouldApprove: async (request) => decidersOf(parsed.catalog, { request, approvals: [] }) },
  });
  const turn = (who: { id: string; name: string }, placeId = 'deployments'): Turn => ({
    correlationId: 'c1',
    reference: '4f2a91c0',
    receivedAt: clock.now(),
    person: who,
    place: { id: placeId, kind: 'channel', name: 'Deployments' },
    thread: undefined,
    trigger: 'clicked',
    begin: async () => undefined,
  });
  return Object.assign(state, {
    picker,
    turn,
    say: async (who: { id: string; name: string }, name: string, args: Record<string, string> = {}) => {
      const command = picker.commands.find((each) => each.name === name);
      if (!command) throw new Error(`no command ${name}`);
      return command.run(turn(who), args);
    },
    click: async (who: { id: string; name: string }, verb: string, data: object) => {
      const action = picker.actions.find((each) => each.verb === verb);
      if (!action) throw new Error(`no verb ${verb}`);
      return action.run(turn(who), action.input.parse(data));
    },
    copyOf: async (who: { id: string; name: string }, pickerId: string) => {
      const { person, place, reference } = turn(who);
      return drawers.get('picker:')?.({ about: `picker:${pickerId}`, person, place, reference });
    },
    close: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** The card of a reply with its data, rendered once so that a missing value fails the test. */
export function cardOf(reply: Reply): CardContent & { text: string } {
  if (!('card' in reply)) throw new Error(`no card but ${JSON.stringify(reply)}`);
  return {
    ...reply,
    text: JSON.stringify(renderCard(reply.card, reply.data)).replaceAll('\u00a0', ' ').replaceAll('\u2011', '-'),
  };
}

function fakeConnector(state: Pick<World, 'releases' | 'running' | 'lines'>): ServicesByName {
  const commit = (id: string, message: string, author: string): Commit => ({ id, message, author, committedAt: start });
  const index = (service: string, version: string): number =>
    (state.releases[service] ?? []).findIndex((release) => release.version === version);
  return {
    sourceControl: {
      releases: async (service) => state.releases[service] ?? [],
      release: async (service, version) => state.releases[service]?.find((each) => each.version === version),
      commitsBetween: async (service, from, to) => {
        if (from === to) return { commits: [], direction: 'same' };
        if (from !== undefined && index(service, to) > index(service, from)) return { commits: [], direction: 'back' };
        const commits = [
          commit('3c9f2e1aa', 'Keep the **basket** when a payment fails', 'A. Sample'),
          commit('b71d04abb', 'Add gift cards', 'B. Sample'),
        ];
        return { commits, direction: 'forward' };
      },
    },
    environments: { running: async (service, place) => state.running[`${service}/${place}`] },
    pipelines: {
      startRun: async () => ({ id: 'run' }),
      findRun: async () => ({ found: 'none' }),
      runStatus: async () => undefined,
      cancelRun: async () => undefined,
      runLog: async (_, maximumLines) => state.lines.slice(-maximumLines),
    },
    check: async () => [],
    close: async () => undefined,
  };
}

function fakeDeployments(
  state: Pick<World, 'requests' | 'deployments'> & { rollbackTo: World['rollbackTo'] },
): Deployments {
  return {
    onEmergency: () => undefined,
    onStart: () => undefined,
    onEnd: () => undefined,
    onWait: () => undefined,
    redraw: async () => undefined,
    inState: async () => [],
    request: async (request) => {
      state.requests.push(request);
      const id = idFrom(request.key);
      const known = state.deployments.find((each) => each.id === id);
      if (known) return known;
      const made = { id, deployment: deploymentOf(request, 1042 + state.deployments.length) };
      state.deployments.unshift(made);
      return made;
    },
    find: async (word) =>
      state.deployments.find(({ id, deployment }) => id === word || `D-${deployment.number}` === word.toUpperCase()),
    async *each({ where = {} }) {
      for (const { id, deployment } of state.deployments)
        if (
          ['service', 'environment'].every((field) =>
            [undefined, deployment[field as 'service']].includes(where[field] as undefined),
          )
        )
          yield { id, version: 1, value: deployment };
    },
    recent: async ({ service, environment: place, limit }) =>
      state.deployments
        .filter(({ deployment }) => service === undefined || deployment.service === service)
        .filter(({ deployment }) => place === undefined || deployment.environment === place)
        .slice(0, limit),
    current: async () => undefined,
    rollbackTarget: async () => state.rollbackTo,
    whyNoRollback: async (_service, _environment, { version }) =>
      version === state.rollbackTo?.version ? undefined : `${version} was never verified in production.`,
    wasVerified: async () => false,
  };
}

/** A new deployment request. */
export function deploymentOf(request: DeploymentRequest, number: number): Deployment {
  const { kind, service, environment: place, version, requester, reason, placeId, thread, correlationId } = request;
  return {
    number,
    kind,
    service,
    environment: place,
    version,
    commit: request.commit ?? '',
    replaces: undefined,
    requester,
    reason,
    requestedAt: start,
    placeId,
    thread,
    correlationId,
    state: 'requested',
    stateSince: start,
    changes: { commits: [], total: 0, direction: 'forward' },
    approvedBy: [],
    runKey: 'key',
  };
}

/** Dana's request for shop 2.14.0 to production, with this number. */
export function asked(number: number, more: Partial<Deployment> = {}): Deployment {
  const request: DeploymentRequest = {
    key: `k${number}`,
    kind: 'deploy',
    service: 'shop',
    environment: 'production',
    version: '2.14.0',
    requester: dana,
    reason: '',
    placeId: 'teams:general',
    thread: undefined,
    correlationId: 'c',
  };
  return { ...deploymentOf(request, number), ...more };
}
