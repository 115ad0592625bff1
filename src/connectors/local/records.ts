import { join } from 'node:path';
import { z } from 'zod';
import type { MachineOptions, Placed } from '../machine/places';
import { ProcessRecord } from '../machine/records';

/** Where the sandbox stores things below the data folder, and the shape of its records. */

export const localKind = 'local';

/** What the sandbox's connector needs. */
export interface LocalOptions extends MachineOptions {
  /** How long the deploy script takes: 1 is 15 to 20 s, 0.05 is about one second. */
  readonly pace: number;
}

export type LocalParts = Placed<LocalOptions>;

export const sandboxScripts = join(__dirname, '../../../sandbox');

export function serviceFolders(dataDir: string) {
  const sandbox = join(dataDir, 'sandbox');
  return {
    repository: join(sandbox, 'repository'),
    runs: join(dataDir, 'runs'),
    portsFile: join(sandbox, 'ports.json'),
    metricsFile: join(sandbox, 'metrics.ndjson'),
    place: (service: string, environment: string): string => join(sandbox, 'services', `${service}.${environment}`),
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
