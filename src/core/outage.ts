import type { ConnectorError } from './errors';
import { describeDuration } from './time/clock';

/** What a system that can’t answer now does, and when it can. */
export interface Outage {
  /** Completes its name: `didn’t respond`. */
  readonly is: string;
  /** Completes “Try again”: `in 5 min`. */
  readonly again: string;
}

/** In words for people; with the time that the system itself named, if it did. Pure. */
export function describeOutage({ failure, retryAfterMs }: Pick<ConnectorError, 'failure' | 'retryAfterMs'>): Outage {
  const again = retryAfterMs === undefined ? 'in a moment' : `in ${describeDuration(Math.max(1_000, retryAfterMs))}`;
  if (failure === 'rate limited') return { is: 'is rate-limiting requests', again };
  return { is: retryAfterMs === undefined ? 'didn’t respond' : 'is temporarily unavailable', again };
}
