import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import type { CollectionSpec, Store } from '../../src/store/contract';

/** Every collection that the whole app opens on this store, with its declaration; the app isn't started. */
export async function registeredCollections(store: Store): Promise<readonly CollectionSpec<unknown>[]> {
  const specs = new Map<string, CollectionSpec<unknown>>();
  const recording: Store = {
    ...store,
    collection(spec) {
      specs.set(spec.name, spec as unknown as CollectionSpec<unknown>);
      return store.collection(spec);
    },
  };
  const folder = mkdtempSync(join(tmpdir(), 'gavel-registry-'));
  try {
    const result = readConfig({ GAVEL_DATA: folder, LOG_LEVEL: 'silent' });
    if (!('config' in result)) throw new Error(JSON.stringify(result));
    await createApp(result.config, { childEnvironment: {}, store: recording, connectors: new Map() });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return [...specs.values()];
}
