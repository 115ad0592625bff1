import type { StoredEffect } from '../../workflows';
import type { Deployment } from './contract';
import { audit } from './transitions';
import type { AuditStep } from './transitions';

/** The first schema kept of an audit line only which step it was about, and what the record didn't say of it. */
export function auditFromFirstSchema(effect: StoredEffect, deployment: Deployment): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { step, ...taken } = effect.detail ?? {};
  const { kind: _kind, ...line } = audit(deployment, step as AuditStep, taken);
  return { ...effect, detail: line };
}
