import type { AuditEffect, StoredEffect } from '../../../workflows';

/** The first schema kept of an audit line only which step it's about; `lineOf` gives the whole line. */
export function restartAuditFromFirstSchema(
  effect: StoredEffect,
  lineOf: (step: 'asked' | 'ended') => AuditEffect,
): StoredEffect {
  if (effect.kind !== 'audit') return effect;
  const { kind, key = '', ...detail } = lineOf(effect.detail?.['step'] === 'asked' ? 'asked' : 'ended');
  return { ...effect, kind, key, detail };
}
