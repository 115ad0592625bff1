import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { longerRetentionMs, retentionDays, retentionKinds } from '../../../src/core/catalog/retention';

const dayMs = 86_400_000;
function catalogWith(text: string): Catalog {
  const result = parseCatalog(`people: {}\ngrants: []\nservices: {}\nenvironments: {}\n${text}`);
  if ('problems' in result) throw new Error(result.problems.join('\n'));
  return result.catalog;
}

describe('the retention of a catalog', () => {
  it('keeps its defaults if the catalog says nothing', () => {
    const catalog = catalogWith('');
    const said = retentionKinds.map((kind) => retentionDays(catalog, kind));
    assert.deepEqual(said.slice(0, 5), [30, 60, 180, 180, undefined]);
    assert.ok([...longerRetentionMs(catalog).values()].every((ms) => ms === 0));
    assert.equal(retentionDays(catalog, 'audit'), undefined);
  });

  it('counts in days for each kind, or says forever', () => {
    const catalog = catalogWith('retention: { messages: 60, deployments: 730, history: forever, audit: 1825 }');
    assert.equal(retentionDays(catalog, 'messages'), 60);
    assert.equal(retentionDays(catalog, 'deployments'), 730);
    assert.equal(retentionDays(catalog, 'history'), undefined);
    assert.equal(retentionDays(catalog, 'audit'), 1_825);
    assert.equal(longerRetentionMs(catalog).get('messages'), -120 * dayMs);
  });

  it('still reads historyDays, and retention takes precedence', () => {
    assert.equal(retentionDays(catalogWith('historyDays: 90'), 'history'), 90);
    assert.equal(retentionDays(catalogWith('historyDays: 90\nretention: { history: 7 }'), 'history'), 7);
  });

  it('rejects periods that would remove what people still need, and unknown kinds', () => {
    assert.throws(() => catalogWith('retention: { deployments: 30 }'), /deployments/);
    assert.throws(() => catalogWith('retention: { jokes: 30 }'), /jokes/);
    assert.throws(() => catalogWith('retention: { audit: 0 }'), /audit/);
  });
});
