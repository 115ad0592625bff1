import type { StoredEffect } from '../../workflows';

/** The first schema kept the number of a run in the key of its effect: `run:3`. */
export function effectFromFirstSchema({ key, detail, ...effect }: StoredEffect): StoredEffect {
  return { ...effect, key: 'run', detail: { ...detail, number: Number(key.split(':')[1]) } };
}
