import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where the sandbox and its runs keep things below the data folder, and what their records look like. */

export const sandboxScripts = join(__dirname, '../../../sandbox');

export interface LocalFolders {
  readonly repository: string;
  readonly runs: string;
  readonly portsFile: string;
  readonly metricsFile: string;
  place(service: string, environment: string): string;
}

export function foldersOf(dataDir: string): LocalFolders {
  const sandbox = join(dataDir, 'sandbox');
  return {
    repository: join(sandbox, 'repository'),
    runs: join(dataDir, 'runs'),
    portsFile: join(sandbox, 'ports.json'),
    metricsFile: join(sandbox, 'metrics.ndjson'),
    place: (service, environment) => join(sandbox, 'services', `${service}.${environment}`),
  };
}

/** A process, told from a later one with the same id by its start time. */
export const ProcessRecord = z.object({ processId: z.number().int(), startTime: z.string() });
export type ProcessRecord = z.infer<typeof ProcessRecord>;

export const ServiceProcess = ProcessRecord.extend({
  version: z.string(),
  commit: z.string(),
  port: z.number().int(),
  startedAt: z.number(),
});

const Deployed = z.object({ version: z.string(), commit: z.string(), since: z.number() });
export const CurrentRelease = Deployed.extend({ switching: z.string().optional(), previous: Deployed.optional() });

export const Ports = z.record(z.string(), z.number().int().min(1).max(65535));

export const RunRequestRecord = z.object({
  key: z.string(),
  service: z.string(),
  environment: z.string(),
  version: z.string(),
  commit: z.string(),
  timeLimitMs: z.number(),
  pace: z.number(),
  dataFolder: z.string(),
  claimedAt: z.number(),
});
export type RunRequestRecord = z.infer<typeof RunRequestRecord>;

export const RunResult = z.object({
  state: z.enum(['succeeded', 'failed', 'cancelled']),
  reason: z.string().optional(),
  endedAt: z.number(),
});
export type RunResult = z.infer<typeof RunResult>;

export const CancelRecord = z.object({ at: z.number() });

/** The record in a file; undefined when it is missing or is none. */
export function readRecord<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
