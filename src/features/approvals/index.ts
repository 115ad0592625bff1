import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { approvalActions, approvalCommands } from './commands';
import type { Approvals } from './contract';
import { delegationCommands } from './delegations/workflow';
import { createApprovalStore } from './store';

export type * from './contract';
export { secondApproval } from './contract';

/** The decision that a risky action waits for; any feature may ask for one. */
export function createApprovals(deps: FeatureDependencies): { feature: Feature; approvals: Approvals } {
  const approvals = createApprovalStore(deps);
  const parts = { deps, approvals };
  return {
    feature: {
      name: 'approvals',
      commands: [...approvalCommands(parts), ...delegationCommands(parts)],
      actions: approvalActions(parts),
    },
    approvals,
  };
}
