import type { StoredEffect } from '../../workflows';

/** The first schema kept of an audit line what differs from one to the next. */
export function auditFromFirstSchema(effect: StoredEffect): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { who, outcome, target, turn, at, ...detail } = effect.detail ?? {};
  const line = { at, who, what: 'roles.change', target, from: 'gavel', outcome, detail, correlationId: turn };
  return { ...effect, detail: line };
}
