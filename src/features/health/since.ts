import type { MetricPoint } from '../../connectors/contract';
import type { HealthLimits } from '../../core/catalog';
import { passedLimits } from './assess';
import type { HealthState } from './contract';

/** What helps to say since when a state has lasted, the first time it is seen. */
export interface Past {
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
