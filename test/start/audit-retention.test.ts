import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseCatalog } from '../../src/core/catalog';
import { silentLogger } from '../../src/core/telemetry/logger';
import { createLeases } from '../../src/jobs';
import { pruneAudit } from '../../src/start/remove-expired';
import type { Store } from '../../src/store/contract';
import { createMovableClock } from '../core/time/movable-clock';
import { auditEntry, pruneGrounds } from '../store/audit/prune-grounds';
import type { PruneGround } from '../store/audit/prune-grounds';

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 20);

for (const { name, open } of pruneGrounds)
  describe(`retention.audit on ${name}`, () => {
    let ground: PruneGround;
    let store: Store;
    beforeEach(async () => {
      ground = await open();
      store = await ground.open('one');
      const ats = Array.from({ length: 401 }, (_, index) => now - (400 - index) * dayMs);
      await Promise.all(ats.map((at) => store.audit.append(auditEntry(at))));
    });
    afterEach(() => ground.remove());

    function prune(on: Store, owner: string): Promise<'done' | 'held elsewhere'> {
      const result = parseCatalog('people: {}\ngrants: []\nservices: {}\nenvironments: {}\nretention: { audit: 365 }');
      assert.ok('catalog' in result);
      const { catalog } = result;
      const clock = createMovableClock(now);
      const leases = createLeases({ store: on, clock, owner });
      return pruneAudit({
        ...{ store: on, leases, clock, logger: silentLogger, dataDir: ground.folder },
        catalog: () => catalog,
      });
    }

    it('exports older lines, removes them, and records in the log where they are', async () => {
      assert.equal(await prune(store, 'a'), 'done');
      const found = await store.audit.read({ words: ['audit.prune'] });
      assert.equal(found.length, 1);
      assert.match(found[0]?.outcome ?? '', /lines 1 to 35 of one exported and removed/);
      const { file, sha256, exportedBy } = found[0]?.detail ?? {};
      assert.equal(exportedBy, 'one');
      const text = readFileSync(String(file), 'utf8');
      assert.equal(createHash('sha256').update(text).digest('hex'), sha256);
      assert.equal(text.trim().split('\n').length, 35);
      assert.deepEqual((await store.audit.verify()).breaks, []);
      assert.equal((await store.audit.search({})).count, 367);
      await prune(await ground.open('two'), 'b');
      assert.equal((await store.audit.read({ words: ['audit.prune'] })).length, 1, 'nothing more is old');
    });

    it('is left to the instance that is already doing it', async () => {
      const leases = createLeases({ store: await ground.open('two'), clock: createMovableClock(now), owner: 'b' });
      await leases.withLease('audit-prune', dayMs, async () => {
        assert.equal(await prune(store, 'a'), 'held elsewhere');
      });
      assert.equal((await store.audit.search({})).count, 401);
    });
  });
