import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../../src/core/telemetry/logger';
import type { Store } from '../../src/store/contract';
import { openSqliteStore } from '../../src/store/sqlite';

/** A folder with a store that is removed at the end of a test. */
export interface TemporaryStore {
  readonly folder: string;
  readonly store: Store;
  /** The same file opened once more, as another process would. */
  reopen(instance?: string): Store;
  remove(): Promise<void>;
}

export function openStoreIn(folder: string, instance = 'one'): Store {
  return openSqliteStore({
    file: join(folder, 'gavel.db'),
    auditKeyFile: join(folder, 'audit.key'),
    auditAnchorFile: join(folder, 'audit.anchor.ndjson'),
    instance,
    logger: silentLogger,
  });
}

export function temporaryStore(): TemporaryStore {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-store-'));
  const opened = [openStoreIn(folder)];
  return {
    folder,
    store: opened[0] as Store,
    reopen: (instance) => {
      const store = openStoreIn(folder, instance);
      opened.push(store);
      return store;
    },
    remove: async () => {
      for (const store of opened) await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
