import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunRequest, RunStatus } from '../../../src/connectors/contract';
import type { ServicesByName } from '../../../src/connectors/machine/by-name';
import { readingOf } from '../../../src/connectors/catalog';
import type { Target } from '../../../src/core/catalog/rights';
import { createLocalSystem, startFleet } from '../../../src/connectors/local';
import type { Fleet } from '../../../src/connectors/local';
import { readCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { systemClock } from '../../../src/core/time/clock';
import { patienceMs } from '../../patience';
import { asked } from '../run-requests';

export function sandboxCatalog(): Catalog {
  const result = readCatalog(
    join(__dirname, '../../../sandbox/catalog.yaml'),
    readingOf(() => false),
  );
  assert.ok('catalog' in result, JSON.stringify(result));
  return result.catalog;
}

/** Every service in each of its environments. */
export function targetsIn({ services }: Catalog): readonly Target[] {
  return Object.entries(services).flatMap(([service, { environments }]) =>
    environments.map((environment) => ({ service, environment })),
  );
}

/** The sandbox in a temporary folder with its connector; `end` stops all its processes. */
export class LocalWorld {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'gavel-local-'));
  readonly targets = targetsIn(sandboxCatalog());
  readonly environment = { PATH: process.env['PATH'] ?? '' };
  readonly connectors: ServicesByName[] = [];
  fleet: Fleet | undefined;

  async start(): Promise<this> {
    this.fleet = startFleet({ ...this, logger: silentLogger });
    await this.fleet.ready;
    return this;
  }

  /** A connector as a newly started Gavel creates it. */
  connect(pace = 0.01) {
    const { dataDir, targets, environment } = this;
    const options = { dataDir, environment, pace, targets: () => targets, clock: systemClock, logger: silentLogger };
    const connector = createLocalSystem({ ...options, sampleIntervalMs: 200 });
    this.connectors.push(connector);
    const { pipelines, environments, metrics, services, sourceControl } = connector;
    assert.ok(pipelines && environments && metrics && services && sourceControl);
    return { ...connector, pipelines, environments, metrics, services, sourceControl };
  }

  async request(key: string, service: string, environment: string, version: string): Promise<RunRequest> {
    const release = await this.connect().sourceControl.release(service, version);
    assert.ok(release);
    return { key, service, environment, version, commit: release.commit, timeLimitMs: 60_000, ...asked };
  }

  processIdsOfServices(): number[] {
    const services = join(this.dataDir, 'sandbox/services');
    return readdirSync(services).map((place) =>
      Number(this.json(`sandbox/services/${place}/process.json`)['processId']),
    );
  }

  json(path: string): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.dataDir, path), 'utf8')) as Record<string, unknown>;
  }

  has(path: string): boolean {
    return existsSync(join(this.dataDir, path));
  }

  /** Closes every connector so far, as when Gavel stops; the services keep running. */
  async disconnect(): Promise<void> {
    await Promise.all(this.connectors.splice(0).map((connector) => connector.close()));
  }

  async end(): Promise<void> {
    await this.disconnect();
    await this.fleet?.stop();
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Checks repeatedly until there is something. */
export async function eventually<T>(look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const until = Date.now() + patienceMs; ; await wait(20)) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`Not seen: ${look.toString()}`);
  }
}

/** The status of the run when it is over. */
export function ended(connector: Pick<ServicesByName, 'pipelines'>, id: string): Promise<RunStatus> {
  return eventually(async () => {
    const status = await connector.pipelines?.runStatus(id);
    return status?.endedAt !== undefined && status;
  });
}

/** When this step is running or over. */
export function reached(connector: Pick<ServicesByName, 'pipelines'>, id: string, step: string): Promise<true> {
  return eventually(async () => {
    const status = await connector.pipelines?.runStatus(id);
    return status?.steps.some((each) => each.name === step && each.state !== 'waiting') && true;
  });
}

export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  return !/\) [ZX] /.test(readFileSync(`/proc/${processId}/stat`, 'utf8'));
}
