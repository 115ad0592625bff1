import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readingOf } from '../../src/connectors/catalog';
import { followCatalog } from '../../src/config/catalog-file';
import { readCatalog } from '../../src/core/catalog';
import { silentLogger } from '../../src/core/telemetry/logger';
import { sampleCatalogText } from '../features/fakes';
import { boundLocally } from '../systems';
import { eventually } from '../patience';

const reading = readingOf(() => false);
const catalogText = `${sampleCatalogText}${boundLocally.join('\n')}\n`;

describe('the catalog file', () => {
  it('is followed without a restart, and one with problems changes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-catalog-'));
    const file = join(folder, 'catalog.yaml');
    writeFileSync(file, catalogText);
    const first = readCatalog(file, reading);
    assert.ok('catalog' in first);
    // Changed after it was read and before it is followed.
    writeFileSync(file, catalogText.replace('risk: low', 'risk: high'));
    const everyMs = 20;
    const followed = followCatalog({ file, first: first.catalog, reading }, silentLogger, everyMs);
    let later: typeof followed | undefined;
    try {
      await eventually('the changed file', () => followed.current().environments['staging']?.risk === 'high');
      writeFileSync(file, `${catalogText}# changed\n`.replace('risk: low', 'risk: medium'));
      await eventually('the changed file', () => followed.current().environments['staging']?.risk === 'medium');
      writeFileSync(file, `${catalogText}\nnonsense: 1\n`);
      await eventually('the changed file', () => followed.problems().length > 0);
      assert.equal(followed.current().environments['staging']?.risk, 'medium');
      rmSync(file);
      await eventually('the changed file', () => followed.problems().join().includes('can’t be read'));
      writeFileSync(file, catalogText);
      await eventually('the changed file', () => followed.problems().length === 0);
      assert.equal(followed.current().environments['staging']?.risk, 'low');
      const before = followed.current();
      writeFileSync(file, catalogText);
      // It starts later and checks as often, so once it has checked, the first one has, too.
      later = followCatalog({ file, first: { ...before, services: {} }, reading }, silentLogger, everyMs);
      await eventually('a look', () => Object.keys(later?.current().services ?? {}).length > 0);
      assert.equal(followed.current(), before, 'the same words are the same catalog');
    } finally {
      later?.close();
      followed.close();
      rmSync(folder, { recursive: true });
    }
  });
});
