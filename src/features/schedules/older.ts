import { upgradePending } from '../../workflows';
import type { Schedule } from './workflow';

/** The first schema kept the number of a run in the key of its effect: `run:3`. */
export function scheduleFromOlder(value: unknown): Schedule {
  return upgradePending(value as Schedule, ({ key, detail, ...effect }) => ({
    ...effect,
    key: 'run',
    detail: { ...detail, number: Number(key.split(':')[1]) },
  }));
}
