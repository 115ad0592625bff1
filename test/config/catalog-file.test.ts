import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { followCatalog } from '../../src/config/catalog-file';
import { readCatalog } from '../../src/core/catalog';
import { silentLogger } from '../../src/core/telemetry/logger';
import { sampleCatalogText } from '../features/fakes';

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('the catalog file', () => {
  it('is followed without a restart, and one with problems changes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-catalog-'));
    const file = join(folder, 'catalog.yaml');
    writeFileSync(file, sampleCatalogText);
    const first = readCatalog(file);
    assert.ok('catalog' in first);
    // Changed after it was read and before it is followed.
    writeFileSync(file, sampleCatalogText.replace('risk: low', 'risk: high'));
    const followed = followCatalog(file, first.catalog, silentLogger, 20);
    try {
      await until(() => followed.current().environments['staging']?.risk === 'high');
      writeFileSync(file, `${sampleCatalogText}# changed\n`.replace('risk: low', 'risk: medium'));
      await until(() => followed.current().environments['staging']?.risk === 'medium');
      writeFileSync(file, `${sampleCatalogText}\nnonsense: 1\n`);
      await until(() => followed.problems().length > 0);
      assert.equal(followed.current().environments['staging']?.risk, 'medium');
      rmSync(file);
      await until(() => followed.problems().join().includes('can’t be read'));
      writeFileSync(file, sampleCatalogText);
      await until(() => followed.problems().length === 0);
      assert.equal(followed.current().environments['staging']?.risk, 'low');
      const before = followed.current();
      writeFileSync(file, sampleCatalogText);
      await new Promise((resolve) => setTimeout(resolve, 60));
      assert.equal(followed.current(), before, 'the same words are the same catalog');
    } finally {
      followed.close();
      rmSync(folder, { recursive: true });
    }
  });
});
