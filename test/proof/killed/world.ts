import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantId } from '../../../src/playground/world';
import { freePort } from '../../free-ports';
import { dana, personNumber, startInstance } from '../harness';
import type { Instance } from '../harness';
import { startRunLedger } from '../runs/run-ledger';
import type { RunLedger, RunLedgerOptions } from '../runs/run-ledger';
import { startOpenConnector } from '../teams/open-connector';
import type { OpenConnector } from '../teams/open-connector';
import { sightOf } from './seen';
import type { Sight } from './seen';
import { boundLocally } from '../../systems';

/** What somebody was told for certain, in an answer that arrived. */
export interface Promised {
  readonly service: string;
  readonly version: string;
}

export const nameOf = ({ service, version }: Promised): string => `${service} ${version}`;

export interface Journal {
  readonly requested: Promised[];
  readonly approved: Promised[];
  /** Typed lines that were answered 200 without a visible reply. */
  readonly unanswered: string[];
  redelivered: number;
  /** Clicks whose answer only promises another one. */
  promisedLate: number;
  kills: number;
}

/** One installation of Gavel that dies and comes back, and everything outside it that doesn't. */
export interface World {
  readonly folder: string;
  readonly port: number;
  readonly services: readonly string[];
  readonly ledger: RunLedger;
  readonly connector: OpenConnector;
  readonly journal: Journal;
  /** What was posted to this conversation, threads included. */
  sights(channel: string): readonly Sight[];
  hasRun(promised: Promised): boolean;
  readonly instance: () => Instance;
  /** What every instance so far has printed. */
  output(): string;
  /** Resolves when an instance is ready. */
  serving(): Promise<Instance>;
  start(): Promise<Instance>;
  /** Kills it now. */
  kill(): Promise<void>;
  /** Call it when the process has killed itself. */
  buried(): void;
  closed(): boolean;
  close(): Promise<void>;
}

/** How long a start takes in a new folder. */
export async function coldStartMs(): Promise<number> {
  const world = await createWorld({ services: 1 });
  try {
    return (await world.start()).startMs;
  } finally {
    await world.close();
  }
}

export interface WorldOptions {
  readonly services: number;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ledger?: RunLedgerOptions;
}

/** Creates it; nothing runs before `start`. */
export async function createWorld({
  services: count,
  environment,
  ledger: ledgerOptions,
}: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-killed-'));
  const services = Array.from({ length: count }, (_, index) => `s${index + 1}`);
  writeFileSync(join(folder, 'catalog.yaml'), catalogOf(services));
  const ledger = await startRunLedger(ledgerOptions);
  const posted = new Map<string, Sight[]>();
  const connector = await startOpenConnector({
    keep: () => ({}),
    onPost(message) {
      const sight = sightOf(message);
      const channel = channelOf(sight.conversation);
      posted.set(channel, [...(posted.get(channel) ?? []), sight]);
    },
  });
  const port = await freePort();
  const journal: Journal = { requested: [], approved: [], unanswered: [], redelivered: 0, promisedLate: 0, kills: 0 };
  const outputs: Instance['output'][] = [];
  let instance: Instance | undefined;
  let closed = false;
  let waiting: ((instance: Instance) => void)[] = [];

  function current(): Instance {
    if (!instance) throw new Error('Nothing serves now');
    return instance;
  }

  function buried(): void {
    instance = undefined;
    journal.kills += 1;
  }

  return {
    folder,
    port,
    services,
    ledger,
    connector,
    journal,
    hasRun: (promised) => ledger.started.findLast((run) => nameOf(run) === nameOf(promised)) !== undefined,
    sights: (channel) => posted.get(channel) ?? [],
    instance: current,
    output: () => outputs.map((output) => output()).join('\n'),
    serving: async () => instance ?? new Promise((resolve) => waiting.push(resolve)),
    async start() {
      const main = join(__dirname, 'instance.ts');
      const started = await startInstance({ port, folder, ledgerUrl: ledger.url, environment, main });
      instance = started;
      outputs.push(started.output);
      const now = waiting;
      waiting = [];
      for (const resolve of now) resolve(started);
      return started;
    },
    async kill() {
      const { stop } = current();
      instance = undefined;
      await stop('SIGKILL');
      buried();
    },
    buried,
    closed: () => closed,
    async close() {
      closed = true;
      await instance?.stop('SIGKILL');
      await connector.close();
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The channel of a conversation that may be a thread in it. */
export function channelOf(conversation: string): string {
  return conversation.split(';')[0] ?? conversation;
}

/** Each service has its own approver, so that no personal chat exceeds Teams' limits. */
export function approverOf(service: string) {
  return personNumber(Number(service.slice(1)));
}

function catalogOf(services: readonly string[]): string {
  const approvers = services.map(approverOf);
  const rule = '{ required: 1, role: approver, requesterMayApprove: false, expiresAfterSeconds: 86400 }';
  return [
    'people:',
    ...[dana, ...approvers].map(
      ({ key, name, aadObjectId }) => `  ${key}: { id: "entra:${tenantId}/${aadObjectId}", name: ${name} }`,
    ),
    'grants:',
    '  - { everyone: true, role: viewer }',
    '  - { person: dana, role: developer }',
    ...services.map((service) => `  - { person: ${approverOf(service).key}, role: approver, services: [${service}] }`),
    ...boundLocally,
    'services:',
    ...services.flatMap((service) => [
      `  ${service}:`,
      '    description: A service',
      '    environments: [production]',
      '    limits: { p95Ms: 300, p50Ms: 150, errorPercent: 2, minimumRequestsPerSecond: 0.5 }',
    ]),
    'environments:',
    '  production:',
    '    risk: high',
    `    deploy: ${rule}`,
    `    rollback: ${rule}`,
    `    restart: ${rule}`,
    '    verifyForSeconds: 0.05',
    '    rollBackAutomatically: true',
    '',
  ].join('\n');
}
