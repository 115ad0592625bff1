import type { HealthState } from './contract';
import type { HealthRecord } from './record';

/** The first schema stored only the state and since when. */
interface FirstSchema {
  readonly state: HealthState;
  readonly since: number;
}

/** Upgrades the record of a service from an earlier schema. */
export function recordFromOlder(value: unknown, fromSchema: number): HealthRecord {
  if (fromSchema !== 1) return value as HealthRecord;
  const { state, since } = value as FirstSchema;
  const wasTrouble = state === 'degraded' || state === 'down';
  return { state, since, seenAt: since, changes: [], ...(wasTrouble && { troubledAt: since }) };
}
