import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRequest, SourceControl } from '../contract';
import { createPipelines } from '../machine/pipelines';
import type { MachinePipelines } from '../machine/pipelines';
import { foldersOf, hostService } from './options';
import type { HostParts } from './options';

const script = join(__dirname, '../../../detached/host-run.js');

/** Runs the deploy command of a service, as a process of this server that outlives Gavel. */
export function createHostPipelines(options: HostParts, sources: SourceControl): MachinePipelines {
  const { dataDir, places } = options;
  const folders = foldersOf(dataDir);

  function stepsOf(service: string): string[] {
    return ['check', ...hostService(places, service).steps, 'verify'];
  }

  function detailsOf({ service }: RunRequest): Readonly<Record<string, unknown>> {
    const { releases, deploy, health } = hostService(places, service);
    return { releases, deploy, health, steps: stepsOf(service) };
  }

  /** Without a command of its own it is somebody outside who has one; a file tells them that there is work. */
  function startOutside({ service }: RunRequest, id: string): boolean {
    if (hostService(places, service).deploy) return false;
    const folder = folders.waiting(service);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, id), '');
    return true;
  }

  return createPipelines({ ...options, runs: folders.runs, script, stepsOf, detailsOf, startOutside }, sources);
}
