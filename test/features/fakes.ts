import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Destination, MessageFate, Outbox, OutboxMessage, Person, Place, Turn } from '../../src/chat/contract';
import type { Router } from '../../src/chat/router';
import type {
  Commit,
  FoundRun,
  MetricPoint,
  Release,
  Running,
  RunRequest,
  RunStatus,
} from '../../src/connectors/contract';
import { readingOf } from '../../src/connectors/catalog';
import type { ServicesByName } from '../../src/connectors/machine/by-name';
import { systemsOf } from '../systems';
import type { OtherSources } from '../systems';
import { renderCard } from '../../src/core/card';
import { parseCatalog } from '../../src/core/catalog';
import type { Catalog } from '../../src/core/catalog';
import type { Authors } from '../../src/core/catalog/authors';
import { ConnectorError } from '../../src/core/errors';
import { newId, newReference } from '../../src/core/keys';
import { silentLogger } from '../../src/core/telemetry/logger';
import type { FeatureDependencies, LaterTurns } from '../../src/features/contract';
import type { LiveRelease } from '../../src/features/health';
import { createFreezes } from '../../src/features/freezes';
import { createLocks } from '../../src/features/locks';
import { createPolicy } from '../../src/features/policy';
import type { Policy } from '../../src/features/policy';
import { createLeases, createSweeper } from '../../src/jobs';
import type { SweeperOptions } from '../../src/jobs';
import { openSqliteStore } from '../../src/store/sqlite';
import { createMemoryPipelines, withPipelines } from './runs/memory-pipelines';
import type { MemoryPipelines } from './runs/memory-pipelines';
import { createMemoryTests, withTests } from './tests/memory-tests';
import type { MemoryTests } from './tests/memory-tests';
import { createMemoryTracker, withTracker } from './tickets/memory-tracker';
import type { MemoryTracker } from './tickets/memory-tracker';
import { createMemoryWorkload, withWorkload } from './workloads/memory-workload';
import type { MemoryWorkload } from './workloads/memory-workload';
import { createMovableClock } from '../core/time/movable-clock';
import type { MovableClock } from '../core/time/movable-clock';

/** A small world for feature tests: real store and sweeper, an outbox that remembers, a connector in memory. */

const tenant = '00000000-0000-4000-8000-00000000c0de';
const person = (key: string, name: string): Person => ({
  id: `entra:${tenant}/11111111-0000-4000-8000-0000000000${key}`,
  name,
});
export const people = {
  dana: person('d1', 'Dana Developer'),
  avery: person('a1', 'Avery Approver'),
  noor: person('b1', 'Noor Operator'),
  ada: person('ad', 'Ada Admin'),
  nico: person('e1', 'Nico Newcomer'),
};

/** How a health report names the release that is live; undefined where nothing is deployed. */
export const liveRelease = (running: Running | undefined): LiveRelease =>
  running ? { found: 'release', running } : { found: 'none' };

export const places = {
  deployments: { id: 'channel:deployments', kind: 'channel', name: 'Deployments' },
  general: { id: 'channel:general', kind: 'channel', name: 'General' },
} as const satisfies Record<string, Place>;

export const sampleCatalogText = `
timeZone: UTC
people:
${Object.entries(people)
  .map(([key, { id, name }]) => `  ${key}: { id: "${id}", name: ${name} }`)
  .join('\n')}
grants:
  - { everyone: true, role: viewer }
  - { person: dana, role: developer }
  - { person: avery, role: approver }
  - { person: noor, role: operator }
  - { person: noor, role: approver }
  - { person: ada, role: admin }
services:
  shop:
    description: The web shop
    environments: [staging, production]
    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 }
environments:
  staging:
    risk: low
    deploy: { required: 0 }
    rollback: { required: 0 }
    restart: { required: 0 }
    verifyForSeconds: 10
    rollBackAutomatically: true
  production:
    risk: high
    deploy: { required: 1 }
    rollback: { required: 1, requesterMayApprove: true }
    restart: { required: 1 }
    verifyForSeconds: 20
    rollBackAutomatically: true
`;

