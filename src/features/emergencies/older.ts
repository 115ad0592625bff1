import type { StoredEffect } from '../../workflows';
import type { Review } from './workflow';

/** The first schema kept nothing of the audit line that the record said, and another key. */
export function effectFromFirstSchema(effect: StoredEffect, { closed, number, correlationId }: Review): StoredEffect {
  if (effect.kind !== 'audit' || !closed) return effect;
  const { by, at, findings } = closed;
  const line = { at, who: by.id, what: 'emergencies.close', target: `D-${number}`, from: 'gavel', outcome: 'reviewed' };
  return { ...effect, key: 'closed', detail: { ...line, detail: { findings }, correlationId } };
}
