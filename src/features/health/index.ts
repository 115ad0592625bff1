import type { Feature } from '../../chat/contract';
import { createInFlight } from '../../core/concurrency';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { Policy } from '../policy';
import { readGraph, readHealth } from './cards';
import { healthActions, healthCommands } from './commands';
import type { DeploymentHistory, HealthGraphs, HealthReports } from './contract';
import { createHealthReader, readHistory } from './facts';
import { readFleet } from './list';
import type { FleetView } from './list';
import { targetId } from './parse';
import { createRestarts } from './restarts/store';
import { describeRestartAudit } from './restarts/text';

export type * from './contract';
export { asPast, describeWithinLimits } from './text';
export { describeStates, notDeployed } from './list';
export { visibleTargets } from './list';
export { checkedTarget, environmentsByWeight, limitsOf, TargetId, targetId, targetOf } from './parse';
export type { ServiceTarget } from './parse';
export { describeDecimal, describeMeasured, describeWhole, isEmpty } from './text';
export { passedLimits, usualOverMs } from './record';

interface HealthNeeds {
  readonly approvals: Approvals;
  readonly policy: Policy;
  readonly history: DeploymentHistory;
  /** The channel that `announce` chose for a service; undefined: where it was requested. */
  readonly placeOf?: (service: string) => Promise<string | undefined>;
}

/** The health of services: health and fleet cards, and restarts. */
export function createHealth(
  deps: FeatureDependencies,
  { approvals, policy, history, placeOf = async () => undefined }: HealthNeeds,
): { feature: Feature; reports: HealthReports; graphs: HealthGraphs } {
  const reader = createHealthReader(deps);
  const reports: HealthReports = {
    report: reader.report,
    card: (service, environment, viewer, reference) =>
      readHealth(deps, { reader, history }, { service, environment }, { viewer, reference }),
  };
  const graphsInFlight = createInFlight();
  const parts = {
    deps,
    reports,
    readFleet: (view: FleetView) => readFleet(deps, reader, view),
    history,
    restarts: createRestarts({ ...deps, approvals, policy, reader }),
    placeOf,
  };
  return {
    feature: {
      name: 'health',
      commands: healthCommands(parts),
      actions: healthActions(parts),
      describeAudit: describeRestartAudit,
    },
    reports,
    graphs: {
      // In a storm, all cards of a service are drawn at once, and each drawing takes a processor's time.
      graph: (service, environment) =>
        graphsInFlight.join(targetId({ service, environment }), () =>
          readGraph(deps, { reader, history }, { service, environment }),
        ),
      history: (service, environment, between) => readHistory(deps.systems, { service, environment }, between),
    },
  };
}
