import type { MetricPoint, Probe } from '../../connectors/contract';
import type { HealthLimits } from '../../core/catalog';
import { plainText } from '../../core/text';
import type { HealthState } from './contract';

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

interface Assessment {
  readonly state: HealthState;
  /** Escaped; empty when healthy. */
  readonly trouble: string;
  /** The figures that passed their limit, worst first. */
  readonly passed: readonly Figure[];
  /** The errors are beyond their limit by a single request, from which nothing follows. */
  readonly loneFailure: boolean;
}

/** Numbers older than this, beyond the time they cover, say nothing about now. */
const staleAfterMs = 120_000;

/** The state of a service from its evidence. What was not seen is unknown, never healthy. */
export function assess(evidence: Evidence): Assessment {
  const { probe, figures, now } = evidence;
  if (!evidence.deployed) return unknown('nothing is deployed there');
  if (!probe) return unknown('its health check could not be asked');
  if (!probe.answers && !probe.complaint) return down('its health check does not answer');
  if (!probe.answers || probe.complaint) return down(`its health check says: ${plainText(probe.complaint ?? '', 120)}`);
  if (!figures) return unknown('it answers, but there are no numbers');
  if (now - figures.at > evidence.overMs + staleAfterMs) return unknown('its numbers are out of date');
  const passed = passedLimits(figures, evidence.limits, evidence.overMs);
  if (passed.length > 0)
    return {
      state: 'degraded',
      trouble: passed.map((figure) => describeTrouble(figure, figures, evidence.limits)).join('; '),
      passed,
      loneFailure: false,
    };
  const missing = missingNumbers(figures);
  if (missing) return unknown(`it answers, but there are no numbers for ${missing}`);
  return { ...healthy, loneFailure: (figures.errorPercent ?? 0) > evidence.limits.errorPercent };
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

const healthy: Assessment = { state: 'healthy', trouble: '', passed: [], loneFailure: false };

function unknown(trouble: string): Assessment {
  return { state: 'unknown', trouble, passed: [], loneFailure: false };
}

function down(trouble: string): Assessment {
  return { state: 'down', trouble, passed: [], loneFailure: false };
}

/** Without traffic there is nothing to measure; with it, latency and errors must be there. */
function missingNumbers(figures: MetricPoint): string | undefined {
  if (figures.requestsPerSecond === undefined) return 'traffic';
  if (figures.requestsPerSecond === 0) return undefined;
  if (figures.p95Ms === undefined || figures.p50Ms === undefined) return 'latency';
  return figures.errorPercent === undefined ? 'errors' : undefined;
}

function describeTrouble(figure: Figure, figures: MetricPoint, limits: HealthLimits): string {
  switch (figure) {
    case 'p95':
      return `p95 is ${describeWhole(figures.p95Ms)}\u00A0ms, its limit ${limits.p95Ms}\u00A0ms`;
    case 'p50':
      return `p50 is ${describeWhole(figures.p50Ms)}\u00A0ms, its limit ${limits.p50Ms}\u00A0ms`;
    case 'errors':
      return `errors are ${describeDecimal(figures.errorPercent)}\u00A0%, their limit ${limits.errorPercent}\u00A0%`;
    case 'traffic':
      return `traffic is ${describeDecimal(figures.requestsPerSecond)} a second, its minimum ${limits.minimumRequestsPerSecond}`;
  }
}

/** `412`; `–` when there is none. */
export function describeWhole(value: number | undefined): string {
  return value === undefined ? '–' : String(Math.round(value));
}

/** `0.4`, `86`: one decimal below ten; `–` when there is none. */
export function describeDecimal(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}

/** What tells since when a state has lasted, the first time it is seen. */
interface Past {
  /** Oldest first. */
  readonly history: readonly MetricPoint[];
  readonly limits: HealthLimits;
  readonly answering: { readonly well: boolean; readonly since: number } | undefined;
}

/** When this state began, as far as the numbers reach back; `now` when they say nothing. */
export function beganAt(state: HealthState, past: Past, now: number): number {
  if (state === 'unknown') return now;
  if (state === 'down') return past.answering && !past.answering.well ? past.answering.since : now;
  const degraded = state === 'degraded';
  const started = past.answering?.well ? past.answering.since : undefined;
  const spanMs = spacingMs(past.history);
  let began: number | undefined;
  for (let index = past.history.length - 1; index >= 0; index--) {
    const point = past.history[index];
    if (!point || point.requestsPerSecond === undefined) break;
    if (started !== undefined && point.at < started) break;
    if (passedLimits(point, past.limits, spanMs).length > 0 !== degraded) return began ?? now;
    began = point.at;
  }
  if (!degraded && started !== undefined) return started;
  return began ?? now;
}

/** The time that one point covers. */
function spacingMs([first, second]: readonly MetricPoint[]): number {
  return first && second ? second.at - first.at : 60_000;
}
