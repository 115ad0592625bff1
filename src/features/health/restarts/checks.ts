import { capitalize } from '../../../core/text';
import type { Running } from '../../../connectors/contract';
import type { ApprovalRule } from '../../../core/catalog';
import { idFrom, lookUp } from '../../../core/keys';
import type { Approvals } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import { lostGround } from '../../policy';
import type { Policy } from '../../policy';
import type { Restart } from './workflow';

export const ruleHasChanged = 'The rule for restarts there has changed since it was requested.';

type RestartTarget = Pick<Restart, 'service' | 'environment'>;

/** What is checked of a restart that was requested earlier. Reasons are whole sentences in outside text. */
export interface RestartChecks {
  runningNow(target: RestartTarget): Promise<Running | undefined>;
  /** Undefined: its environment is gone. */
  ruleNow(restart: RestartTarget): ApprovalRule | undefined;
  /** Why it can't take effect any more, whoever approves it. */
  whyGone(restart: Restart): string | undefined;
  /** Why it must not be done after all, read right before: the requester, the approval, the rule, freezes and locks. */
  whyNot(id: string, restart: Restart): Promise<string | undefined>;
  /** Why it would restart another release than the one it was requested for. */
  whyMoved(restart: Restart): Promise<string | undefined>;
}

export function createRestartChecks({
  catalog,
  connectorOf,
  approvals,
  policy,
}: FeatureDependencies & { readonly approvals: Approvals; readonly policy: Policy }): RestartChecks {
  const runningNow: RestartChecks['runningNow'] = async ({ service, environment }) =>
    connectorOf(service).environments?.running(service, environment);

  const ruleNow: RestartChecks['ruleNow'] = ({ environment }) => lookUp(catalog().environments, environment)?.restart;

  const whyGone: RestartChecks['whyGone'] = ({ service, environment, requester }) =>
    lostGround(catalog(), { target: { service, environment }, requester, needs: { right: 'operate' } });

  return {
    runningNow,
    ruleNow,
    whyGone,
    async whyNot(id, restart) {
      const gone = whyGone(restart);
      if (gone !== undefined) return gone;
      const wasApproved = restart.approvedBy.length > 0;
      if (!wasApproved && ruleNow(restart)?.required !== 0) return ruleHasChanged;
      const lapsed = wasApproved ? await approvals.whyLapsed(restartApprovalId(id)) : undefined;
      if (lapsed !== undefined) return lapsed;
      const obstacles = await policy.obstacles(restart, 'restart', restart.requester);
      return obstacles.length === 0 ? undefined : `${capitalize(obstacles.map(({ what }) => what).join('; '))}.`;
    },
    async whyMoved(restart) {
      const running = await runningNow(restart);
      if (!running || bindingOf(running) === bindingOf(restart)) return undefined;
      const { service, environment, version } = restart;
      return `${service} in ${environment} no longer runs ${version}, for which the restart was requested.`;
    },
  };
}

export function restartApprovalId(restartId: string): string {
  return idFrom('restart', restartId);
}

/** What an approval of a restart is bound to. */
export function bindingOf({ version, commit }: { readonly version: string; readonly commit: string }): string {
  return `${version} ${commit}`;
}
