import { join } from 'node:path';
import type { Config } from './config';
import type { Logger } from './core/logger';
import { readAuditKey } from './store/audit-files';
import type { Store } from './store/contract';
import { openMongoStore } from './store/mongo';
import { openSqliteStore } from './store/sqlite';

export type StoreConfig = Pick<Config, 'dataDir' | 'auditKeyFile' | 'auditKey' | 'instance' | 'mongo'>;

/** Opens the store that the configuration names; rejects with `StartError` when it cannot be used. */
export async function openStore(config: StoreConfig, logger: Logger, startMs?: number): Promise<Store> {
  const { dataDir, auditKeyFile, auditKey, instance, mongo } = config;
  if (!mongo) {
    const auditAnchorFile = join(dataDir, 'audit.anchor.ndjson');
    return openSqliteStore({ file: embeddedFile(config), auditKeyFile, auditKey, auditAnchorFile, instance, logger });
  }
  // Anchors belong to one audit log: those of an embedded store that was there before say nothing of this one.
  const auditAnchorFile = join(dataDir, `audit.${mongo.database}.anchor.ndjson`);
  const key = auditKey ?? readAuditKey(auditKeyFile, auditAnchorFile);
  return openMongoStore({ ...mongo, auditKey: key, auditAnchorFile, instance, logger, startMs });
}

/** The file of the embedded store. */
export function embeddedFile({ dataDir }: Pick<StoreConfig, 'dataDir'>): string {
  return join(dataDir, 'gavel.db');
}
