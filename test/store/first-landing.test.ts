import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/app';
import { readConfig } from '../../src/config';
import type { CollectionSpec } from '../../src/store/contract';
import { layFirstLanding } from './first-landing';
import { openStoreIn } from './temporary-store';

describe('data of the first release', () => {
  it('is opened by the current collections, record by record, and its audit log verifies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-first-'));
    layFirstLanding(folder);
    const store = openStoreIn(folder, 'gavel');
    const specs: CollectionSpec<unknown>[] = [];
    const recording: typeof store = {
      ...store,
      collection: (spec) => {
        specs.push(spec as CollectionSpec<unknown>);
        return store.collection(spec);
      },
    };
    try {
      const result = readConfig({ GAVEL_DATA: folder, LOG_LEVEL: 'silent' });
      assert.ok('config' in result);
      await createApp(result.config, { childEnvironment: {}, store: recording, connectors: new Map() });
      const counts = new Map<string, number>();
      for (const spec of specs) {
        const { items } = await store.collection({ ...spec, queries: [...spec.queries, {}] }).find({ limit: 1000 });
        for (const { value } of items) for (const index of Object.values(spec.indexes)) index(value);
        counts.set(spec.name, items.length);
      }
      const expected = { deployments: 2, approvals: 2, messages: 9, places: 7, people: 5, pickers: 2, inbound: 2 };
      for (const [name, count] of Object.entries(expected)) assert.equal(counts.get(name), count, name);
      assert.deepEqual(await store.audit.verify(), { entries: 6, breaks: [] });
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
