import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connector, RunRequest, SourceControl } from '../contract';
import { createPipelines } from '../machine/pipelines';
import type { MachinePipelines } from '../machine/pipelines';
import { withPlaces } from '../machine/places';
import type { MachineOptions } from '../machine/places';
import { createHostEnvironments, createHostMetrics, servingIn } from './health';
import { connectorName, createReleases, foldersOf, hostService } from './releases';
import type { HostParts } from './releases';

const checkLimitMs = 3000;

/** Services that run on this server, including Gavel itself: a folder for each release, and a command that deploys one. */
export function createHostConnector(given: MachineOptions): Connector {
  const options = withPlaces(connectorName, given);
  const { places, ask } = options;
  const sourceControl = createReleases(options);
  const pipelines = createHostPipelines(options, sourceControl);
  const metrics = createHostMetrics(options);

  async function problemOf(service: string): Promise<string[]> {
    const { releases, health } = hostService(places, service);
    if (!existsSync(releases)) return [`There is no folder ${releases} for the releases of ${service}.`];
    const answer = await ask(health, checkLimitMs);
    if (!answer) return [`${service} doesn’t respond at ${health}.`];
    return servingIn(answer) ? [] : [`${health} doesn’t return the version, the commit and the start time.`];
  }

  return {
    name: connectorName,
    sourceControl,
    environments: createHostEnvironments(options),
    pipelines,
    metrics,
    async check() {
      const problems = await Promise.all(places.all().map(({ service }) => problemOf(service)));
      return problems.flat()[0];
    },
    async close() {
      await Promise.all([pipelines.close(), metrics.close()]);
    },
  };
}

const script = join(__dirname, '../../../detached/host-run.js');

/** Runs the deploy command of a service as a process of this server that outlives Gavel. */
function createHostPipelines(options: HostParts, sources: SourceControl): MachinePipelines {
  const { dataDir, places } = options;
  const folders = foldersOf(dataDir);

  function stepsOf(service: string): string[] {
    return ['check', ...hostService(places, service).steps, 'verify'];
  }

  function detailsOf({ service }: RunRequest): Readonly<Record<string, unknown>> {
    const { releases, deploy, health } = hostService(places, service);
    return { releases, deploy, health, steps: stepsOf(service) };
  }

  /** Without a deploy command, something outside Gavel has one; a file tells it that there is work. */
  function startOutside({ service }: RunRequest, id: string): boolean {
    if (hostService(places, service).deploy) return false;
    const folder = folders.waiting(service);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, id), '');
    return true;
  }

  return createPipelines({ ...options, runs: folders.runs, script, stepsOf, detailsOf, startOutside }, sources);
}