/** The sample people and one service `shop`; staging needs no approval, production needs one. */
export function sampleCatalog(): Catalog {
  const result = parseCatalog(sampleCatalogText);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.catalog;
}

/** Remembers what it should show; renders every card, so that a missing value fails the test. */
export interface RecordingOutbox extends Outbox {
  /** The newest state of each message. */
  readonly messages: Map<string, OutboxMessage>;
  /** Every accepted put, in order. */
  readonly puts: OutboxMessage[];
  /** Each key with the place where it was first posted. */
  readonly posts: { key: string; destination: Destination }[];
  /** Those who redraw cards. */
  readonly drawers: Parameters<Outbox['drawCopies']>[];
  /** The chat tool no longer accepts this message. */
  giveUp(key: string): Promise<void>;
}

export function createRecordingOutbox(): RecordingOutbox {
  const messages = new Map<string, OutboxMessage>();
  const puts: OutboxMessage[] = [];
  const posts: { key: string; destination: Destination }[] = [];
  const drawers: RecordingOutbox['drawers'] = [];
  const givenUp = new Set<string>();
  const listeners: Parameters<Outbox['onUndeliverable']>[] = [];
  return {
    messages,
    puts,
    posts,
    drawers,
    async put(message) {
      if ('card' in message.content) renderCard(message.content.card, message.content.data);
      const known = messages.get(message.key);
      if (known && known.revision >= message.revision) return;
      if (!known) posts.push({ key: message.key, destination: message.destination });
      messages.set(message.key, message);
      puts.push(message);
    },
    async fate(key): Promise<MessageFate | undefined> {
      if (!messages.has(key)) return undefined;
      return { state: givenUp.has(key) ? 'undeliverable' : 'posted' };
    },
    onUndeliverable: (...listener) => void listeners.push(listener),
    async giveUp(key) {
      const { destination } = messages.get(key) ?? assert.fail(key);
      givenUp.add(key);
      for (const [prefix, listener] of listeners) if (key.startsWith(prefix)) await listener(key, destination);
    },
    drawCopies: (...drawer) => void drawers.push(drawer),
    changed: async () => undefined,
  };
}

interface MemoryRun {
  readonly request: RunRequest;
  status: RunStatus;
}

/** A connector in memory: releases and runs as in the contract, with every outcome set by the test. */
export interface MemoryConnector extends ServicesByName {
  /** What people call it. */
  title: string;
  readonly runs: Map<string, MemoryRun>;
  readonly releasesOf: Map<string, Release>;
  readonly commits: Commit[];
  /** The authors of the change; by default, those of `commits`. */
  authors: Authors | undefined;
  readonly serving: Map<string, Running>;
  /** Other connections that say what is live, too. */
  readonly others: OtherSources;
  /** How often each method was called. */
  readonly calls: Record<'startRun' | 'findRun' | 'cancelRun', number>;
  /** Thrown by the next calls of a method, in order; `after` once it has acted. */
  readonly faults: {
    method: 'startRun' | 'findRun' | 'runStatus' | 'cancelRun' | 'running';
    failure: ConnectorError['failure'];
    after?: boolean;
  }[];
  /** The result of `findRun` if it is set, whatever is known. */
  findAnswer: FoundRun | undefined;
  probe: { answers: boolean; complaint?: string };
  figures: MetricPoint | undefined;
  /** The log of every run. */
  log: string[];
  /** Ends the only running run, or the named one. */
  finish(state: 'succeeded' | 'failed' | 'canceled', options?: { reason?: string; leaves?: string }): void;
}

