import type { MetricPoint, Running } from '../../connectors/contract';
import { lookUp } from '../../core/keys';
import { withTimeLimit } from '../../core/concurrency';
import type { Catalog, HealthLimits } from '../../core/catalog';
import type { Store } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { HealthReport, HealthState } from './contract';
import { assess, beganAt } from './policy';
import type { Figure } from './policy';

export interface Reading {
  readonly report: HealthReport;
  /** The figures beyond their limit, worst first. */
  readonly passed: readonly Figure[];
}

export type HealthReader = ReturnType<typeof createHealthReader>;

/** The figures of a report cover this time unless told otherwise. */
const usualOverMs = 60_000;
export const hourMs = 3_600_000;
/** A whole card or fleet is answered in 1.5 s, so what it asks for has this long. */
const answerLimitMs = 1_000;
/** Verification may wait a little longer than a person; a health endpoint that needs this long does not serve. */
const verifyLimitMs = 2_500;
const pastLimitMs = 300;
const shortestOverMs = 2_000;

/** Reads the state of a service from its connector, all parts at once. */
export function createHealthReader({ catalog, clock, connectorOf, logger, store }: FeatureDependencies) {
  const stateSince = openSeenStates(store);

  /** Traffic of the release before says nothing of the one that runs: the figures begin with it. */
  const ownTimeMs = (running: Running | undefined, overMs: number): number =>
    running === undefined ? overMs : Math.max(shortestOverMs, Math.min(overMs, clock.now() - running.since));

  /** Oldest first; empty when there is none in time. */
  async function lastHour(
    service: string,
    environment: string,
    now: number,
    limitMs = answerLimitMs,
  ): Promise<readonly MetricPoint[]> {
    const { metrics } = connectorOf(service);
    return (await valueWithin(limitMs, async () => metrics?.history(service, environment, now - hourMs, now))) ?? [];
  }

  async function began(
    service: string,
    environment: string,
    state: HealthState,
    limits: HealthLimits,
  ): Promise<number> {
    const now = clock.now();
    const [history, answering] = await Promise.all([
      lastHour(service, environment, now, pastLimitMs),
      valueWithin(pastLimitMs, async () => connectorOf(service).metrics?.answeringSince(service, environment)),
    ]);
    return beganAt(state, { history, limits, answering }, now);
  }

  /** Never rejects for a failing service or connector: what does not answer in time is unknown. */
  async function read(
    service: string,
    environment: string,
    overMs = usualOverMs,
    limitMs = answerLimitMs,
  ): Promise<Reading> {
    const { metrics, environments } = connectorOf(service);
    const asked = askWithin(limitMs, async () => environments?.running(service, environment));
    const answers = await Promise.all([
      askWithin(limitMs, async () => metrics?.probe(service, environment)),
      askWithin(limitMs, async () => metrics?.figures(service, environment, ownTimeMs(valueOf(await asked), overMs))),
      asked,
    ]);
    for (const answer of answers)
      if (!answer.ok)
        logger.warn({ service, environment, error: answer.error }, 'A part of a health report is missing');
    const [probe, figures, running] = [valueOf(answers[0]), valueOf(answers[1]), valueOf(answers[2])];
    const limits = limitsOf(catalog(), service);
    const deployed = !environments || !answers[2].ok || running !== undefined;
    const readAt = clock.now();
    const evidence = { probe, figures, limits, deployed, now: readAt, overMs: ownTimeMs(running, overMs) };
    const { state, trouble, passed, loneFailure } = assess(evidence);
    const ask = (): Promise<number> => began(service, environment, state, limits);
    const since = await stateSince(`${service}/${environment}`, state, overMs === usualOverMs ? ask : undefined);
    const report = { service, environment, state, since, running, figures, trouble, loneFailure, readAt };
    return { report, passed };
  }

  return {
    read,
    lastHour,
    report: async (service: string, environment: string, overMs?: number): Promise<HealthReport> =>
      (await read(service, environment, overMs, verifyLimitMs)).report,
  };
}

/** What the figures of a service may be; throws where the catalog doesn't have it. */
export function limitsOf({ services }: Catalog, service: string): HealthLimits {
  const found = lookUp(services, service);
  if (!found) throw new Error(`No service ${service} in the catalog`);
  return found.limits;
}

/** Light memory of state changes in the store, shared by all instances. */
function openSeenStates(store: Store) {
  const states = store.collection<{ readonly state: HealthState; readonly since: number }>({
    name: 'health-states',
    schema: 1,
    indexes: {},
    queries: [],
  });

  /** Since when it has been in this state. A new one is written only with `began`, which is asked only then; without it nobody knows. */
  return async (target: string, state: HealthState, began?: () => Promise<number>): Promise<number | undefined> => {
    const seen = await states.get(target);
    if (seen?.value.state === state) return seen.value.since;
    if (!began) return undefined;
    const since = await began();
    const stored = await states.upsert(target, (value) => (value?.state === state ? value : { state, since }));
    return stored.value.since;
  };
}

/** What came of asking an outside system within its time. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** The answer, or that there was none in time. Never rejects; late work goes on and is ignored. */
export async function askWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<Answer<T>> {
  const asked = (async () => ({ ok: true, value: await ask() }) as const)();
  try {
    return (await withTimeLimit(asked, limitMs)) ?? { ok: false, error: new Error(`No answer within ${limitMs} ms`) };
  } catch (error) {
    return { ok: false, error };
  }
}

const valueOf = <T>(answer: Answer<T>): T | undefined => (answer.ok ? answer.value : undefined);

/** The value, or undefined when there was none in time. */
export async function valueWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<T | undefined> {
  return valueOf(await askWithin(limitMs, ask));
}
