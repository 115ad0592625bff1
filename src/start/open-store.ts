import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config';
import { StartError } from '../core/errors';
import type { Logger } from '../core/telemetry/logger';
import { openPrivateFolder } from './private-folder';
import { readAuditKey } from '../store/audit/files';
import type { Store } from '../store/contract';
import { openMongoStore } from '../store/mongo';
import { openSqliteStore } from '../store/sqlite';

type StoreConfig = Pick<Config, 'dataDir' | 'auditKeyFile' | 'auditKey' | 'auditAnchorFolder' | 'instance' | 'mongo'>;

interface OpenOptions {
  /** How long to wait for MongoDB; half a minute unless told. */
  readonly startMs?: number;
  /** Beside a running Gavel: nothing is begun, mended or refused. */
  readonly onlyLooks?: boolean;
}

/** Opens the store that the configuration names; rejects with `StartError` when it can't be used. */
export async function openStore(config: StoreConfig, logger: Logger, options: OpenOptions = {}): Promise<Store> {
  const { auditKeyFile, auditKey, instance, mongo } = config;
  const { onlyLooks } = options;
  if (!onlyLooks) {
    openPrivateFolder(config.dataDir, 'GAVEL_DATA');
    if (config.auditAnchorFolder !== config.dataDir) openPrivateFolder(config.auditAnchorFolder, 'GAVEL_AUDIT_ANCHORS');
  }
  const auditAnchorFile = anchorFileOf(config);
  if (!mongo)
    return openSqliteStore({
      file: embeddedFile(config),
      auditKeyFile,
      auditKey,
      auditAnchorFile,
      instance,
      logger,
      onlyLooks,
    });
  const key = auditKey ?? readAuditKey(auditKeyFile, auditAnchorFile, undefined, onlyLooks);
  return openMongoStore({ ...mongo, auditKey: key, auditAnchorFile, instance, logger, ...options });
}

/** The file of the embedded store. */
export function embeddedFile({ dataDir }: Pick<StoreConfig, 'dataDir'>): string {
  return join(dataDir, 'gavel.db');
}

/** Where the heads of the audit log are anchored. Throws when they lie where they no longer belong. */
function anchorFileOf({ dataDir, auditAnchorFolder, mongo }: StoreConfig): string {
  // Anchors belong to one audit log: those of an embedded store that was there before say nothing of this one.
  const name = mongo ? `audit.${mongo.database}.anchor.ndjson` : 'audit.anchor.ndjson';
  const [file, usual] = [join(auditAnchorFolder, name), join(dataDir, name)];
  if (!existsSync(file) && existsSync(usual))
    throw new StartError(
      `The anchors of the audit log are still in ${usual}. Move that file to ${auditAnchorFolder}, which GAVEL_AUDIT_ANCHORS names.`,
    );
  return file;
}
