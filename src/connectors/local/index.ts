import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Catalog } from '../../core/catalog';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import type { Connector, Running, ServiceControl, SourceControl } from '../contract';
import { createMetrics } from '../machine/metrics';
import type { MachineMetrics } from '../machine/metrics';
import { createPipelines } from '../machine/pipelines';
import type { MachinePipelines } from '../machine/pipelines';
import { createServicePlaces, withPlaces } from '../machine/places';
import { lives, runScript } from '../machine/processes';
import { parseJson, readRecord } from '../machine/records';
import type { AddressAnswer } from '../machine/probes';
import { readCounters } from '../machine/samples';
import { CurrentRelease, localConnector, Ports, sandboxScripts, serviceFolders, ServiceProcess } from './records';
import type { LocalOptions, LocalParts } from './records';
import { createSourceControl } from './source-control';

export type { LocalOptions } from './records';

/** Runs pipelines and services as processes of this machine: the connector of the sandbox. */
export function createLocalConnector(given: LocalOptions): Connector {
  const options = withPlaces(localConnector, given);
  const sourceControl = createSourceControl(options);
  const pipelines = createLocalPipelines(options, sourceControl);
  const metrics = createLocalMetrics(options);
  const { repository, portsFile, place } = serviceFolders(options.dataDir);
  return {
    name: localConnector,
    sourceControl,
    environments: {
      async running(service, environment) {
        options.places.check(service, environment);
        return readRunning(place(service, environment));
      },
    },
    pipelines,
    metrics,
    services: createServiceControl(options),
    async check() {
      const made = existsSync(join(repository, 'HEAD')) && existsSync(portsFile);
      return made
        ? undefined
        : `There is no sandbox in ${options.dataDir} yet; this connector runs the sandbox of local mode only. Give the services in the catalog another one, such as host for this server.`;
    },
    async close() {
      await Promise.all([pipelines.close(), metrics.close()]);
    },
  };
}

/** What is running there, from the records of the service and the deploy script; a dead process isn't live. */
function readRunning(home: string): Running | undefined {
  const current = readRecord(join(home, 'current.json'), CurrentRelease);
  const service = readRecord(join(home, 'process.json'), ServiceProcess);
  if (service && lives(service)) {
    const { version, commit, processId, port } = service;
    const deployed = [current, current?.previous].find((each) => each?.version === version && each.commit === commit);
    return {
      version,
      commit,
      since: deployed?.since ?? service.startedAt,
      processId,
      address: `http://127.0.0.1:${port}`,
    };
  }
  const meant = current?.switching === undefined ? current : current.previous;
  return meant && { version: meant.version, commit: meant.commit, since: meant.since };
}

const steps = ['fetch', 'build', 'test', 'switch', 'verify'];

/** Runs the deploy script of the sandbox. */
function createLocalPipelines(options: LocalParts, sources: SourceControl): MachinePipelines {
  const { dataDir, pace } = options;
  return createPipelines(
    {
      ...options,
      runs: serviceFolders(dataDir).runs,
      script: join(sandboxScripts, 'deploy.js'),
      stepsOf: () => steps,
      detailsOf: () => ({ pace, dataFolder: dataDir }),
    },
    sources,
  );
}

const answerLimitMs = 2000;

/** The sandbox's services, through their own health and metrics pages. */
function createLocalMetrics(options: LocalParts): MachineMetrics {
  const { portsFile, metricsFile } = serviceFolders(options.dataDir);
  const portOf = (service: string, environment: string): number | undefined =>
    lookUp(readRecord(portsFile, Ports), `${service}.${environment}`);

  async function ask(service: string, environment: string, path: string): Promise<AddressAnswer | undefined> {
    const port = portOf(service, environment);
    return port === undefined ? undefined : options.ask(`http://127.0.0.1:${port}${path}`, answerLimitMs);
  }

  return createMetrics({
    ...options,
    file: metricsFile,
    askHealth: (service, environment) => ask(service, environment, '/healthz'),
    async count(service, environment) {
      const page = await ask(service, environment, '/metrics');
      return page?.code === 200 ? readCounters(page.text) : undefined;
    },
    // Before the first start, there is nothing to check.
    isThere: (service, environment) => portOf(service, environment) !== undefined,
  });
}

const script = join(sandboxScripts, 'fleet.js');
const restartLimitMs = 30_000;
const RestartOutcome = z.object({
  processId: z.number().optional(),
  refused: z.string().optional(),
  problem: z.string().optional(),
});

/** Restarts with the sandbox's own script, which knows its processes and holds the lock of the place in the meantime. */
function createServiceControl({ dataDir, places, environment: declared = {} }: LocalParts): ServiceControl {
  return {
    async restart(service, environment, key) {
      places.check(service, environment);
      const words = ['restart', dataDir, `${service}.${environment}`, key];
      const { code, output } = await runScript(script, words, declared, restartLimitMs);
      const outcome = parseJson(output, RestartOutcome);
      if (outcome?.processId !== undefined) return { processId: outcome.processId };
      if (outcome?.refused) throw new ConnectorError(localConnector, 'refused', outcome.refused);
      throw new ConnectorError(localConnector, 'unclear', outcome?.problem ?? `the restart ended with ${String(code)}`);
    },
  };
}

interface FleetOptions extends Pick<LocalOptions, 'dataDir' | 'logger' | 'environment'> {
  readonly catalog: Catalog;
}

/** The processes of the sandbox, as `src/start` starts and stops them. */
export type Fleet = ReturnType<typeof startFleet>;

const startLimitMs = 60_000;
const stopLimitMs = 20_000;

const StartOutcome = z.object({
  problem: z.string().optional(),
  services: z
    .array(
      z.object({ service: z.string(), environment: z.string(), outcome: z.string(), problem: z.string().optional() }),
    )
    .default([]),
});

/** Starts the sandbox in a separate process: repository, ports, services, traffic. Services that are still running are taken over. */
export function startFleet({ dataDir: folder, catalog, logger, environment = {} }: FleetOptions) {
  const dataDir = resolve(folder);
  const places = createServicePlaces(localConnector, () => catalog)
    .all()
    .map(({ service, environment: name }) => `${service}.${name}`);

  /** Resolves when every service was taken over or started, or when that is known and logged to be impossible. Never rejects. */
  async function start(): Promise<void> {
    try {
      const { output } = await runScript(script, ['start', dataDir, ...places], environment, startLimitMs);
      const { services, problem } = StartOutcome.parse(JSON.parse(output));
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
  return {
    ready,
    /** Stops the services and their traffic. A running deploy script continues to its end, with the service that it is switching. */
    stop: (): Promise<void> => (ended ??= end()),
  };
}
