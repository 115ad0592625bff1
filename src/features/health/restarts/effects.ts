import type { Running } from '../../../connectors/contract';
import type { ApprovalRule } from '../../../core/catalog';
import { ConnectorError } from '../../../core/errors';
import { idFrom, lookUp } from '../../../core/keys';
import { capitalize } from '../../../core/text';
import type { ActivityOf } from '../../../workflows';
import type { Approvals } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import { servingConnector } from '../../contract';
import { lostGround } from '../../policy';
import type { Policy } from '../../policy';
import { restartMessage } from './text';
import { isOpen, restartWorkflow } from './workflow';
import type { Restart, RestartChange, RestartEvent, RestartResult } from './workflow';

export interface RestartNeeds extends FeatureDependencies {
  readonly approvals: Approvals;
  readonly policy: Policy;
}

type RestartTarget = Pick<Restart, 'service' | 'environment'>;

const ruleHasChanged = 'The rule for restarts there has changed since it was requested.';

export type RestartChecks = ReturnType<typeof createRestartChecks>;

/** What is checked of a restart that was requested earlier. Reasons are whole sentences in outside text. */
export function createRestartChecks({ catalog, connectorOf, approvals, policy }: RestartNeeds) {
  const runningNow = async ({ service, environment }: RestartTarget): Promise<Running | undefined> =>
    connectorOf(service).environments?.running(service, environment);

  /** Undefined: its environment is gone. */
  const ruleNow = ({ environment }: RestartTarget): ApprovalRule | undefined =>
    lookUp(catalog().environments, environment)?.restart;

  /** Why it can't take effect any more, whoever approves it. */
  const whyGone = ({ service, environment, requester }: Restart): string | undefined =>
    lostGround(catalog(), { target: { service, environment }, requester, needs: { right: 'operate' } });

  return {
    runningNow,
    ruleNow,
    whyGone,
    /** Why it must not be done after all, read right before: the requester, the approval, the rule, freezes and locks. */
    async whyNot(id: string, restart: Restart): Promise<string | undefined> {
      const gone = whyGone(restart);
      if (gone !== undefined) return gone;
      const wasApproved = restart.approvedBy.length > 0;
      if (!wasApproved && ruleNow(restart)?.required !== 0) return ruleHasChanged;
      const lapsed = wasApproved ? await approvals.whyLapsed(restartApprovalId(id)) : undefined;
      if (lapsed !== undefined) return lapsed;
      const obstacles = await policy.obstacles(restart, 'restart', restart.requester);
      return obstacles.length === 0 ? undefined : `${capitalize(obstacles.map(({ what }) => what).join('; '))}.`;
    },
    /** Why it would restart another release than the one it was requested for. */
    async whyMoved(restart: Restart): Promise<string | undefined> {
      const running = await runningNow(restart);
      if (!running || bindingOf(running) === bindingOf(restart)) return undefined;
      const { service, environment, version } = restart;
      return `${service} in ${environment} no longer runs ${version}, for which the restart was requested.`;
    },
  };
}

const restartApprovalId = (restartId: string): string => idFrom('restart', restartId);

/** What an approval of a restart is bound to. */
export function bindingOf({ version, commit }: Pick<Restart, 'version' | 'commit'>): string {
  return `${version} ${commit}`;
}

const maxAttempts = 4;

/** Asks for the approval of a restart, tells its channel, and has it done. */
export function restartEffects(
  deps: RestartNeeds,
  checks: RestartChecks,
  apply: (id: string, event: RestartEvent) => Promise<unknown>,
): ActivityOf<Restart, RestartChange | undefined>['effects'] {
  const { approvals, connectorOf, logger, outbox } = deps;

  /** The same key restarts once, so an unclear end is asked again; throws for the sweeper to come back. */
  async function resultOf(id: string, restart: Restart, attempts: number): Promise<RestartResult> {
    const { service, environment, correlationId } = restart;
    const why = restart.triedAt === undefined ? await checks.whyNot(id, restart) : undefined;
    if (why !== undefined) return { state: 'superseded', why };
    try {
      const moved = await checks.whyMoved(restart);
      if (moved !== undefined) return { state: 'superseded', why: moved };
      const { services } = connectorOf(service);
      if (!services) return { state: 'failed' };
      await apply(id, { type: 'try' });
      const { processId } = await services.restart(service, environment, `restart:${id}`);
      return { state: 'restarted', processId };
    } catch (error) {
      const failure = error instanceof ConnectorError ? error.failure : 'unclear';
      logger.warn({ restart: id, failure, error, correlationId }, 'A restart failed');
      if (failure === 'refused' || failure === 'not found') return { state: 'failed' };
      if (attempts + 1 < maxAttempts) throw error;
      return { state: failure === 'unreachable' ? 'failed' : 'unclear' };
    }
  }

  return {
    async approval({ id, value }) {
      if (value.state !== 'awaiting approval') return;
      const { service, environment, requester, placeId, correlationId } = value;
      const rule = checks.ruleNow(value);
      const needsApproval = rule !== undefined && rule.required > 0;
      const why = checks.whyGone(value) ?? (needsApproval ? undefined : ruleHasChanged);
      if (why !== undefined || !rule) return void (await apply(id, { type: 'lapse', why: why ?? ruleHasChanged }));
      await approvals.open({
        id: restartApprovalId(id),
        kind: restartWorkflow.name,
        subjectId: id,
        target: { service, environment },
        requester,
        rule,
        boundTo: bindingOf(value),
        placeId,
        expiresAt: value.requestedAt + rule.expiresAfterSeconds * 1000,
        correlationId,
      });
    },

    message: ({ id, version, value }) =>
      outbox.put({
        key: `restart:${id}`,
        destination: { to: 'place', placeId: value.placeId, thread: value.thread },
        content: restartMessage(value, servingConnector(deps, value.service)?.name ?? 'Its connector'),
        revision: version,
        final: !isOpen(value),
        onBehalfOf: value.requester.id,
      }),

    async restart({ id, value, attempts }) {
      if (value.state !== 'approved') return;
      await apply(id, { type: 'end', result: await resultOf(id, value, attempts) });
    },
  };
}