export function createMemoryConnector(clock: MovableClock): MemoryConnector {
  const runs = new Map<string, MemoryRun>();
  const releasesOf = new Map<string, Release>();
  const serving = new Map<string, Running>();
  for (const [index, version] of ['2.12.0', '2.13.0', '2.14.0', '2.15.0'].entries())
    releasesOf.set(version, {
      version,
      commit: String(index + 1).repeat(40),
      createdAt: clock.now() - 1000 * (9 - index),
    });
  const calls = { startRun: 0, findRun: 0, cancelRun: 0 };
  const faults: MemoryConnector['faults'] = [];

  function acting<T>(method: (typeof faults)[number]['method'], act: () => T): T {
    const index = faults.findIndex((fault) => fault.method === method);
    const fault = index >= 0 ? faults.splice(index, 1)[0] : undefined;
    if (fault && !fault.after) throw new ConnectorError('memory', fault.failure, `${method} failed`);
    const result = act();
    if (fault) throw new ConnectorError('memory', fault.failure, `${method} failed after it had acted`);
    return result;
  }

  function serve(request: RunRequest, version: string): void {
    const release = releasesOf.get(version);
    if (!release) throw new Error(`no release ${version}`);
    serving.set(`${request.service}/${request.environment}`, { version, commit: release.commit, since: clock.now() });
  }

  const connector: MemoryConnector = {
    title: 'memory',
    runs,
    releasesOf,
    commits: [{ id: 'c'.repeat(40), message: 'Add *gift* cards', author: 'A. Sample', committedAt: 0 }],
    authors: undefined,
    serving,
    others: new Map(),
    calls,
    faults,
    findAnswer: undefined,
    probe: { answers: true },
    figures: { at: 0, p50Ms: 50, p95Ms: 120, errorPercent: 0.2, requestsPerSecond: 80 },
    log: ['building'],
    finish(state, { reason, leaves } = {}) {
      for (const run of runs.values()) {
        if (run.status.state !== 'running') continue;
        if (state === 'succeeded') serve(run.request, run.request.version);
        if (leaves !== undefined) serve(run.request, leaves);
        const steps = run.status.steps.map((step) => ({
          ...step,
          state: state === 'succeeded' ? ('done' as const) : ('failed' as const),
        }));
        run.status = {
          ...run.status,
          state,
          steps,
          progress: 1,
          endedAt: clock.now(),
          ...(reason !== undefined && { reason }),
        };
      }
    },
    sourceControl: {
      releases: async () => [...releasesOf.values()].reverse(),
      release: async (_service, version) => releasesOf.get(version),
      commitsBetween: async (_service, from, to) => ({
        commits: connector.commits,
        authors: connector.authors ?? { people: connector.commits.map(({ author }) => ({ name: author })) },
        direction: from === to ? 'same' : from !== undefined && from > to ? 'back' : 'forward',
      }),
    },
    environments: {
      running: async (service, environment) => acting('running', () => serving.get(`${service}/${environment}`)),
    },
    pipelines: {
      startRun: async (request) =>
        acting('startRun', () => {
          calls.startRun += 1;
          const id = `run-${request.key}`;
          if (!runs.has(id))
            runs.set(id, {
              request,
              status: {
                id,
                state: 'running',
                steps: [
                  { name: 'build', state: 'running', detail: '1 of 3 files', startedAt: clock.now() },
                  { name: 'switch', state: 'waiting', detail: '' },
                ],
                progress: 0.2,
                startedAt: clock.now(),
                lastLines: ['building', 'packing'],
                logReadAt: clock.now(),
              },
            });
          return { id };
        }),
      findRun: async ({ key }) =>
        acting('findRun', () => {
          calls.findRun += 1;
          if (connector.findAnswer) return connector.findAnswer;
          return runs.has(`run-${key}`) ? { found: 'run', id: `run-${key}` } : { found: 'none' };
        }),
      runStatus: async (id) => acting('runStatus', () => runs.get(id)?.status),
      cancelRun: async () =>
        acting('cancelRun', () => {
          calls.cancelRun += 1;
        }),
      runLog: async (_id, maximumLines) => connector.log.slice(-maximumLines),
    },
    metrics: {
      probe: async () => ({ at: clock.now(), ...connector.probe }),
      figures: async () => connector.figures && { ...connector.figures, at: clock.now() },
      history: async () => [],
      answeringSince: async () => ({ well: connector.probe.answers, since: clock.now() }),
    },
    check: async () => [],
    close: async () => undefined,
  };
  return connector;
}

