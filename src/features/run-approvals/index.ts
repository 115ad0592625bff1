import type { Feature } from '../../chat/contract';
import { openRunApprovals } from './effects';
import type { RunApprovalParts } from './facts';
import { followTools } from './reconcile/effects';
import { describeRunApprovalAudit } from './text';

/** The approvals that runs wait for in outside systems, decided by Gavel's people under Gavel's rules. `begin` starts it, once for all instances. */
export function createRunApprovals(parts: RunApprovalParts): {
  readonly feature: Feature;
  readonly begin: () => Promise<void>;
  /** Reads what waits on this connection now, because something may have changed there. */
  readonly readNow: (connection: string) => Promise<void>;
} {
  const { begin, readNow } = followTools(parts, openRunApprovals(parts));
  parts.runs.onWaiting(readNow);
  parts.deployments.onWait(async (_id, { connection }) => {
    if (connection !== undefined)
      void readNow(connection).catch((error: unknown) =>
        parts.deps.logger.warn({ error, connection }, 'What waits in a tool could not be read'),
      );
  });
  return { feature: { name: 'run-approvals', describeAudit: describeRunApprovalAudit }, begin, readNow };
}
