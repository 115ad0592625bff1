import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CheckLine, RunRequest } from '../contract';
import { defineConnector } from '../contract/kinds';
import { distinctTargets, openByName } from '../machine/by-name';
import type { ByName, ServicesByName } from '../machine/by-name';
import { createPipelines } from '../machine/pipelines';
import type { MachinePipelines } from '../machine/pipelines';
import { findDottedName, withPlaces } from '../machine/places';
import type { MachineOptions } from '../machine/places';
import { createHostEnvironments, createHostMetrics, servingIn } from './health';
import { createHostServices, hostBindings, hostKind } from './bindings';
import type { HostTarget } from './bindings';
import { createReleases, foldersOf } from './releases';
import type { HostParts } from './releases';

const checkLimitMs = 3000;

/** Services that run on this server, including Gavel itself: a folder for each release, and a command that deploys one. */
export const hostConnector = defineConnector({
  kind: hostKind,
  title: 'This server',
  connection: z.strictObject({}),
  bindings: hostBindings,
  findProblem: (service, environments) =>
    environments.length > 1
      ? 'can run on this server in one environment only, because one address says which release is live'
      : findDottedName(service, environments),
  open: (_, { machine, targets, ...parts }) =>
    openByName(
      createHostSystem({
        ...{ ...parts, dataDir: machine.dataDir, environment: machine.environment },
        targets: () => [...targets('pipelines'), ...targets('source'), ...targets('running'), ...targets('metrics')],
      }),
    ),
});

type HostOptions = Omit<MachineOptions, 'targets'> & { readonly targets: () => readonly HostTarget[] };

/** This server by the names of the catalog. */
export function createHostSystem(given: HostOptions): ServicesByName {
  const services = createHostServices(given.targets);
  const options = { ...withPlaces(hostKind, { ...given, targets: () => distinctTargets(given.targets()) }), services };
  const { places, ask } = options;
  const sourceControl = createReleases(options);
  const pipelines = createHostPipelines(options, sourceControl);
  const metrics = createHostMetrics(options);

  async function problemOf(service: string): Promise<string | undefined> {
    const [releases, health] = [services.releasesOf(service), services.healthOf(service)];
    if (!existsSync(releases)) return `The releases folder of ${service}, ${releases}, doesn’t exist.`;
    const answer = await ask(health, checkLimitMs);
    if (!answer) return `${service} isn’t responding at ${health}.`;
    return servingIn(answer)
      ? undefined
      : `${health} has to return the version, the commit, and the start time, but at least one of them is missing.`;
  }

  return {
    sourceControl,
    environments: createHostEnvironments(options),
    pipelines,
    metrics,
    async check() {
      return Promise.all(
        places.all().map(async ({ service }): Promise<CheckLine> => {
          const problem = await problemOf(service);
          return { about: service, ...(problem !== undefined && { problem }) };
        }),
      );
    },
    async close() {
      await Promise.all([pipelines.close(), metrics.close()]);
    },
  };
}

const script = join(__dirname, '../../../detached/host-run.js');

/** Runs the deploy command of a service as a process of this server that outlives Gavel. */
function createHostPipelines(options: HostParts, sources: ByName<'sourceControl'>): MachinePipelines {
  const { dataDir, services } = options;
  const folders = foldersOf(dataDir);

  function stepsOf(service: string): string[] {
    return ['check', ...services.stepsOf(service), 'confirm'];
  }

  function detailsOf(request: RunRequest): Readonly<Record<string, unknown>> {
    const { service } = request;
    return {
      ...{ releases: services.releasesOf(service), health: services.healthOf(service) },
      ...{ deploy: services.deployOf(request), steps: stepsOf(service) },
    };
  }

  /** Without a deploy command, something outside Gavel has one; a file tells it that there is work. */
  function startOutside(request: RunRequest, id: string): boolean {
    if (services.deployOf(request)) return false;
    const { service } = request;
    const folder = folders.waiting(service);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, id), '');
    return true;
  }

  return createPipelines({ ...options, runs: folders.runs, script, stepsOf, detailsOf, startOutside }, sources);
}
