import type { Action, Command, Feature } from '../../chat/contract';
import type { Announcements } from '../announcements';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import type { DeploymentHistory, HealthReports } from '../health';
import type { Policy } from '../policy';
import type { TicketLinks } from '../tickets';
import { describeDeploymentAudit } from './audit';
import { cardKey, deploymentCard, deploymentTopic } from './cards';
import { deploymentSubject } from './checks';
import { deploymentActions, deploymentCommands } from './commands';
import type { DeploymentListener, Deployments } from './contract';
import { deploymentEffects } from './effects';
import type { DeploymentMoment } from './effects';
import { createLooks } from './look/commands';
import { followPickers, pickerActions } from './picker/actions';
import { pickerCommands, pickersSpec } from './picker/commands';
import type { PickerParts } from './picker/facts';
import { openBlockedCards } from './picker/workflow';
import { createRequest } from './request';
import { rollbackActions } from './rollback/actions';
import { followDeployments } from './run/effects';
import { createOwnership } from './run/facts';
import { readDeployments } from './store';
import { deploymentTroubles } from './trouble/facts';
import { deploymentWorkflow, longestLookMs, openDeploymentStore } from './workflow';

export * from './contract';
export { describeDeployment, isRollingBack, labelOf, rulesBeyond, skippedObstacle } from './store';

export { describeEnd, statusNow } from './text';

interface DeploymentsNeeds {
  readonly approvals: Approvals;
  readonly health: HealthReports;
  readonly announcements: Announcements;
  readonly policy: Policy;
  /** Without it, cards show no tickets. */
  readonly tickets?: TicketLinks;
  /** How often a run or a verification is checked; 1000 by default. */
  readonly pollMs?: number;
}

/**
 * Everything about deployments: `feature` has the commands and buttons, `deployments` is for other features, and `history` is what the health card shows of
 * the past. Approvals, runs and verifications continue automatically once the sweeper of `deps` has started.
 */
export function createDeployments(
  deps: FeatureDependencies,
  { approvals, health, announcements, policy, tickets, pollMs = 1_000 }: DeploymentsNeeds,
): {
  feature: Feature;
  deployments: Deployments;
  /** Looks at the deployments of these runs now, because something may have changed there. */
  lookAt: (connection: string, runs: readonly string[]) => Promise<void>;
} {
  const listeners: Record<DeploymentMoment, DeploymentListener[]> = { emergency: [], start: [], wait: [], end: [] };
  const store = openDeploymentStore(deps, pollMs, (opened) => {
    const parts = { deps, store: opened, health, policy, approvals };
    return {
      wakesWithinMs: () => longestLookMs(pollMs),
      isOurs: createOwnership(deps),
      effects: deploymentEffects({
        ...parts,
        ...{ announcements, tickets },
        async tell(moment, id, value) {
          if (moment === 'emergency' && listeners.emergency.length === 0)
            throw new Error('Nobody takes emergencies yet');
          for (const listener of listeners[moment]) await listener(id, value);
        },
      }),
      wake: (record) => follow(record),
    };
  });
  const redraw = async (id: string): Promise<void> =>
    void ((await store.get(id)) && (await store.apply(id, { type: 'approval changed' })));
  const follow = followDeployments({ deps, store, health, policy, approvals });
  const deployments: Deployments = {
    ...store,
    request: createRequest(deps, store, policy),
    onEmergency: (listener) => void listeners.emergency.push(listener),
    onStart: (listener) => void listeners.start.push(listener),
    onEnd: (listener) => void listeners.end.push(listener),
    onWait: (listener) => void listeners.wait.push(listener),
    redraw,
  };
  const drawn = { deps, store, approvals, tickets };
  tickets?.register('deployment', deploymentTroubles(drawn));
  approvals.registerSubject('deployment', {
    ...deploymentSubject(deps, store, health),
    ownCard: {
      key: cardKey,
      topic: deploymentTopic,
      redraw,
      async draw(id, viewer) {
        const stored = await store.get(id);
        if (!stored) throw new Error(`No deployment ${id}`);
        return deploymentCard(drawn, id, stored.value, viewer);
      },
    },
  });
  deps.outbox.drawCopies(deploymentTopic(''), async ({ about, person }) => {
    const id = about.slice(deploymentTopic('').length);
    const found = (await store.get(id))?.value;
    return found && deploymentCard(drawn, id, found, person.id);
  });
  const picker = createPicker(deps, { deployments, health, announcements, policy, approvals });
  return {
    feature: {
      name: 'deployments',
      commands: [...picker.commands, ...deploymentCommands(drawn)],
      actions: [...picker.actions, ...deploymentActions(drawn)],
      describeAudit: describeDeploymentAudit,
    },
    deployments,
    async lookAt(connection, runs) {
      if (runs.length === 0) return;
      const running = await store.select({ where: { state: 'running' }, orderBy: 'requestedAt', limit: 1_000 });
      for (const record of running) {
        const { connection: on, runId = '' } = record.value;
        if (on === connection && runs.includes(runId)) await follow(record);
      }
    },
  };
}

/**
 * The cards around deployments: choose a release, roll back, see what is live where, read a log. Asks `Deployments` for everything that changes something.
 */
export function createPicker(
  deps: FeatureDependencies,
  needs: Omit<PickerParts, 'deps' | 'pickers' | 'blocked'>,
): { commands: Command[]; actions: Action[] } {
  const blocked = openBlockedCards(deps, needs.policy);
  const parts = { deps, ...needs, pickers: deps.store.collection(pickersSpec), blocked };
  const looks = createLooks(parts);
  followPickers(parts);
  return {
    commands: [...pickerCommands(parts), ...looks.commands],
    actions: [...pickerActions(parts), ...rollbackActions(parts), ...looks.actions],
  };
}

/** What was deployed where, for the health of a service; it needs only the store. */
export function createDeploymentHistory(
  deps: Pick<FeatureDependencies, 'store' | 'catalog' | 'systems'>,
): DeploymentHistory {
  const { marks, rollbackTarget } = readDeployments(deps, deps.store.collection(deploymentWorkflow.spec));
  return {
    marks,
    rollbackTarget: async (service, environment) => (await rollbackTarget(service, environment))?.version,
  };
}
