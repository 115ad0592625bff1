import type { MetricSource, Probe } from '../contract';
import { cleanText } from '../../core/text';
import { askLoopback } from './loopback';
import { checkPlace, placesOf } from './options';
import type { LocalOptions } from './options';
import { between, readCounters } from './prometheus';
import type { Counters } from './prometheus';
import { foldersOf, Ports, readRecord } from './records';
import { keptMs, openSampleFile } from './sample-file';
import { figuresOf, pointsOf } from './samples';
import type { Sample } from './samples';

export interface LocalMetrics extends MetricSource {
  close(): Promise<void>;
}

const answerLimitMs = 2000;
const mostSamples = 2000;
/** A pause longer than this is a break: nobody knows how the service was meanwhile. */
const breakMs = 60_000;

interface History {
  samples: Sample[];
  /** The last page of counters, and when it was read. */
  counted?: { readonly at: number; readonly counters: Counters };
  looking?: Promise<Sample>;
}

/** Looks at every service of the catalog again and again, keeps the last hour and answers from it. */
export function createMetrics(options: LocalOptions): LocalMetrics {
  const { dataDir, catalog, clock, logger, sampleIntervalMs = 5000 } = options;
  const folders = foldersOf(dataDir);
  const file = openSampleFile(folders.metricsFile);
  const histories = new Map<string, History>();
  for (const [place, samples] of file.read(clock.now() - keptMs)) histories.set(place, { samples });

  function historyOf(service: string, environment: string): History {
    const place = `${service}.${environment}`;
    const history = histories.get(place) ?? { samples: [] };
    histories.set(place, history);
    return history;
  }

  function portOf(service: string, environment: string): number | undefined {
    return readRecord(folders.portsFile, Ports)?.[`${service}.${environment}`];
  }

  async function probe(service: string, environment: string): Promise<Probe> {
    checkPlace(catalog(), service, environment);
    const port = portOf(service, environment);
    const answer = port === undefined ? undefined : await askLoopback(port, '/healthz', answerLimitMs);
    const at = clock.now();
    if (!answer) return { at, answers: false };
    return answer.code === 200 ? { at, answers: true } : { at, answers: true, complaint: complaintIn(answer) };
  }

  /** One look at a time for each service; who asks meanwhile gets the same. */
  function look(service: string, environment: string): Promise<Sample> {
    const history = historyOf(service, environment);
    history.looking ??= takeSample(service, environment, history).finally(() => (history.looking = undefined));
    return history.looking;
  }

  async function takeSample(service: string, environment: string, history: History): Promise<Sample> {
    const port = portOf(service, environment);
    const [health, page] = await Promise.all([
      probe(service, environment),
      port === undefined ? undefined : askLoopback(port, '/metrics', answerLimitMs),
    ]);
    const counters = page?.code === 200 ? readCounters(page.text) : undefined;
    const sample = next(history, health, counters);
    if (counters) history.counted = { at: sample.at, counters };
    history.samples.push(sample);
    const oldest = sample.at - keptMs;
    history.samples = history.samples.filter(({ at }) => at >= oldest).slice(-mostSamples);
    await file.append([[`${service}.${environment}`, sample]]).catch((error: unknown) => {
      logger.warn({ err: error }, 'samples cannot be kept');
    });
    return sample;
  }

  async function fresh(service: string, environment: string): Promise<Sample[]> {
    checkPlace(catalog(), service, environment);
    const last = historyOf(service, environment).samples.at(-1);
    if (!last || clock.now() - last.at > Math.min(1000, sampleIntervalMs)) await look(service, environment);
    return historyOf(service, environment).samples;
  }

  const first = setTimeout(lookAround, Math.min(1000, sampleIntervalMs)).unref();
  const timer = setInterval(lookAround, sampleIntervalMs).unref();
  let rounds = Promise.resolve();
  function lookAround(): void {
    // Before the first start there is nothing to look at.
    const places = placesOf(catalog()).filter((each) => portOf(each.service, each.environment) !== undefined);
    const looks = places.map(({ service, environment }) => look(service, environment));
    rounds = Promise.all(looks).then(
      () => undefined,
      (error: unknown) => logger.warn({ err: error }, 'cannot look at the services'),
    );
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
      checkPlace(catalog(), service, environment);
      return pointsOf(historyOf(service, environment).samples, fromMs, toMs, sampleIntervalMs);
    },
    async answeringSince(service, environment) {
      const last = (await fresh(service, environment)).at(-1);
      return last && { well: last.well, since: last.since };
    },
    async close() {
      clearTimeout(first);
      clearInterval(timer);
      await rounds;
    },
  };
}

/** What this look adds to what was seen before. */
function next(
  { samples, counted }: History,
  { at, answers, complaint }: Probe,
  counters: Counters | undefined,
): Sample {
  const last = samples.at(-1);
  const well = answers && complaint === undefined;
  const goesOn = last !== undefined && last.well === well && at - last.at < breakMs;
  const since = goesOn ? last.since : at;
  if (!counted || !counters) return { at, from: at, well, since, requests: 0, errors: 0, buckets: [] };
  return { at, from: counted.at, well, since, ...between(counted.counters, counters) };
}

function complaintIn(answer: { code: number; text: string }): string {
  try {
    const body: unknown = JSON.parse(answer.text);
    if (body !== null && typeof body === 'object' && 'reason' in body && typeof body.reason === 'string')
      return cleanText(body.reason, 200);
  } catch {
    // It is no JSON: the status alone says it.
  }
  return `answers ${answer.code}`;
}
