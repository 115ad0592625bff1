import type { MetricPoint, Probe } from '../../connectors/contract';
import type { Catalog, HealthLimits } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import { enumerate, plainText } from '../../core/text';
import type { HealthReport, HealthState } from './contract';

/** Judges how a service is by what was seen of it, and puts its numbers in words. Pure. */

/** What the figures of a service may be; throws where the catalog doesn't have it. */
export function limitsOf({ services }: Catalog, service: string): HealthLimits {
  const found = lookUp(services, service);
  if (!found) throw new Error(`No service ${service} in the catalog`);
  return found.limits;
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
  if (!probe) return became('unknown', 'its health check couldn’t be read');
  if (probe.complaint) return became('down', `its health check reports “${plainText(probe.complaint, 120)}”`);
  if (!probe.answers) return became('down', 'its health check doesn’t respond');
  if (!figures) return became('unknown', 'it responds, but there are no numbers');
  if (now - figures.at > overMs + staleAfterMs) return became('unknown', 'its numbers are out of date');
  const passed = passedLimits(figures, limits, overMs);
  if (passed.length > 0)
    return { ...became('degraded', enumerate(passed.map((each) => describeTrouble(each, figures, limits)))), passed };
  const missing = missingNumbers(figures);
  if (missing) return became('unknown', `it responds, but there are no numbers for ${missing}`);
  return { ...became('healthy', ''), loneFailure: (figures.errorPercent ?? 0) > limits.errorPercent };
}

function became(state: HealthState, trouble: string): Assessment {
  return { state, trouble, passed: [], loneFailure: false };
}

/**
 * The figures beyond their limit, in the order in which they matter. A missing number passes no limit, and neither
 * does one failed request: among thirty it would be 3 %, and say nothing of the release.
 */
export function passedLimits(figures: MetricPoint, limits: HealthLimits, overMs: number): Figure[] {
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
    p95: `p95 is ${describeWhole(figures.p95Ms)}\u00A0ms (limit ${limits.p95Ms}\u00A0ms)`,
    p50: `p50 is ${describeWhole(figures.p50Ms)}\u00A0ms (limit ${limits.p50Ms}\u00A0ms)`,
    errors: `errors are ${describeDecimal(figures.errorPercent)}% (limit ${limits.errorPercent}%)`,
    traffic: `traffic is ${describeDecimal(figures.requestsPerSecond)}\u00A0req/s (minimum ${limits.minimumRequestsPerSecond})`,
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