export interface FakeWorld {
  /** The folder of its store. */
  readonly folder: string;
  readonly deps: FeatureDependencies & LaterTurns;
  readonly clock: MovableClock;
  readonly outbox: RecordingOutbox;
  readonly connector: MemoryConnector;
  /** What people can run. */
  readonly pipelines: MemoryPipelines;
  readonly tracker: MemoryTracker;
  readonly tests: MemoryTests;
  readonly cluster: MemoryWorkload;
  /** What the catalog file says from now on: a change of its text. */
  changeCatalog(change: (text: string) => string): void;
  /** Lets time pass in small steps, and performs everything that is due. */
  pass(milliseconds: number, stepMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** This router does what people began earlier; it exists only once the features do. */
export function laterTurnsOf(router: () => Router): LaterTurns {
  return {
    carryOut: async (turn, asked) => router().handleApproved(turn, asked),
    runLine: async (turn, line, ended) => router().handleText(turn, line, ended),
    commandFor: (line) => router().commandFor(line),
  };
}

/** A separate world in a temporary folder; the test closes it. */
export function createFakeWorld(options: Pick<SweeperOptions, 'whenFree'> = {}): FakeWorld {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-feature-'));
  const clock = createMovableClock(Date.UTC(2026, 10, 20, 13, 0));
  const store = openSqliteStore({
    file: join(folder, 'gavel.db'),
    auditKeyFile: join(folder, 'audit.key'),
    auditAnchorFile: join(folder, 'audit.anchor'),
    instance: 'test',
    logger: silentLogger,
  });
  const leases = createLeases({ store, clock, owner: 'test' });
  const sweeper = createSweeper({ leases, clock, logger: silentLogger, ...options });
  const outbox = createRecordingOutbox();
  const connector = createMemoryConnector(clock);
  const pipelines = createMemoryPipelines(clock);
  const tracker = createMemoryTracker(clock);
  const tests = createMemoryTests(clock);
  const cluster = createMemoryWorkload(clock);
  let catalog = sampleCatalog();
  const deps: FakeWorld['deps'] = {
    catalog: () => catalog,
    store,
    outbox,
    systems: withWorkload(
      withTests(
        withTracker(
          withPipelines(
            systemsOf(
              () => connector,
              (connection) => (connector.others.has(connection) ? connection : connector.title),
              connector.others,
            ),
            pipelines,
          ),
          tracker,
        ),
        tests,
      ),
      cluster,
    ),
    sweeper,
    clock,
    logger: silentLogger,
    ...laterTurnsOf(() => assert.fail('There is no router')),
  };
  return {
    folder,
    deps,
    clock,
    outbox,
    connector,
    pipelines,
    tracker,
    tests,
    cluster,
    changeCatalog(change) {
      const text = change(sampleCatalogText);
      const changed = parseCatalog(
        text,
        'catalog',
        readingOf(() => false),
      );
      if ('problems' in changed) throw new Error(changed.problems.join('\n'));
      if (text === sampleCatalogText) throw new Error('The change changes nothing');
      catalog = changed.catalog;
    },
    async pass(milliseconds, stepMs = 1000) {
      await sweeper.idle();
      for (let passed = 0; passed < milliseconds; passed += stepMs) {
        clock.advance(Math.min(stepMs, milliseconds - passed));
        await sweeper.idle();
      }
    },
    async close() {
      await sweeper.stop();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One thing that this person does. */
export function turnOf(who: Person, options: Partial<Turn> = {}): Turn {
  return {
    correlationId: newId(),
    reference: newReference(),
    receivedAt: 0,
    person: who,
    place: places.deployments,
    thread: undefined,
    trigger: 'clicked',
    begin: async () => undefined,
    ...options,
  };
}

/** The real policy with its freezes and locks, without announcements. */
export function openPolicy(deps: FeatureDependencies): Policy {
  const { freezes } = createFreezes(deps, {
    placeOf: async () => undefined,
    places: async () => [],
    boundTo: async () => [],
    openWith: () => undefined,
    bind: async () => undefined,
  });
  return createPolicy(deps, { freezes, locks: createLocks(deps).locks }).policy;
}
