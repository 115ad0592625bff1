import type { StoredEffect } from '../../workflows';
import type { LockTarget } from './contract';

/** The first schema kept of an audit line only what the record didn't say. */
export function auditFromFirstSchema(effect: StoredEffect, { service, environment }: LockTarget): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { reason, ...line } = effect.detail ?? {};
  const detail = typeof reason === 'string' && reason !== '' && { detail: { reason } };
  const rest = { what: 'locks.change', target: `${service} in ${environment}`, from: 'gavel' };
  return { ...effect, detail: { ...line, ...rest, ...detail } };
}
