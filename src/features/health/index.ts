import type { Approvals } from '../approvals';
import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { Policy } from '../policy';
import { healthActions, healthCommands } from './commands';
import type { DeploymentHistory, HealthReports } from './contract';
import { createHealthReader } from './reader';
import { createHealthCards } from './reports';
import { createRestarts } from './restarts';

export type * from './contract';
export { withinWords } from './words';

export interface HealthNeeds {
  readonly approvals: Approvals;
  readonly policy: Policy;
  /** Asked late, because deployments need health first. */
  readonly history: () => DeploymentHistory;
  /** The channel that `announce` chose for a service; undefined: where it was asked. */
  readonly placeOf?: (service: string) => Promise<string | undefined>;
}

/** How services are: health and fleet cards, and restarts. */
export function createHealth(
  deps: FeatureDependencies,
  { approvals, policy, history, placeOf = async () => undefined }: HealthNeeds,
): { feature: Feature; reports: HealthReports } {
  const reader = createHealthReader(deps);
  const cards = createHealthCards(deps, reader, history);
  const restarts = createRestarts({ ...deps, approvals, policy, reader });
  const talk = { deps, cards, restarts, placeOf };
  return {
    feature: { name: 'health', commands: healthCommands(talk), actions: healthActions(talk) },
    reports: cards,
  };
}
