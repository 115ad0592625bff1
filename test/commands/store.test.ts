import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../src/cli';
import { storedKinds } from '../../src/commands/store';
import { parseCatalog } from '../../src/core/catalog';
import { openStoreIn } from '../store/temporary-store';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 20);

describe('npx gavel store', () => {
  it('shows each kind with its count, its retention and its next expiry', () => {
    const result = parseCatalog(
      'people: {}\ngrants: []\nservices: {}\nenvironments: {}\nretention: { messages: 60, history: forever }',
    );
    assert.ok('catalog' in result);
    const sizes = [
      { name: 'messages', records: 3, bytes: 10, firstExpiresAt: now + 180 * dayMs },
      { name: 'history', records: 2, bytes: 30, firstExpiresAt: now },
      { name: 'deployments', records: 1, bytes: 20, firstExpiresAt: now },
      { name: 'leases', records: 1, bytes: 5, firstExpiresAt: now },
    ];
    assert.deepEqual(
      storedKinds(sizes, result.catalog).map(({ name, kept, nextAt }) => [name, kept, nextAt]),
      [
        ['history', 'forever', undefined],
        ['deployments', 'forever', undefined],
        ['messages', '60 days', now + 60 * dayMs],
        ['leases', undefined, now],
      ],
    );
  });

  it('reads the store while Gavel is running', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-sizes-'));
    const store = openStoreIn(folder, 'gavel');
    try {
      await store.audit.append({
        at: now,
        who: 'gavel',
        what: 'x.y',
        target: 'z',
        from: 'test',
        outcome: 'done',
        correlationId: 'c',
      });
      const lines: string[] = [];
      assert.equal(
        await runCommandLine(['store'], { GAVEL_DATA: folder, LOG_LEVEL: 'silent' }, (line) => lines.push(line)),
        0,
      );
      const text = lines.join('\n');
      assert.match(text, /deployments +0 +0 kB +forever +nothing/);
      assert.match(text, /messages +0 +0 kB +180 days +nothing/);
      assert.match(text, /audit +1 +forever +nothing/);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
