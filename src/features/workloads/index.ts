import type { Feature } from '../../chat/contract';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { Deployments } from '../deployments';
import type { Policy } from '../policy';
import { workloadActions } from './actions';
import { changeActions } from './changes/actions';
import { changeCommands } from './changes/commands';
import { createChanges } from './changes/store';
import { describeWorkloadAudit } from './changes/text';
import { workloadCommands } from './commands';

interface WorkloadNeeds {
  readonly approvals: Approvals;
  readonly policy: Policy;
  readonly deployments: Pick<Deployments, 'current'>;
  /** The channel that is notified about a service; undefined: where it was requested. */
  readonly placeOf: (service: string) => Promise<string | undefined>;
}

/** What services run as, where their system runs several copies of them: pods, their logs and rollouts, and how people change them. */
export function createWorkloads(
  deps: FeatureDependencies,
  { placeOf, ...needs }: WorkloadNeeds,
): { readonly feature: Feature } {
  const parts = { deps, changes: createChanges({ ...deps, ...needs }), placeOf };
  return {
    feature: {
      name: 'workloads',
      commands: [...workloadCommands(deps), ...changeCommands(parts)],
      actions: [...workloadActions(deps), ...changeActions(parts)],
      describeAudit: describeWorkloadAudit,
    },
  };
}
