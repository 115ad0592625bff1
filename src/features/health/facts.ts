import type { MetricPoint, Running } from '../../connectors/contract';
import { lookUp } from '../../core/keys';
import { withTimeLimit } from '../../core/concurrency';
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

export interface HealthReader {
  /** Never rejects for a failing service or connector: what does not answer in time is unknown. */
  read(service: string, environment: string, overMs?: number, limitMs?: number): Promise<Reading>;
  /** Oldest first; empty when there is none in time. */
  lastHour(service: string, environment: string, now: number): Promise<readonly MetricPoint[]>;
}

/** The figures of a report cover this time unless told otherwise. */
const usualOverMs = 60_000;
export const hourMs = 3_600_000;
/** A whole card or fleet is answered in 1.5 s, so what it asks for has this long. */
const answerLimitMs = 1_000;
const pastLimitMs = 300;
const shortestOverMs = 2_000;

/** Reads the state of a service from its connector, all parts at once. */
export function createHealthReader(deps: FeatureDependencies): HealthReader {
  const states = openSeenStates(deps.store);
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
      const asked = askWithin(limitMs, async () => environments?.running(service, environment));
      const [probe, figures, running] = await Promise.all([
        askWithin(limitMs, async () => metrics?.probe(service, environment)),
        askWithin(limitMs, async () => metrics?.figures(service, environment, ownTimeMs(valueOf(await asked), overMs))),
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

/** The state a service was last seen in, and since when: written only when it changes. */
interface SeenState {
  readonly state: HealthState;
  readonly since: number;
}

/** Light memory of state changes in the store, shared by all instances. */
function openSeenStates(store: Store) {
  const states = store.collection<SeenState>({ name: 'health-states', schema: 1, indexes: {}, queries: [] });

  /** Since when, if this is the state last seen; writes nothing. */
  async function known(target: string, state: HealthState): Promise<number | undefined> {
    const seen = await states.get(target);
    return seen?.value.state === state ? seen.value.since : undefined;
  }

  return {
    known,
    /** Since when it has been in this state. `began` is asked only when the state is new. */
    async since(target: string, state: HealthState, began: () => Promise<number>): Promise<number> {
      const remembered = await known(target, state);
      if (remembered !== undefined) return remembered;
      const since = await began();
      const stored = await states.upsert(target, (value) => (value?.state === state ? value : { state, since }));
      return stored.value.since;
    },
  };
}

/** What came of asking an outside system within its time. */
type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** The answer, or that there was none in time. Never rejects; late work goes on and is ignored. */
export async function askWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<Answer<T>> {
  const asked = (async () => ({ ok: true, value: await ask() }) as const)();
  try {
    return (await withTimeLimit(asked, limitMs)) ?? { ok: false, error: new Error(`No answer within ${limitMs} ms`) };
  } catch (error) {
    return { ok: false, error };
  }
}

/** The value, or undefined when there was none in time. */
export async function valueWithin<T>(limitMs: number, ask: () => Promise<T>): Promise<T | undefined> {
  return valueOf(await askWithin(limitMs, ask));
}
