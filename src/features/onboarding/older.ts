import type { StoredEffect } from '../../workflows';

/** The first schema named a deployment in the kind of an effect. */
export function effectFromFirstSchema(effect: StoredEffect): StoredEffect {
  if (!effect.kind.startsWith('tell:')) return effect;
  return { ...effect, kind: 'tell', detail: { deploymentId: effect.kind.slice('tell:'.length) } };
}
