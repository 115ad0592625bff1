import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { privacyActions, privacyCommands } from './commands';
import { openDeletions } from './store';
import type { PrivacyParts } from './store';

/** Everybody sees, takes with them and deletes what is kept of them. */
export function createPrivacy(
  deps: FeatureDependencies,
  needs: Omit<PrivacyParts, 'deps'>,
): { readonly feature: Feature } {
  const parts = { deps, ...needs, deletions: openDeletions({ deps, ...needs }) };
  return { feature: { name: 'privacy', commands: privacyCommands(parts), actions: privacyActions(parts) } };
}
