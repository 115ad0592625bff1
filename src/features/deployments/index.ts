import type { Announcements } from '../announcements';
import type { Approvals } from '../approvals';
import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory, HealthReports } from '../health';
import type { Policy } from '../policy';
import { servingConnector } from '../serving-connector';
import { lifeActions } from './actions';
import { deploymentSubject } from './approval-subject';
import { createCards } from './card';
import { lifeCommands } from './commands';
import type { Deployment, Deployments, EmergencyListener, EndListener, StartListener } from './contract';
import { createOwnership } from './executor';
import { createHistory } from './history';
import { createLedger, sweepName } from './ledger';
import { createMessages } from './messages';
import { createPerform } from './perform';
import { createPicker } from './picker';
import { createRequest } from './request';
import { createRollbackTargets } from './rollback-targets';
import { createRunSteps } from './run-steps';
import { longestWakeMs } from './wake-time';
import { createWatch } from './watch';

export * from './contract';
export { whatComesNext } from './what-comes-next';

export interface DeploymentsNeeds {
  readonly approvals: Approvals;
  readonly health: HealthReports;
  readonly announcements: Announcements;
  readonly policy: Policy;
  /** How often a run or a verification is looked at; 1 s unless told. */
  readonly pollMs?: number;
}

/** Deployments: asking, approval, run, verification, rolling back; the cards and words around them. */
export function createDeployments(
  deps: FeatureDependencies,
  { approvals, health, announcements, policy, pollMs = 1_000 }: DeploymentsNeeds,
): { feature: Feature; deployments: Deployments; history: DeploymentHistory } {
  const ledger = createLedger({ ...deps, pollMs });
  const targets = createRollbackTargets(deps, ledger);
  const { history, ...finding } = createHistory(ledger, targets);
  let emergency: EmergencyListener = () => Promise.reject(new Error('Nobody hears of emergencies yet'));
  const startListeners: StartListener[] = [];
  const endListeners: EndListener[] = [];
  const deployments: Deployments = {
    ...finding,
    request: createRequest(deps, ledger, policy, targets),
    onEmergency: (listener) => void (emergency = listener),
    onStart: (listener) => void startListeners.push(listener),
    onEnd: (listener) => void endListeners.push(listener),
  };
  const cards = createCards(deps, targets);
  const messages = createMessages(deps, announcements, health, cards);
  const steps = createRunSteps({ deps, ledger, health, policy, approvals, targets });
  const executorOf = (service: string): string | undefined => servingConnector(deps, service)?.pipelines?.executor;
  deps.sweeper.register<Deployment>({
    name: sweepName,
    collection: ledger.collection,
    wakesWithinMs: () => longestWakeMs(pollMs),
    isOurs: createOwnership(executorOf, deps.clock),
    perform: createPerform({
      deps,
      ledger,
      approvals,
      announcements,
      messages,
      steps,
      emergency: (id, value) => emergency(id, value),
      async started(id, value) {
        for (const listener of startListeners) await listener(id, value);
      },
      async ended(id, value) {
        for (const listener of endListeners) await listener(id, value);
      },
    }),
    wake: createWatch({ deps, ledger, health, steps, targets }),
  });
  approvals.registerSubject('deployment', deploymentSubject(deps, ledger, health));
  const talk = { deps, ledger, deployments, targets };
  const picker = createPicker(deps, { deployments, health, announcements, policy });
  return {
    feature: {
      name: 'deployments',
      commands: [...picker.commands, ...lifeCommands(talk)],
      actions: [...picker.actions, ...lifeActions(talk, cards)],
    },
    deployments,
    history,
  };
}
