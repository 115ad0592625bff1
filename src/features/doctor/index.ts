import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { checkCommand } from '../onboarding';

/** `doctor`: checks everything Gavel needs and says how to fix what is wrong. The same as `npx gavel doctor`, plus what only a running Gavel knows. */
export function createDoctor(deps: FeatureDependencies): { feature: Feature } {
  const summary = 'Check everything Gavel needs, with a fix for each problem';
  const synonyms = ['health of gavel', 'check yourself'];
  const command = checkCommand(deps, { name: 'doctor', synonyms, summary }, async () => (await deps.looks?.()) ?? []);
  return { feature: { name: 'doctor', commands: [command] } };
}
