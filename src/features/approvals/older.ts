import type { StoredEffect } from '../../workflows';
import type { Approval } from './record';

/** The first schema kept of an audit line only what the record didn't say, and of a call only its key. */
export function effectFromFirstSchema(effect: StoredEffect, approval: Approval): StoredEffect {
  const { label, request, state, stateSince } = approval;
  if (effect.kind === 'call')
    return { ...effect, detail: { why: effect.key.endsWith('escalated') ? 'escalated' : 'reminded' } };
  if (effect.kind !== 'audit') return effect;
  const { note, ...line } = effect.detail ?? {};
  const usual = { at: stateSince, who: 'gavel', what: 'approvals.decide', outcome: state };
  const rest = { target: label, from: request.placeId, correlationId: request.correlationId };
  const detail = typeof note === 'string' && note !== '' && { detail: { note } };
  return { ...effect, detail: { ...usual, ...line, ...rest, ...detail } };
}
