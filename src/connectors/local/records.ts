import { join } from 'node:path';
import { z } from 'zod';
import { ProcessRecord } from '../machine/records';

/** Where the sandbox keeps things below the data folder, and what its records look like. */

export const sandboxScripts = join(__dirname, '../../../sandbox');

interface LocalFolders {
  readonly repository: string;
  readonly runs: string;
  readonly portsFile: string;
  readonly metricsFile: string;
  place(service: string, environment: string): string;
}

export function serviceFolders(dataDir: string): LocalFolders {
  const sandbox = join(dataDir, 'sandbox');
  return {
    repository: join(sandbox, 'repository'),
    runs: join(dataDir, 'runs'),
    portsFile: join(sandbox, 'ports.json'),
    metricsFile: join(sandbox, 'metrics.ndjson'),
    place: (service, environment) => join(sandbox, 'services', `${service}.${environment}`),
  };
}

export const ServiceProcess = ProcessRecord.extend({
  version: z.string(),
  commit: z.string(),
  port: z.number().int(),
  startedAt: z.number(),
});

const Deployed = z.object({ version: z.string(), commit: z.string(), since: z.number() });
export const CurrentRelease = Deployed.extend({ switching: z.string().optional(), previous: Deployed.optional() });

export const Ports = z.record(z.string(), z.number().int().min(1).max(65535));
