import type { ApprovalRule } from '../../core/catalog';
import { lookUp } from '../../core/look-up';
import type { Approvals } from '../approvals';
import type { FeatureDependencies } from '../contract';
import { capital, lostGround } from '../policy';
import type { Policy } from '../policy';
import type { Restart } from './restart';

export const ruleHasChanged = 'The rule for restarts there has changed since it was requested.';

export interface RestartChecks {
  /** Undefined: its environment is gone. */
  ruleNow(restart: Restart): ApprovalRule | undefined;
  /** Why it can't take effect any more, whoever approves it: a whole sentence in outside text. */
  groundOf(restart: Restart): string | undefined;
  /** Why it must not be done after all, read right before: the requester, the approval, the rule, freezes and locks. */
  whyNot(id: string, restart: Restart): Promise<string | undefined>;
}

/** What is checked of a restart that was requested earlier. */
export function createRestartChecks(
  { catalog, approvals, policy }: FeatureDependencies & { readonly approvals: Approvals; readonly policy: Policy },
  approvalIdOf: (id: string) => string,
): RestartChecks {
  const ruleNow = ({ environment }: Restart): ApprovalRule | undefined =>
    lookUp(catalog().environments, environment)?.restart;

  const groundOf = ({ service, environment, requester }: Restart): string | undefined =>
    lostGround(catalog(), { target: { service, environment }, requester, needs: { right: 'operate' } });

  return {
    ruleNow,
    groundOf,
    async whyNot(id, restart) {
      const lost = groundOf(restart);
      if (lost !== undefined) return lost;
      const wasApproved = restart.approvedBy.length > 0;
      if (!wasApproved && ruleNow(restart)?.required !== 0) return ruleHasChanged;
      const lapsed = wasApproved ? await approvals.whyLapsed(approvalIdOf(id)) : undefined;
      if (lapsed !== undefined) return lapsed;
      const obstacles = await policy.obstacles(restart, 'restart', restart.requester);
      return obstacles.length === 0 ? undefined : `${capital(obstacles.map(({ what }) => what).join('; '))}.`;
    },
  };
}

/** Why a restart of another release is not done. */
export function hasMoved({ service, environment, version }: Restart): string {
  return `${service} in ${environment} no longer runs ${version}, for which the restart was requested.`;
}

/** What an approval of a restart is bound to. */
export function binding({ version, commit }: { version: string; commit: string }): string {
  return `${version} ${commit}`;
}
