import { upgradePending } from '../../workflows';
import type { Onboarding } from './workflow';

/** The first schema named a deployment in the kind of an effect. */
export function upgradeOnboarding(value: unknown): Onboarding {
  return upgradePending(value as Onboarding, (effect) =>
    effect.kind.startsWith('tell:')
      ? { ...effect, kind: 'tell', detail: { deploymentId: effect.kind.slice('tell:'.length) } }
      : effect,
  );
}
