import type { Act, Operation } from '../../core/operations';
import type { Step } from './record';

/** What an answer to the first questions does, clicked or said. Pure. */

/** What answers can do besides changing one's own settings. */
export const guideAlso: readonly Operation[] = ['subscribe', 'request-access'];

const operationAt: Partial<Record<Step, Operation>> = {
  services: 'subscribe',
  when: 'subscribe',
  hours: 'subscribe',
  zone: 'subscribe',
  rights: 'request-access',
};

export const answerActs = (step: Step): readonly Act[] => [{ operation: operationAt[step] ?? 'settings', reach: {} }];

export const settingsActs: readonly Act[] = [{ operation: 'settings', reach: {} }];
