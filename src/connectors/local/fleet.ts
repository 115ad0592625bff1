import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Catalog } from '../../core/catalog';
import type { Logger } from '../../core/telemetry/logger';
import { createServicePlaces } from '../machine/places';
import type { DeclaredEnvironment } from '../machine/processes';
import { runScript } from '../machine/processes';
import { localConnector, sandboxScripts } from './records';

interface FleetOptions {
  readonly dataDir: string;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly environment?: DeclaredEnvironment;
}

/** The processes of the sandbox, as `src/start` starts and stops them. */
export interface Fleet {
  /** Resolves when every service was adopted or started, or it is known and logged that it can't be. Never rejects. */
  readonly ready: Promise<void>;
  /** Ends the services and their traffic. A deploy script that is running goes on to its end, with the service it is switching. */
  stop(): Promise<void>;
}

const script = join(sandboxScripts, 'fleet.js');
const startLimitMs = 60_000;
const stopLimitMs = 20_000;

const Outcome = z.object({
  problem: z.string().optional(),
  services: z
    .array(
      z.object({ service: z.string(), environment: z.string(), outcome: z.string(), problem: z.string().optional() }),
    )
    .default([]),
});

/** Brings up the sandbox in a process of its own: repository, ports, services, traffic. What still lives is adopted. */
export function startFleet({ dataDir: folder, catalog, logger, environment = {} }: FleetOptions): Fleet {
  const dataDir = resolve(folder);
  const places = createServicePlaces(localConnector, () => catalog)
    .all()
    .map(({ service, environment: name }) => `${service}.${name}`);

  async function start(): Promise<void> {
    try {
      const { output } = await runScript(script, ['start', dataDir, ...places], environment, startLimitMs);
      const { services, problem } = Outcome.parse(JSON.parse(output));
      if (problem) logger.error({ problem }, 'the sandbox did not start');
      for (const each of services) if (each.problem) logger.warn(each, 'a service of the sandbox did not start');
      logger.info(
        { services: services.map((each) => `${each.service}.${each.environment} ${each.outcome}`) },
        'sandbox',
      );
    } catch (error) {
      logger.error({ err: error }, 'the sandbox did not start');
    }
  }

  async function end(): Promise<void> {
    await ready;
    try {
      await runScript(script, ['stop', dataDir], environment, stopLimitMs);
    } catch (error) {
      logger.error({ err: error }, 'the sandbox did not stop');
    }
  }

  const ready = start();
  let ended: Promise<void> | undefined;
  return { ready, stop: () => (ended ??= end()) };
}
