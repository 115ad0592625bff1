import type { Outbox, OutboxMessage, Reply, Turn } from '../../../src/chat/contract';
import type { Bound, MetricPoint, MetricSource, Probe, Running } from '../../../src/connectors/contract';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { systemsOf } from '../../systems';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { ApprovalRequest, Approvals, ApprovalSubject } from '../../../src/features/approvals';
import { createHealth } from '../../../src/features/health';
import type { DeploymentMark } from '../../../src/features/health';
import { createLeases, createSweeper } from '../../../src/jobs';
import { createMovableClock } from '../../core/time/movable-clock';
import { temporaryStore } from '../../store/temporary-store';

const tenant = '00000000-0000-4000-8000-00000000c0de';
const person = (end: string): string => `entra:${tenant}/11111111-0000-4000-8000-0000000000${end}`;
export const dana = { id: person('d1'), name: 'Dana Developer' };
export const noor = { id: person('b1'), name: 'Noor Operator' };
export const avery = { id: person('a1'), name: 'Avery Approver' };
export const nico = { id: person('e1'), name: 'Nico Newcomer' };
export const stranger = { id: person('ff'), name: 'Somebody Else' };

export const now = Date.parse('2026-11-20T13:52:00Z');
export const minute = 60_000;

export function testCatalog(): Catalog {
  const result = parseCatalog(`
timeZone: Europe/Berlin
people:
  dana: { id: '${dana.id}', name: Dana Developer }
  noor: { id: '${noor.id}', name: Noor Operator }
  avery: { id: '${avery.id}', name: Avery Approver }
  nico: { id: '${nico.id}', name: Nico Newcomer }
grants:
  - { everyone: true, role: viewer }
  - { person: dana, role: developer }
  - { person: noor, role: operator }
  - { person: noor, role: approver }
  - { person: avery, role: approver }
services:
  shop: { description: Sells, environments: [staging, production], limits: { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 2 } }
  search: { description: Finds, environments: [staging, production], limits: { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 2 } }
  mail: { description: Sends, environments: [production], limits: { p95Ms: 300, p50Ms: 150, errorPercent: 1, minimumRequestsPerSecond: 0 } }
environments:
  staging: { risk: low, deploy: { required: 0 }, rollback: { required: 0 }, restart: { required: 0 }, verifyForSeconds: 10, rollBackAutomatically: false }
  production: { risk: high, deploy: { required: 1 }, rollback: { required: 1 }, restart: { required: 1 }, verifyForSeconds: 10, rollBackAutomatically: true }
`);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.catalog;
}

export function figures(change: Partial<MetricPoint> = {}): MetricPoint {
  return { at: now, p95Ms: 120, p50Ms: 60, errorPercent: 0.2, requestsPerSecond: 8, ...change };
}

/** Each minute of the hour before `now`, oldest first. */
export function hour(change: (index: number) => Partial<MetricPoint> = () => ({})): MetricPoint[] {
  return Array.from({ length: 61 }, (_, index) => figures({ at: now - (60 - index) * minute, ...change(index) }));
}

export interface Scene {
  probe: () => Promise<Probe>;
  figures: MetricPoint | undefined;
  running: Running | undefined;
  history: MetricPoint[];
  answering: { well: boolean; since: number } | undefined;
  restart: (key: string) => Promise<{ processId: number }>;
}

export const release: Running = {
  version: '2.14.0',
  commit: '3c9f2e1aa0bb',
  since: now - 42 * minute,
  processId: 4123,
  address: 'http://127.0.0.1:4102',
};

/**
 * The health feature on a real store and sweeper, with a connector whose answers a test chooses for each service and environment; `beside`: what else
 * measures all of them.
 */
