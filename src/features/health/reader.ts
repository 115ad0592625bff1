import type { MetricPoint, Running } from '../../connectors/contract';
import { lookUp } from '../../core/look-up';
import type { FeatureDependencies } from '../contract';
import { assess } from './assess';
import type { Figure } from './assess';
import type { HealthReport } from './contract';
import { beganAt } from './since';
import { createHealthStates } from './states';
import { within, valueWithin } from './time-limit';
import type { Answer } from './time-limit';

export interface Reading {
  readonly report: HealthReport;
  /** The figures beyond their limit, worst first. */
  readonly passed: readonly Figure[];
}

export interface HealthReader {
  /** Never rejects for a failing service or connector: what does not answer in time is unknown. */
  read(service: string, environment: string, overMs?: number, limitMs?: number): Promise<Reading>;
  /** Oldest first; empty when there is none in time. */
  lastHour(service: string, environment: string, now: number): Promise<readonly MetricPoint[]>;
}

/** The figures of a report cover this time unless told otherwise. */
export const usualOverMs = 60_000;
export const hourMs = 3_600_000;
/** A whole card or fleet is answered in 1.5 s, so what it asks for has this long. */
const answerLimitMs = 1_000;
const pastLimitMs = 300;
const shortestOverMs = 2_000;

/** Reads the state of a service from its connector, all parts at once. */
export function createHealthReader(deps: FeatureDependencies): HealthReader {
  const states = createHealthStates(deps.store);
  const { connectorOf, clock } = deps;

  /** Traffic of the release before says nothing of the one that runs: the figures begin with it. */
  const ownTimeMs = (running: Running | undefined, overMs: number): number =>
    running === undefined ? overMs : Math.max(shortestOverMs, Math.min(overMs, clock.now() - running.since));

  async function began(
    service: string,
    environment: string,
    reading: Omit<Reading, 'report'> & Pick<HealthReport, 'state'>,
  ): Promise<number> {
    const now = clock.now();
    const metrics = connectorOf(service).metrics;
    const limits = lookUp(deps.catalog().services, service)?.limits;
    if (!metrics || !limits) return now;
    const [history, answering] = await Promise.all([
      valueWithin(pastLimitMs, () => metrics.history(service, environment, now - hourMs, now)),
      valueWithin(pastLimitMs, () => metrics.answeringSince(service, environment)),
    ]);
    return beganAt(reading.state, { history: history ?? [], limits, answering }, now);
  }

  return {
    async read(service, environment, overMs = usualOverMs, limitMs = answerLimitMs) {
      const connector = connectorOf(service);
      const { metrics, environments } = connector;
      const asked = within(limitMs, async () => environments?.running(service, environment));
      const [probe, figures, running] = await Promise.all([
        within(limitMs, async () => metrics?.probe(service, environment)),
        within(limitMs, async () => metrics?.figures(service, environment, ownTimeMs(valueOf(await asked), overMs))),
        asked,
      ]);
      for (const answer of [probe, figures, running])
        if (!answer.ok)
          deps.logger.warn({ service, environment, error: answer.error }, 'A part of a health report is missing');
      const limits = lookUp(deps.catalog().services, service)?.limits;
      if (!limits) throw new Error(`No service ${service} in the catalog`);
      const now = clock.now();
      const { state, trouble, passed, loneFailure } = assess({
        probe: valueOf(probe),
        figures: valueOf(figures),
        limits,
        deployed: !(environments && running.ok && running.value === undefined),
        now,
        overMs: ownTimeMs(valueOf(running), overMs),
      });
      const target = `${service}/${environment}`;
      const since =
        overMs === usualOverMs
          ? await states.since(target, state, () => began(service, environment, { state, passed }))
          : await states.known(target, state);
      const report = {
        service,
        environment,
        state,
        since,
        running: valueOf(running),
        figures: valueOf(figures),
        trouble,
        loneFailure,
        readAt: now,
      };
      return { report, passed };
    },

    async lastHour(service, environment, now) {
      const metrics = connectorOf(service).metrics;
      if (!metrics) return [];
      return (await valueWithin(answerLimitMs, () => metrics.history(service, environment, now - hourMs, now))) ?? [];
    },
  };
}

function valueOf<T>(answer: Answer<T>): T | undefined {
  return answer.ok ? answer.value : undefined;
}
