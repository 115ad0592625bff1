import type { Announcements } from '../announcements';
import type { Approvals } from '../approvals';
import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory, HealthReports } from '../health';
import type { Policy } from '../policy';
import { servingConnector } from '../contract';
import { deploymentSubject } from './approval/facts';
import { createCards } from './cards';
import { deploymentActions, deploymentCommands } from './commands';
import type { DeploymentListener, Deployments } from './contract';
import { deploymentEffects } from './effects';
import { createPicker } from './picker';
import { createRequest } from './request';
import { createRollbackTargets } from './rollback/facts';
import { followDeployments } from './run/follow';
import { createOwnership } from './run/policy';
import { openDeploymentStore, readDeployments } from './store';
import { deploymentWorkflow, longestLookMs } from './workflow';

export * from './contract';
export { whatComesNext } from './text';

interface DeploymentsNeeds {
  readonly approvals: Approvals;
  readonly health: HealthReports;
  readonly announcements: Announcements;
  readonly policy: Policy;
  /** How often a run or a verification is checked; 1000 by default. */
  readonly pollMs?: number;
}

/**
 * Everything around deployments: `feature` has what people type and click, `deployments` what other features ask, `history` what the health card
 * shows of the past. Approvals, runs and verifications go on by themselves once the sweeper of `deps` is started.
 */
export function createDeployments(
  deps: FeatureDependencies,
  { approvals, health, announcements, policy, pollMs = 1_000 }: DeploymentsNeeds,
): { feature: Feature; deployments: Deployments } {
  let emergency: DeploymentListener = () => Promise.reject(new Error('Nobody takes emergencies yet'));
  const startListeners: DeploymentListener[] = [];
  const endListeners: DeploymentListener[] = [];
  const executorOf = (service: string): string | undefined => servingConnector(deps, service)?.pipelines?.executor;
  const store = openDeploymentStore(deps, pollMs, (opened) => {
    const targets = createRollbackTargets(deps, opened);
    const parts = { deps, store: opened, health, policy, approvals, targets };
    return {
      wakesWithinMs: () => longestLookMs(pollMs),
      isOurs: createOwnership(executorOf, deps.clock),
      effects: deploymentEffects({
        ...parts,
        announcements,
        cards: createCards(deps, targets),
        emergency: (id, value) => emergency(id, value),
        async started(id, value) {
          for (const listener of startListeners) await listener(id, value);
        },
        async ended(id, value) {
          for (const listener of endListeners) await listener(id, value);
        },
      }),
      wake: followDeployments(parts),
    };
  });
  const targets = createRollbackTargets(deps, store);
  const { find, recent, current, wasVerified } = store;
  const deployments: Deployments = {
    find,
    recent,
    current,
    wasVerified,
    ...targets,
    request: createRequest(deps, store, policy, targets),
    onEmergency: (listener) => void (emergency = listener),
    onStart: (listener) => void startListeners.push(listener),
    onEnd: (listener) => void endListeners.push(listener),
  };
  approvals.registerSubject('deployment', deploymentSubject(deps, store, health));
  const parts = { deps, store, deployments, targets };
  const picker = createPicker(deps, { deployments, health, announcements, policy });
  return {
    feature: {
      name: 'deployments',
      commands: [...picker.commands, ...deploymentCommands(parts)],
      actions: [...picker.actions, ...deploymentActions(parts, createCards(deps, targets))],
    },
    deployments,
  };
}

/** What was deployed where, for the health of a service; it needs the store only. */
export function createDeploymentHistory(
  deps: Pick<FeatureDependencies, 'store' | 'catalog' | 'connectorOf'>,
): DeploymentHistory {
  const { marks, recent } = readDeployments(deps.store.collection(deploymentWorkflow.spec));
  const targets = createRollbackTargets(deps, { recent });
  return {
    marks,
    rollbackTarget: async (service, environment) => (await targets.rollbackTarget(service, environment))?.version,
  };
}
