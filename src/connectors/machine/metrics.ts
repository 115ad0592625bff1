import { z } from 'zod';
import { cleanText } from '../../core/text';
import type { Probe } from '../contract';
import type { ByName } from './by-name';
import type { MachineOptions, Placed } from './places';
import type { AddressAnswer } from './probes';
import { parseJson } from './records';
import { deltaBetween, figuresOf, openSampleFile, pointsOf, retentionMs } from './samples';
import type { Counters, Sample } from './samples';

interface MetricsOptions extends Omit<Placed<MachineOptions>, 'dataDir' | 'targets' | 'ask'> {
  /** Where the samples of the last hour are stored. */
  readonly file: string;
  /** Calls the health address; undefined if nothing answers. */
  readonly askHealth: (service: string, environment: string) => Promise<AddressAnswer | undefined>;
  /** The service's counters since it started. */
  readonly count: (service: string, environment: string) => Promise<Counters | undefined>;
  /** Whether there is anything to check yet. */
  readonly isThere?: (service: string, environment: string) => boolean;
}

export interface MachineMetrics extends ByName<'metrics'> {
  /** Stops the checks; resolves when the last one is in the file. */
  close(): Promise<void>;
}

const maxSamples = 2000;
/** A pause longer than this is a break: nobody knows the service's state in between. */
const breakMs = 60_000;

interface History {
  samples: Sample[];
  /** The last check, by the clock's `elapsed`. */
  lookedAt?: number;
  /** The last page of counters, and when it was read. */
  counted?: { readonly at: number; readonly counters: Counters };
  looking?: Promise<Sample>;
}

/** Checks every service of the catalog regularly, keeps the last hour and answers from it. */
export function createMetrics(options: MetricsOptions): MachineMetrics {
  const { places, askHealth, count, isThere = () => true, clock, logger, sampleIntervalMs = 5000 } = options;
  const file = openSampleFile(options.file);
  const histories = new Map<string, History>();
  for (const [place, samples] of file.read(clock.now() - retentionMs)) histories.set(place, { samples });

  function historyOf(service: string, environment: string): History {
    const place = `${service}.${environment}`;
    const history = histories.get(place) ?? { samples: [] };
    histories.set(place, history);
    return history;
  }

  async function probe(service: string, environment: string): Promise<Probe> {
    places.check(service, environment);
    const answer = await askHealth(service, environment);
    const at = clock.now();
    if (!answer) return { at, answers: false };
    return answer.code === 200 ? { at, answers: true } : { at, answers: true, complaint: complaintIn(answer) };
  }

  /** One check at a time for each service; callers in the meantime share it. */
  function look(service: string, environment: string): Promise<Sample> {
    const history = historyOf(service, environment);
    history.looking ??= takeSample(service, environment, history).finally(() => (history.looking = undefined));
    return history.looking;
  }

  async function takeSample(service: string, environment: string, history: History): Promise<Sample> {
    const [health, counters] = await Promise.all([probe(service, environment), count(service, environment)]);
    const sample = next(history, health, counters);
    history.lookedAt = clock.elapsed();
    if (counters) history.counted = { at: sample.at, counters };
    const oldest = sample.at - retentionMs;
    // Samples later than a new one are from before the clock was set back, and would stand for what is to come.
    const kept = history.samples.filter(({ at }) => at >= oldest && at <= sample.at);
    history.samples = [...kept, sample].slice(-maxSamples);
    await file.append([[`${service}.${environment}`, sample]]).catch((error: unknown) => {
      logger.warn({ err: error }, 'samples can’t be saved');
    });
    return sample;
  }

  async function fresh(service: string, environment: string): Promise<Sample[]> {
    places.check(service, environment);
    const history = historyOf(service, environment);
    const agoMs = clock.elapsed() - (history.lookedAt ?? -Infinity);
    if (agoMs > Math.min(1000, sampleIntervalMs)) await look(service, environment);
    return history.samples;
  }

  const first = setTimeout(lookAround, Math.min(1000, sampleIntervalMs)).unref();
  const timer = setInterval(lookAround, sampleIntervalMs).unref();
  function lookAround(): void {
    const there = places.all().filter(({ service, environment }) => isThere(service, environment));
    const looks = there.map(({ service, environment }) => look(service, environment));
    Promise.all(looks).catch((error: unknown) => logger.warn({ err: error }, 'can’t check the services'));
  }

  return {
    probe,
    async figures(service, environment, overMs) {
      const samples = await fresh(service, environment);
      const since = clock.now() - overMs;
      const within = samples.filter(({ at, from }) => (at + from) / 2 > since);
      return figuresOf(within, samples.at(-1)?.at ?? clock.now());
    },
    async history(service, environment, fromMs, toMs) {
      places.check(service, environment);
      return pointsOf(historyOf(service, environment).samples, fromMs, toMs, sampleIntervalMs);
    },
    async answeringSince(service, environment) {
      const last = (await fresh(service, environment)).at(-1);
      if (!last) return undefined;
      const { well, since, unwellAt } = last;
      return { well, since, ...(unwellAt !== undefined && { unwellAt }) };
    },
    async close() {
      clearTimeout(first);
      clearInterval(timer);
      await Promise.allSettled([...histories.values()].flatMap(({ looking }) => looking ?? []));
    },
  };
}

/** What this check adds to the earlier ones. */
function next(
  { samples, counted }: History,
  { at, answers, complaint }: Probe,
  counters: Counters | undefined,
): Sample {
  const last = samples.at(-1);
  const well = answers && complaint === undefined;
  const goesOn = last !== undefined && last.well === well && Math.abs(at - last.at) < breakMs;
  const since = goesOn ? last.since : at;
  const unwellAt = well ? last?.unwellAt : at;
  const look = { at, well, since, ...(unwellAt !== undefined && { unwellAt }) };
  if (!counted || !counters || counted.at > at) return { ...look, from: at, requests: 0, errors: 0, buckets: [] };
  return { ...look, from: counted.at, ...deltaBetween(counted.counters, counters) };
}

const Unwell = z.object({ reason: z.string() });

/** The service's own words, or else the status. */
function complaintIn({ code, text }: AddressAnswer): string {
  const unwell = parseJson(text, Unwell);
  return unwell ? cleanText(unwell.reason, 200) : `answers ${code}`;
}
