import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { describeApprovalAudit } from './audit';
import { approvalActions, approvalCommands } from './commands';
import type { Approvals } from './contract';
import { delegationCommands } from './delegations/workflow';
import { approvalTopic } from './record';
import { createApprovalStore } from './store';

export type * from './contract';
export { runApproval, runApprovalId, secondApproval } from './contract';
export { approvalTopic, passedEvidence } from './record';
export { describeStepsToDecide, evidenceFact } from './text';

/** The decision that a risky action waits for; any feature can request one. */
export function createApprovals(deps: FeatureDependencies): { feature: Feature; approvals: Approvals } {
  const approvals = createApprovalStore(deps);
  const parts = { deps, approvals };
  deps.outbox.drawCopies(approvalTopic(''), async ({ about, person, place }) => {
    const record = await approvals.find(about.slice(approvalTopic('').length));
    return record && approvals.draw(record, place.kind === 'personal' ? person.id : undefined);
  });
  return {
    feature: {
      name: 'approvals',
      commands: [...approvalCommands(parts), ...delegationCommands(parts)],
      actions: approvalActions(parts),
      describeAudit: describeApprovalAudit,
    },
    approvals,
  };
}
