import type { CardContent } from '../../chat/contract';
import { lookUp } from '../../core/look-up';
import { may } from '../../core/catalog/rights';
import type { FeatureDependencies } from '../contract';
import { servingConnector } from '../serving-connector';
import type { Deployment } from './contract';
import { isFinal } from './record';
import { resultCard } from './result-card';
import { runningCard } from './running-card';
import { unclearCard } from './unclear-card';
import { verifyMs } from './run-steps';
import { isPuttingBack } from './card-words';
import type { RollbackTargets } from './rollback-targets';
import { approvalWords } from './rule';

export interface CardMaker {
  /** The card of a deployment as it is now; without a viewer the one that everybody sees, whose buttons are checked at the click. */
  card(id: string, deployment: Deployment, viewer: string | undefined): Promise<CardContent>;
}

/** Draws the one card of a deployment, by its state. */
export function createCards(deps: FeatureDependencies, targets: Pick<RollbackTargets, 'newest'>): CardMaker {
  /** What a rollback from here would go to, looked up: a button never promises what can't be done. */
  async function wayBack({
    service,
    environment,
    version,
    commit,
  }: Deployment): Promise<{ version: string } | undefined> {
    try {
      const running = await servingConnector(deps, service)?.environments?.running(service, environment);
      if (running && (running.version !== version || running.commit !== commit)) return undefined;
      return await targets.newest(service, environment);
    } catch (error) {
      deps.logger.debug({ error, service, environment }, 'No rollback is offered: nobody can tell where it would go');
      return undefined;
    }
  }

  return {
    async card(id, deployment, viewer) {
      const catalog = deps.catalog();
      const { service, environment, state, requester } = deployment;
      const target = { service, environment };
      const connector = servingConnector(deps, service);
      const seen = { now: deps.clock.now(), timeZone: catalog.timeZone, connector: connector?.name ?? 'its connector' };
      const operates = viewer === undefined || viewer === requester.id || may(catalog, viewer, 'operate', target);
      if (state === 'unclear') return unclearCard(id, deployment, { ...seen, canSettle: operates });
      if (!isFinal(deployment)) {
        const open = state !== 'verifying' && !deployment.cancelRequestedBy && !isPuttingBack(deployment);
        return runningCard(id, deployment, {
          ...seen,
          verifyForMs: verifyMs(deps, deployment),
          canCancel: open && operates,
        });
      }
      const offered = viewer === undefined || may(catalog, viewer, 'deploy', target);
      const rule = lookUp(catalog.environments, environment)?.rollback;
      const back = offered && mayBePutBack(deployment) ? await wayBack(deployment) : undefined;
      return resultCard(id, deployment, {
        ...seen,
        limits: lookUp(catalog.services, service)?.limits,
        rollback: back && {
          version: back.version,
          rule: approvalWords(rule),
          asks: rule !== undefined && rule.required > 0,
        },
      });
    },
  };
}

/** Whether this deployment may have left its release in place; what a rollback replaced is no release to go back to. */
export function mayBePutBack({ kind, state, replaces, failure, left, runId }: Deployment): boolean {
  if (!replaces || runId === undefined || kind === 'rollback') return false;
  if (state === 'succeeded') return true;
  return state === 'failed' && failure !== undefined && left?.version !== replaces.version;
}
