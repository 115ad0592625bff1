import type { Feature, Guard } from '../../chat/contract';
import { secondApproval } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { gateActions } from './actions';
import { gateEffects, secondApprovalSubject } from './effects';
import type { GateParts } from './effects';

import { olderActions } from './older';
import { questionsOf } from './personal-data';
import { confirmationFor, secondApprovalFor } from './policy';
import { createGateStore } from './store';

/**
 * Holds what the catalog marks until the requester confirms it (`confirm`) or another person approves it (`fourEyes`); where both marks are set, in this
 * order. `features` are its buttons and those of earlier versions.
 */
export function createGates(
  deps: FeatureDependencies,
  needs: Omit<GateParts, 'deps' | 'gates'>,
): { readonly features: readonly Feature[]; readonly guard: Guard } {
  const gates = createGateStore(deps, (gates) => gateEffects({ deps, ...needs, gates }));
  const parts = { deps, ...needs, gates };
  needs.approvals.registerSubject(secondApproval, secondApprovalSubject(parts));
  const actions = gateActions(parts);
  return {
    features: [
      { name: 'gates', actions: Object.values(actions), personalData: [questionsOf(gates)] },
      { name: 'confirmations', actions: olderActions(actions) },
    ],
    async guard(turn, asked, preview) {
      const mark = confirmationFor(deps.catalog(), asked.acts) ?? secondApprovalFor(deps.catalog(), asked.acts);
      return mark && gates.hold(turn, asked, mark, preview);
    },
  };
}
