import { join } from 'node:path';
import type { Catalog } from '../core/catalog';
import type { Clock } from '../core/time/clock';
import type { Logger } from '../core/telemetry/logger';
import { retentionDays, longerRetentionMs } from '../core/catalog/retention';
import type { AuditEntry, AuditPart, Store } from '../store/contract';

const roundMs = 10 * 60_000;
const dayMs = 86_400_000;

interface Removal {
  readonly store: Store;
  readonly catalog: () => Catalog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lines of the audit log are exported into its `audit-export` before they are removed. */
  readonly dataDir: string;
}

/** Removes what is past its time again and again, until the result is called. Several instances may do it at once: it only removes. */
export function removeExpired(removal: Removal): () => void {
  const { store, catalog, clock, logger } = removal;
  let prunedAt = -Infinity;
  const round = async (): Promise<void> => {
    await store.removeExpired(clock.now(), longerRetentionMs(catalog()));
    if (clock.now() - prunedAt < dayMs) return;
    prunedAt = clock.now();
    await pruneAudit(removal);
  };
  const rounds = setInterval(() => {
    round().catch((error: unknown) => logger.warn({ error }, 'Old records could not be removed'));
  }, roundMs).unref();
  return () => clearInterval(rounds);
}

/** Exports and removes the lines of the audit log that the catalog no longer wants kept; the log itself then says so. */
export async function pruneAudit({ store, catalog, clock, logger, dataDir }: Removal): Promise<void> {
  const days = retentionDays(catalog(), 'audit');
  if (days === undefined) return;
  if (!store.audit.prune) {
    logger.warn({ days }, 'The audit log in MongoDB is kept whole: retention.audit counts for the embedded store only');
    return;
  }
  const pruned = await store.audit.prune(clock.now() - days * dayMs, join(dataDir, 'audit-export'), (part) =>
    pruneEntry(part, days, clock.now()),
  );
  if (pruned.problem !== undefined) logger.error({ problem: pruned.problem }, 'The audit log was not pruned');
  else if (pruned.removed > 0) logger.info({ ...pruned }, 'Old lines of the audit log were exported and removed');
}

function pruneEntry({ instance, from, to, mac, file, sha256 }: AuditPart, days: number, at: number): AuditEntry {
  return {
    at,
    who: 'gavel',
    what: 'audit.prune',
    target: 'audit log',
    from: `catalog, retention.audit: ${days}`,
    outcome: `lines ${from} to ${to} of ${instance} exported and removed`,
    detail: { instance, from, to, mac, file, sha256 },
    correlationId: '-',
    key: `audit.prune:${instance}:${to}`,
  };
}
