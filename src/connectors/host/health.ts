import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Running } from '../contract';
import type { ByName } from '../machine/by-name';
import { createMetrics } from '../machine/metrics';
import type { MachineMetrics } from '../machine/metrics';
import { parseJson, readRecord } from '../machine/records';
import type { AddressAnswer } from '../machine/probes';
import type { Counters } from '../machine/samples';
import { foldersOf } from './releases';
import type { HostParts } from './releases';

const answerLimitMs = 2000;
/** The upper bounds of the buckets, in seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, Infinity];

const Serving = z.object({
  version: z.string().max(60),
  commit: z.string().max(64),
  since: z.number(),
  processId: z.number().int().optional(),
});

/** The release from the service's health address; while that doesn't say, the last one it named. */
export function createHostEnvironments({ dataDir, places, services, ask, logger }: HostParts): ByName<'environments'> {
  const folders = foldersOf(dataDir);
  const kept = new Map<string, string>();

  function keep(service: string, running: Running): void {
    const text = JSON.stringify(running);
    if (kept.get(service) === text) return;
    const file = folders.lastSeen(service);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.${process.pid}.draft`, text);
      renameSync(`${file}.${process.pid}.draft`, file);
      kept.set(service, text);
    } catch (error) {
      logger.warn({ error, service }, 'The live release can’t be saved');
    }
  }

  return {
    async running(service, environment) {
      places.check(service, environment);
      const running = servingIn(await ask(services.healthOf(service), answerLimitMs));
      if (!running) return readRecord(folders.lastSeen(service), Serving);
      keep(service, running);
      return running;
    },
  };
}

/** The release that answered; undefined if the answer doesn't say. */
export const servingIn = (answer: AddressAnswer | undefined): Running | undefined =>
  answer && parseJson(answer.text, Serving);

/** The metrics of a service on this server come from Gavel's own health requests. */
export function createHostMetrics(options: HostParts): MachineMetrics {
  const { places, services, ask } = options;
  const file = foldersOf(options.dataDir).metricsFile;
  const counted = new Map<string, Counters>();

  async function askHealth(service: string, environment: string): Promise<AddressAnswer | undefined> {
    places.check(service, environment);
    mkdirSync(dirname(file), { recursive: true });
    const begun = performance.now();
    const answer = await ask(services.healthOf(service), answerLimitMs);
    const seconds = (performance.now() - begun) / 1000;
    const place = `${service}.${environment}`;
    const failed = answer === undefined || answer.code >= 500;
    counted.set(place, counting(counted.get(place) ?? nothing, seconds, failed));
    return answer;
  }

  return createMetrics({
    ...options,
    file,
    askHealth,
    count: async (service, environment) => counted.get(`${service}.${environment}`) ?? nothing,
  });
}

const nothing: Counters = {
  startedAt: 0,
  requests: 0,
  errors: 0,
  buckets: bounds.map((upTo) => ({ upTo, count: 0 })),
};

function counting(before: Counters, seconds: number, failed: boolean): Counters {
  return {
    ...before,
    requests: before.requests + 1,
    errors: before.errors + Number(failed),
    buckets: before.buckets.map(({ upTo, count }) => ({ upTo, count: count + Number(seconds <= upTo) })),
  };
}