export function healthWorld(beside: readonly Bound<MetricSource>[] = []) {
  const temporary = temporaryStore();
  const clock = createMovableClock(now);
  let catalog = testCatalog();
  const scenes = new Map<string, Scene>();
  const restarted: string[] = [];
  const sent: OutboxMessage[] = [];
  const opened: ApprovalRequest[] = [];
  const subjects = new Map<string, ApprovalSubject>();
  const marks: DeploymentMark[] = [{ version: '2.14.0', at: now - 42 * minute, by: 'Dana Developer' }];

  function scene(service: string, environment: string): Scene {
    const key = `${service}/${environment}`;
    const found = scenes.get(key) ?? {
      probe: async () => ({ at: clock.now(), answers: true }),
      figures: figures(),
      running: release,
      history: hour(),
      answering: { well: true, since: now - 42 * minute },
      restart: async () => ({ processId: 5000 }),
    };
    scenes.set(key, found);
    return found;
  }

  const connector: ServicesByName = {
    environments: { running: async (service, environment) => scene(service, environment).running },
    metrics: {
      probe: (service, environment) => scene(service, environment).probe(),
      figures: async (service, environment) => scene(service, environment).figures,
      history: async (service, environment) => scene(service, environment).history,
      answeringSince: async (service, environment) => scene(service, environment).answering,
    },
    services: {
      restart: (service, environment, key) => {
        restarted.push(`${service}/${environment} ${key}`);
        return scene(service, environment).restart(key);
      },
    },
    check: async () => [],
    close: async () => undefined,
  };
  const outbox: Outbox = {
    put: async (message) => void sent.push(message),
    fate: async () => ({ state: 'posted' }),
    onUndeliverable: () => undefined,
    drawCopies: () => undefined,
    changed: async () => undefined,
  };
  const approvals: Approvals = {
    registerSubject: (kind, subject) => void subjects.set(kind, subject),
    waitingFor: async () => [],
    open: async (request) => void opened.push(request),
    withdraw: async () => undefined,
    askedAbout: async () => [],
    whyLapsed: async () => undefined,
    whoCouldApprove: async () => [],
    card: async () => undefined,
    showOutcome: async () => undefined,
  };
  const systems = systemsOf(() => connector);
  const leases = createLeases({ store: temporary.store, clock, owner: 'test' });
  const sweeper = createSweeper({ leases, clock, logger: silentLogger });
  const deps = {
    catalog: () => catalog,
    store: temporary.store,
    outbox,
    systems: {
      ...systems,
      metrics: (service: string, environment: string) => [...systems.metrics(service, environment), ...beside],
    },
    sweeper,
    clock,
    logger: silentLogger,
  };
  const history = {
    marks: async (_service: string, _environment: string, fromMs: number) => marks.filter(({ at }) => at >= fromMs),
    rollbackTarget: async () => '2.13.2',
  };
  const { feature, reports } = createHealth(deps, {
    approvals,
    policy: { obstacles: async () => [] },
    history,
  });

  return {
    deps,
    clock,
    catalog,
    connector,
    scene,
    restarted,
    sent,
    opened,
    reports,
    audit: temporary.store.audit,
    sweeper,
    takeRole: (key: string, role: string): void => {
      const grants = catalog.grants.filter((grant) => grant.person !== key || grant.role !== role);
      catalog = { ...catalog, grants };
    },
    subject: () => subjects.get('restart') as ApprovalSubject,
    type: (name: string, turn: Turn, args: Record<string, string>): Promise<Reply> => {
      const command = feature.commands?.find((each) => each.name === name);
      if (!command) throw new Error(`No command ${name}`);
      return command.run(turn, args);
    },
    actions: feature.actions ?? [],
    click: (verb: string, turn: Turn, input: object): Promise<Reply> => {
      const action = feature.actions?.find((each) => each.verb === verb);
      if (!action) throw new Error(`No action ${verb}`);
      return action.run(turn, action.input.parse(input));
    },
    end: async () => {
      await sweeper.stop();
      await temporary.remove();
    },
  };
}

export type HealthWorld = ReturnType<typeof healthWorld>;

export function turnOf(who: { id: string; name: string }, change: Partial<Turn> = {}): Turn {
  return {
    correlationId: 'c0ffee',
    reference: '4f2a91c0',
    receivedAt: now,
    person: who,
    place: { id: 'teams:deployments', kind: 'channel', name: 'Deployments' },
    thread: undefined,
    trigger: 'clicked',
    begin: async () => undefined,
    ...change,
  };
}

/** The data of the card that a reply shows. */
export function dataOf(reply: Reply): Record<string, unknown> & { summary: string } {
  if (!('card' in reply)) throw new Error('The reply is no card');
  return reply.data;
}

/** The notice that a reply shows. */
export function noticeOf(reply: Reply): string {
  if (!('notice' in reply)) throw new Error('The reply is no notice');
  return reply.notice;
}
