import { join } from 'node:path';
import type { Catalog } from '../core/catalog';
import { longerRetentionMs, retentionDays } from '../core/catalog/retention';
import type { Logger } from '../core/telemetry/logger';
import type { Clock } from '../core/time/clock';
import type { Leases } from '../jobs/contract';
import type { AuditEntry, AuditPart, Store } from '../store/contract';

const roundMs = 10 * 60_000;
const dayMs = 86_400_000;
/** Renewed during a prune; after a crash, another instance can continue once it expires. */
const leaseMs = 60_000;

interface Removal {
  readonly store: Store;
  readonly leases: Leases;
  readonly catalog: () => Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lines of the audit log are exported to its `audit-export` before they are removed. */
  readonly dataDir: string;
}

/** Removes expired records regularly, until the result is called. Several instances can do this at once, because it only removes. */
export function removeExpired(removal: Removal): () => void {
  const { store, catalog, clock, logger } = removal;
  let prunedAt = -Infinity;
  const round = async (): Promise<void> => {
    await store.removeExpired(clock.now(), longerRetentionMs(catalog()));
    if (clock.now() - prunedAt < dayMs) return;
    prunedAt = clock.now();
    if ((await pruneAudit(removal)) === 'held elsewhere') prunedAt = -Infinity;
  };
  const rounds = setInterval(() => {
    round().catch((error: unknown) => logger.warn({ error }, 'Old records could not be removed'));
  }, roundMs).unref();
  return () => clearInterval(rounds);
}

/**
 * Exports and removes the lines of the audit log that the catalog no longer keeps; the log records this. One instance at a time does it, for all
 * chains.
 */
export async function pruneAudit({
  store,
  leases,
  catalog,
  clock,
  logger,
  dataDir,
}: Removal): Promise<'done' | 'held elsewhere'> {
  const days = retentionDays(catalog(), 'audit');
  if (days === undefined) return 'done';
  return leases.withLease('audit-prune', leaseMs, async (held) => {
    const pruned = await store.audit.prune({
      before: clock.now() - days * dayMs,
      folder: join(dataDir, 'audit-export'),
      record: (part) => pruneEntry(part, days, clock.now()),
      mayGoOn: held,
    });
    if (pruned.problem !== undefined) logger.error({ problem: pruned.problem }, 'The audit log was not pruned');
    else if (pruned.removed > 0) logger.info({ ...pruned }, 'Old lines of the audit log were exported and removed');
  });
}

function pruneEntry(part: AuditPart, days: number, at: number): AuditEntry {
  const { instance, from, to, exportedBy } = part;
  return {
    at,
    who: 'gavel',
    what: 'audit.prune',
    target: 'audit log',
    from: `catalog, retention.audit: ${days}`,
    outcome: `lines ${from} to ${to} of ${instance} exported and removed`,
    detail: { ...part },
    correlationId: '-',
    key: `audit.prune:${instance}:${from}-${to}:${exportedBy}`,
  };
}
