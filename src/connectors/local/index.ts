import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import type { Running } from '../contract';
import { defineConnector } from '../contract/kinds';
import type { Target } from '../../core/catalog/rights';
import { distinctTargets, openByName } from '../machine/by-name';
import type { ByName, ServicesByName } from '../machine/by-name';
import { createMetrics } from '../machine/metrics';
import type { MachineMetrics } from '../machine/metrics';
import { createPipelines } from '../machine/pipelines';
import type { MachinePipelines } from '../machine/pipelines';
import { findDottedName, withPlaces } from '../machine/places';
import { lives, runScript } from '../machine/processes';
import { parseJson, readRecord } from '../machine/records';
import type { AddressAnswer } from '../machine/probes';
import { readCounters } from '../machine/samples';
import { offeredSetting } from '../pipelines/offered';
import { createLocalPipelines } from './pipelines';
import { CurrentRelease, localKind, Ports, sandboxScripts, serviceFolders, ServiceProcess } from './records';
import type { LocalOptions, LocalParts } from './records';
import { createSourceControl } from './source-control';
import { createLocalTests } from './tests';

export { localKind } from './records';

const nothing = z.strictObject({});
const serves = {
  ...{ source: nothing, running: nothing, pipelines: nothing, metrics: nothing, control: nothing },
  tests: nothing,
};

/** Runs pipelines and services as processes of this server: the connector of the sandbox. */
export const localConnector = defineConnector({
  kind: localKind,
  title: 'Sandbox',
  connection: z.strictObject(offeredSetting),
  bindings: serves,
  findProblem: findDottedName,
  open({ run: runnable }, { machine, targets, ...parts }) {
    const sampleIntervalMs = Math.max(200, 5_000 * Math.min(1, machine.pace));
    const served = () => distinctTargets([...targets('metrics'), ...targets('pipelines'), ...targets('running')]);
    const system = openByName(createLocalSystem({ ...machine, ...parts, sampleIntervalMs, targets: served }));
    const pipelines = createLocalPipelines({ ...machine, ...parts, runnable, targets: served });
    const tests = createLocalTests({ ...machine, ...parts, targets: served });
    return {
      ...system,
      bind: { ...system.bind, tests: (_, target) => tests.runnerOf(target) },
      pipelines,
      approvals: pipelines.approvals,
      tests: tests.runs,
      close: async () => void (await Promise.all([system.close(), pipelines.close(), tests.runs.close()])),
    };
  },
});

/** The sandbox by the names of the catalog. */
export function createLocalSystem(given: LocalOptions): ServicesByName {
  const options = withPlaces(localKind, given);
  const sourceControl = createSourceControl(options);
  const pipelines = createDeployRuns(options, sourceControl);
  const metrics = createLocalMetrics(options);
  const { repository, portsFile, place } = serviceFolders(options.dataDir);
  return {
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
      const about = 'the sandbox';
      if (made) return [{ about }];
      const problem = `There is no sandbox in ${options.dataDir}. A \`local\` connection works only in local mode. Bind the catalog’s services to another connection, such as a \`host\` connection for this server.`;
      return [{ about, problem }];
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

const steps = ['fetch', 'build', 'test', 'switch', 'check'];

/** Runs the deploy script of the sandbox. */
function createDeployRuns(options: LocalParts, sources: ByName<'sourceControl'>): MachinePipelines {
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
function createServiceControl({ dataDir, places, environment: declared = {} }: LocalParts): ByName<'services'> {
  return {
    async restart(service, environment, key) {
      places.check(service, environment);
      const words = ['restart', dataDir, `${service}.${environment}`, key];
      const { code, output } = await runScript(script, words, declared, restartLimitMs);
      const outcome = parseJson(output, RestartOutcome);
      if (outcome?.processId !== undefined) return { processId: outcome.processId };
      if (outcome?.refused) throw new ConnectorError(localKind, 'refused', outcome.refused);
      throw new ConnectorError(localKind, 'unclear', outcome?.problem ?? `the restart ended with ${String(code)}`);
    },
  };
}

interface FleetOptions extends Pick<LocalOptions, 'dataDir' | 'logger' | 'environment'> {
  /** The services that run there. */
  readonly targets: readonly Target[];
  /** Whether the tracker runs, too. */
  readonly withTracker?: boolean;
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
export function startFleet({ dataDir: folder, targets, withTracker, logger, environment = {} }: FleetOptions) {
  const dataDir = resolve(folder);
  const places = targets.map(({ service, environment: name }) => `${service}.${name}`);
  const tracker = withTracker ? ['tracker'] : [];

  /** Resolves when every service was taken over or started, or when that is known and logged to be impossible. Never rejects. */
  async function start(): Promise<void> {
    try {
      const { output } = await runScript(script, ['start', dataDir, ...tracker, ...places], environment, startLimitMs);
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
