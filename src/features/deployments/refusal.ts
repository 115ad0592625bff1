import type { Deployment } from './contract';
import { labelOf } from './record';

/** Why an event changes nothing, in a sentence that can be shown. */
export interface Refusal {
  readonly refused: string;
}

export function isRefusal(result: Deployment | Refusal): result is Refusal {
  return 'refused' in result;
}

/** The event came too late, or before its time. */
export function over(deployment: Deployment): Refusal {
  const { state, ended } = deployment;
  const by = ended?.by ? ` by ${ended.by.name}` : '';
  return { refused: `${labelOf(deployment)} is ${state}${by} already, so nothing was changed.` };
}
