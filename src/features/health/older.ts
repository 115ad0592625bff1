import type { HealthState } from './contract';
import type { HealthRecord } from './record';

/** The first schema kept only the state and since when. */
interface FirstSchema {
  readonly state: HealthState;
  readonly since: number;
}

/** Reads the record of a service of an earlier schema forward. */
export function recordFromOlder(value: unknown, fromSchema: number): HealthRecord {
  if (fromSchema !== 1) return value as HealthRecord;
  const { state, since } = value as FirstSchema;
  const wasTrouble = state === 'degraded' || state === 'down';
  return { state, since, seenAt: since, changes: [], ...(wasTrouble && { troubledAt: since }) };
}
