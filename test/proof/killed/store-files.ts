import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { Store } from '../../../src/store/contract';
import { openSqliteStore } from '../../../src/store/sqlite';

/** The store of an instance's folder, as the app opens it. */
export function openStoreOf(folder: string): Store {
  return openSqliteStore({
    file: join(folder, 'gavel.db'),
    auditKeyFile: join(folder, 'audit.key'),
    auditAnchorFile: join(folder, 'audit.anchor.ndjson'),
    instance: 'gavel',
    logger: silentLogger,
  });
}

/** A copy of the store in another folder. */
export function copyStore(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of ['gavel.db', 'gavel.db-wal', 'audit.key', 'audit.anchor.ndjson'])
    if (existsSync(join(from, file))) copyFileSync(join(from, file), join(to, file));
}

/** Opens the store next to the instance, reads, and closes it. */
export async function lookInto<T>(folder: string, look: (store: Store) => Promise<T>): Promise<T> {
  const store = openStoreOf(folder);
  try {
    return await look(store);
  } finally {
    await store.close();
  }
}
