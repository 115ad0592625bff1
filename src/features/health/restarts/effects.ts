import { ConnectorError } from '../../../core/errors';
import type { ActivityOf } from '../../../workflows';
import type { Approvals } from '../../approvals';
import type { FeatureDependencies } from '../../contract';
import { servingConnector } from '../../contract';
import { restartApprovalId, bindingOf, ruleHasChanged } from './checks';
import type { RestartChecks } from './checks';
import { restartMessage } from './text';
import { isOpen, restartWorkflow } from './workflow';
import type { Restart, RestartChange, RestartEvent, RestartResult } from './workflow';

const maxAttempts = 4;

/** Asks for the approval of a restart, tells its channel, and has it done. */
export function restartEffects(
  deps: FeatureDependencies & { readonly approvals: Approvals },
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
      if (why !== undefined || !rule) {
        await apply(id, { type: 'lapse', why: why ?? ruleHasChanged });
        return;
      }
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
