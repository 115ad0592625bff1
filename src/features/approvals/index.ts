import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { approvalActions } from './actions';
import { createApprovalBook } from './book';
import { approvalCommands } from './commands';
import type { Approvals } from './contract';
import { delegationCommands } from './delegation-commands';

export type * from './contract';
export { secondApproval } from './contract';

/** The decision that a risky action waits for; any feature may ask for one. */
export function createApprovals(deps: FeatureDependencies): { feature: Feature; approvals: Approvals } {
  const book = createApprovalBook(deps);
  return {
    feature: {
      name: 'approvals',
      commands: [...approvalCommands(deps, book), ...delegationCommands(deps, book)],
      actions: approvalActions(deps, book),
    },
    approvals: book,
  };
}
