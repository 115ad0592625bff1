import type { MetricPoint, Probe, Running } from '../../connectors/contract';
import { lookUp } from '../../core/keys';
import { withTimeLimit } from '../../core/concurrency';
import type { Catalog, HealthLimits } from '../../core/catalog';
import { plainText } from '../../core/text';
import type { Store } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { HealthReport, HealthState } from './contract';

/** Reads how a service is, and judges by what was seen: the reading asks, the judging below it is pure. */

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

/** What is known of a service at one moment. `undefined` means that it could not be read. */
export interface Evidence {
  readonly probe: Probe | undefined;
  readonly figures: MetricPoint | undefined;
  readonly limits: HealthLimits;
  /** False when the environment is known to be empty. */
  readonly deployed: boolean;
  readonly now: number;
  /** The time the figures cover. */
  readonly overMs: number;
}

export type Figure = 'p95' | 'p50' | 'errors' | 'traffic';

interface Assessment extends Pick<HealthReport, 'state' | 'trouble' | 'loneFailure'> {
  /** The figures that passed their limit, worst first. */
  readonly passed: readonly Figure[];
}

/** Numbers older than this, beyond the time they cover, say nothing about now. */
const staleAfterMs = 120_000;

/** The state of a service from its evidence. What was not seen is unknown, never healthy. */
export function assess({ probe, figures, limits, deployed, now, overMs }: Evidence): Assessment {
  if (!deployed) return became('unknown', 'nothing is deployed there');
  if (!probe) return became('unknown', 'its health check could not be asked');
  if (probe.complaint) return became('down', `its health check says: ${plainText(probe.complaint, 120)}`);
  if (!probe.answers) return became('down', 'its health check does not answer');
  if (!figures) return became('unknown', 'it answers, but there are no numbers');
  if (now - figures.at > overMs + staleAfterMs) return became('unknown', 'its numbers are out of date');
  const passed = passedLimits(figures, limits, overMs);
  if (passed.length > 0)
    return { ...became('degraded', passed.map((each) => describeTrouble(each, figures, limits)).join('; ')), passed };
  const missing = missingNumbers(figures);
  if (missing) return became('unknown', `it answers, but there are no numbers for ${missing}`);
  return { ...became('healthy', ''), loneFailure: (figures.errorPercent ?? 0) > limits.errorPercent };
}

function became(state: HealthState, trouble: string): Assessment {
  return { state, trouble, passed: [], loneFailure: false };
}

/**
 * The figures beyond their limit, in the order in which they matter. A missing number passes no limit, and neither
 * does one failed request: among thirty it would be 3 %, and say nothing of the release.
 */
function passedLimits(figures: MetricPoint, limits: HealthLimits, overMs: number): Figure[] {
  const passed: Figure[] = [];
  if ((figures.errorPercent ?? 0) > limits.errorPercent && !isLoneFailure(figures, overMs)) passed.push('errors');
  if ((figures.p95Ms ?? 0) > limits.p95Ms) passed.push('p95');
  if ((figures.p50Ms ?? 0) > limits.p50Ms) passed.push('p50');
  if ((figures.requestsPerSecond ?? Infinity) < limits.minimumRequestsPerSecond) passed.push('traffic');
  return passed;
}

function isLoneFailure({ errorPercent = 0, requestsPerSecond }: MetricPoint, overMs: number): boolean {
  if (requestsPerSecond === undefined) return false;
  return Math.round(((errorPercent / 100) * requestsPerSecond * overMs) / 1000) <= 1;
}

/** Without traffic there is nothing to measure; with it, latency and errors must be there. */
function missingNumbers(figures: MetricPoint): string | undefined {
  if (figures.requestsPerSecond === undefined) return 'traffic';
  if (figures.requestsPerSecond === 0) return undefined;
  if (figures.p95Ms === undefined || figures.p50Ms === undefined) return 'latency';
  return figures.errorPercent === undefined ? 'errors' : undefined;
}

function describeTrouble(figure: Figure, figures: MetricPoint, limits: HealthLimits): string {
  const troubles: Readonly<Record<Figure, string>> = {
    p95: `p95 is ${describeWhole(figures.p95Ms)}\u00A0ms, its limit ${limits.p95Ms}\u00A0ms`,
    p50: `p50 is ${describeWhole(figures.p50Ms)}\u00A0ms, its limit ${limits.p50Ms}\u00A0ms`,
    errors: `errors are ${describeDecimal(figures.errorPercent)}\u00A0%, their limit ${limits.errorPercent}\u00A0%`,
    traffic: `traffic is ${describeDecimal(figures.requestsPerSecond)} a second, its minimum ${limits.minimumRequestsPerSecond}`,
  };
  return troubles[figure];
}

/** `412`; `–` when there is none. */
export function describeWhole(value: number | undefined): string {
  return value === undefined ? '–' : String(Math.round(value));
}

/** `0.4`, `86`: one decimal below ten; `–` when there is none. */
export function describeDecimal(value: number | undefined): string {
  return value === undefined || value >= 10 ? describeWhole(value) : String(Math.round(value * 10) / 10);
}

/** What tells since when a state has lasted, the first time it is seen. */
interface Past {
  /** Oldest first. */
  readonly history: readonly MetricPoint[];
  readonly limits: HealthLimits;
  readonly answering: { readonly well: boolean; readonly since: number } | undefined;
}

/** When this state began, as far as the numbers reach back; `now` when they say nothing. */
export function beganAt(state: HealthState, { history, limits, answering }: Past, now: number): number {
  if (state === 'unknown') return now;
  if (state === 'down') return answering && !answering.well ? answering.since : now;
  const degraded = state === 'degraded';
  const started = answering?.well ? answering.since : undefined;
  const spanMs = spacingMs(history);
  let began: number | undefined;
  for (const point of [...history].reverse()) {
    if (point.requestsPerSecond === undefined) break;
    if (started !== undefined && point.at < started) break;
    if (passedLimits(point, limits, spanMs).length > 0 !== degraded) return began ?? now;
    began = point.at;
  }
  if (!degraded && started !== undefined) return started;
  return began ?? now;
}

/** The time that one point covers. */
function spacingMs([first, second]: readonly MetricPoint[]): number {
  return first && second ? second.at - first.at : 60_000;
}
