import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Connector, EnvironmentSource, Running, ServiceControl, SourceControl } from '../contract';
import { ConnectorError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { createMetrics } from '../machine/metrics';
import type { MachineMetrics } from '../machine/metrics';
import { createPipelines } from '../machine/pipelines';
import type { MachinePipelines } from '../machine/pipelines';
import { withPlaces } from '../machine/places';
import { lives, runScript } from '../machine/processes';
import { readCounters } from '../machine/prometheus';
import { parseJson, readRecord } from '../machine/records';
import { askAddress } from '../machine/samples';
import type { AddressAnswer } from '../machine/samples';
import { localConnector, CurrentRelease, Ports, sandboxScripts, serviceFolders, ServiceProcess } from './records';
import type { LocalOptions, LocalParts } from './records';
import { createSourceControl } from './source-control';

export { startFleet } from './fleet';
export type { Fleet } from './fleet';
export type { LocalOptions } from './records';

/** Runs pipelines and services as processes of this machine: the connector of the sandbox. */
export function createLocalConnector(given: LocalOptions): Connector {
  const options = withPlaces(localConnector, given);
  const sourceControl = createSourceControl(options);
  const pipelines = createLocalPipelines(options, sourceControl);
  const metrics = createLocalMetrics(options);
  const { repository, portsFile } = serviceFolders(options.dataDir);
  return {
    name: localConnector,
    sourceControl,
    environments: createEnvironmentSource(options),
    pipelines,
    metrics,
    services: createServiceControl(options),
    async check() {
      const made = existsSync(join(repository, 'HEAD')) && existsSync(portsFile);
      return made
        ? undefined
        : `There is no sandbox in ${options.dataDir} yet; this connector runs the sandbox of local mode only. Give the services of the catalog another one, such as host for this very server.`;
    },
    async close() {
      await Promise.all([pipelines.close(), metrics.close()]);
    },
  };
}

/** What runs where, by the records that the services and the deploy script write; a dead process serves nothing. */
function createEnvironmentSource({ dataDir, places }: LocalParts): EnvironmentSource {
  const folders = serviceFolders(dataDir);
  return {
    async running(service, environment) {
      places.check(service, environment);
      return readRunning(folders.place(service, environment));
    },
  };
}

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

/** The services of the sandbox by their own health and number pages. */
function createLocalMetrics(options: LocalParts): MachineMetrics {
  const { portsFile, metricsFile } = serviceFolders(options.dataDir);
  const portOf = (service: string, environment: string): number | undefined =>
    lookUp(readRecord(portsFile, Ports), `${service}.${environment}`);

  async function ask(service: string, environment: string, path: string): Promise<AddressAnswer | undefined> {
    const port = portOf(service, environment);
    return port === undefined ? undefined : askAddress(`http://127.0.0.1:${port}${path}`, answerLimitMs);
  }

  return createMetrics({
    ...options,
    file: metricsFile,
    askHealth: (service, environment) => ask(service, environment, '/healthz'),
    async count(service, environment) {
      const page = await ask(service, environment, '/metrics');
      return page?.code === 200 ? readCounters(page.text) : undefined;
    },
    // Before the first start there is nothing to look at.
    isThere: (service, environment) => portOf(service, environment) !== undefined,
  });
}

const restartLimitMs = 30_000;
const Outcome = z.object({
  processId: z.number().optional(),
  refused: z.string().optional(),
  problem: z.string().optional(),
});

/** Restarts by the sandbox's own script, which knows its processes and holds the lock of the place meanwhile. */
function createServiceControl({ dataDir, places, environment: declared = {} }: LocalParts): ServiceControl {
  return {
    async restart(service, environment, key) {
      places.check(service, environment);
      const words = ['restart', dataDir, `${service}.${environment}`, key];
      const { code, output } = await runScript(join(sandboxScripts, 'fleet.js'), words, declared, restartLimitMs);
      const outcome = parseJson(output, Outcome);
      if (outcome?.processId !== undefined) return { processId: outcome.processId };
      if (outcome?.refused) throw new ConnectorError(localConnector, 'refused', outcome.refused);
      throw new ConnectorError(localConnector, 'unclear', outcome?.problem ?? `the restart ended with ${String(code)}`);
    },
  };
}
