import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { parseCatalog } from '../../../src/core/catalog';
import { createMovableClock } from '../../core/time/movable-clock';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { pruneAudit } from '../../../src/start/remove-expired';
import { temporaryStore } from '../temporary-store';
import type { TemporaryStore } from '../temporary-store';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 20);

describe('pruning the audit log', () => {
  let temporary: TemporaryStore;
  beforeEach(async () => {
    temporary = temporaryStore();
    for (let day = 400; day >= 0; day--)
      await temporary.store.audit.append({
        at: now - day * dayMs,
        who: 'gavel',
        what: 'x.y',
        target: `day ${day}`,
        from: 'test',
        outcome: 'done',
        correlationId: 'c',
      });
  });
  afterEach(() => temporary.remove());

  const prune = async (): Promise<void> => {
    const result = parseCatalog('people: {}\ngrants: []\nservices: {}\nenvironments: {}\nretention: { audit: 365 }');
    assert.ok('catalog' in result);
    await pruneAudit({
      store: temporary.store,
      catalog: () => result.catalog,
      clock: createMovableClock(now),
      logger: silentLogger,
      dataDir: temporary.folder,
    });
  };

  it('exports what is older, removes it, says so in the log, and leaves the rest verifiable, also after a restart', async () => {
    await prune();
    const found = await temporary.store.audit.read({ words: ['audit.prune'] });
    assert.equal(found.length, 1);
    assert.match(found[0]?.outcome ?? '', /lines 1 to 35 of one exported and removed/);
    const file = String(found[0]?.detail?.['file']);
    const text = readFileSync(file, 'utf8');
    assert.equal(createHash('sha256').update(text).digest('hex'), found[0]?.detail?.['sha256']);
    assert.equal(text.trim().split('\n').length, 35);
    assert.deepEqual((await temporary.store.audit.verify()).breaks, []);
    assert.equal((await temporary.store.audit.search({})).count, 367);
    const again = temporary.reopen();
    assert.deepEqual((await again.audit.verify()).breaks, []);
    await prune();
    assert.equal((await again.audit.read({ words: ['audit.prune'] })).length, 1, 'nothing more is old');
  });

  it('is found when lines go that no prune removed', async () => {
    await prune();
    const database = new Database(join(temporary.folder, 'gavel.db'));
    database.exec(`DELETE FROM "audit-entries" WHERE sequence BETWEEN 36 AND 40`);
    database.close();
    assert.ok((await temporary.store.audit.verify()).breaks.length > 0);
  });

  it('never touches a log that is broken', async () => {
    const database = new Database(join(temporary.folder, 'gavel.db'));
    database.exec(`UPDATE "audit-entries" SET who = 'nobody' WHERE sequence = 5`);
    database.close();
    await prune();
    assert.equal((await temporary.store.audit.search({})).count, 401);
  });
});
