import assert from 'node:assert/strict';
import { appendFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import type { AuditEntry } from '../../../src/store/contract';
import { temporaryStore } from '../temporary-store';
import type { TemporaryStore } from '../temporary-store';

function entry(at: number, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    at,
    who: 'entra:t/dana',
    what: 'deployments.request',
    target: 'shop in production',
    from: 'Deployments',
    outcome: 'requested',
    correlationId: `c${at}`,
    ...more,
  };
}

describe('the audit log', () => {
  let temporary: TemporaryStore;
  beforeEach(async () => {
    temporary = temporaryStore();
    for (let at = 1; at <= 6; at++) await temporary.store.audit.append(entry(at));
  });
  afterEach(() => temporary.remove());

  const problems = async (): Promise<string[]> =>
    (await temporary.store.audit.verify()).breaks.map((each) => each.problem);
  const tamper = (sql: string): void => {
    const database = new Database(join(temporary.folder, 'gavel.db'));
    database.exec(sql);
    database.close();
  };

  it('verifies as it was written', async () => {
    assert.deepEqual(await temporary.store.audit.verify(), { entries: 6, breaks: [] });
  });

  it('keeps its key outside the store, only for its owner', () => {
    assert.equal(statSync(join(temporary.folder, 'audit.key')).mode & 0o777, 0o600);
  });

  it('names a changed line', async () => {
    tamper(`UPDATE "audit-entries" SET body = replace(body, 'requested', 'rejected') WHERE sequence = 3`);
    assert.deepEqual(await problems(), ['Line 3 was changed.']);
  });

  it('names a removed line', async () => {
    tamper(`DELETE FROM "audit-entries" WHERE sequence = 3`);
    assert.deepEqual(await problems(), ['Line 3 was removed.']);
  });

  it('names reordered lines', async () => {
    tamper(
      `UPDATE "audit-entries" SET sequence = 99 WHERE sequence = 2; UPDATE "audit-entries" SET sequence = 2 WHERE sequence = 4; UPDATE "audit-entries" SET sequence = 4 WHERE sequence = 99`,
    );
    assert.deepEqual(await problems(), [
      'Line 4 was moved to the position of line 2.',
      'Line 2 was moved to the position of line 4.',
    ]);
  });

  it('names only the changed line if its hash was changed as well', async () => {
    tamper(`UPDATE "audit-entries" SET mac = 'ab' WHERE sequence = 3`);
    assert.deepEqual(await problems(), ['Line 3 was changed.']);
  });

  it('names a line that can’t be read anymore, and still shows the others', async () => {
    tamper(`UPDATE "audit-entries" SET body = 'null' WHERE sequence = 3`);
    assert.match((await problems()).join(), /Line 3 can’t be read/);
    assert.equal((await temporary.store.audit.read({})).length, 6);
  });

  it('names lines cut off the end even if new ones were written since', async () => {
    tamper(`DELETE FROM "audit-entries" WHERE sequence >= 5`);
    await temporary.reopen().audit.append(entry(7));
    await temporary.reopen().audit.append(entry(8));
    assert.deepEqual(await problems(), ['Lines 5 to 6 were removed.']);
  });

  it('refuses to create a new key if the old one is gone', () => {
    unlinkSync(join(temporary.folder, 'audit.key'));
    assert.throws(() => temporary.reopen(), /its key file, .*audit\.key, is gone/);
  });

  it('accepts a last anchor that a crash left unfinished', async () => {
    appendFileSync(join(temporary.folder, 'audit.anchor.ndjson'), '{"instance":"one","seq');
    assert.deepEqual(await problems(), []);
  });

  it('names lines cut off the end, by the anchor outside the store', async () => {
    tamper(`DELETE FROM "audit-entries" WHERE sequence >= 5`);
    assert.deepEqual(await problems(), ['Lines 5 to 6 are missing from the end of the log.']);
  });

  it('notices if everything is gone', async () => {
    tamper(`DELETE FROM "audit-entries"`);
    assert.deepEqual(await problems(), ['Lines 1 to 6 are missing from the end of the log.']);
  });

  it('names a line whose search fields were changed', async () => {
    tamper(`UPDATE "audit-entries" SET who = 'somebody' WHERE sequence = 2`);
    assert.deepEqual(await problems(), ['Line 2 doesn’t match the fields that it’s indexed by.']);
  });

  it('continues one chain after a restart, and each instance has its own', async () => {
    await temporary.reopen('one').audit.append(entry(7));
    await temporary.reopen('two').audit.append(entry(8));
    assert.deepEqual(await temporary.store.audit.verify(), { entries: 8, breaks: [] });
  });

  it('writes an entry with the same key once', async () => {
    await temporary.store.audit.append(entry(9, { key: 'k' }));
    await temporary.store.audit.append(entry(10, { key: 'k' }));
    assert.equal((await temporary.store.audit.verify()).entries, 7);
  });

  it('is read newest first, by who, what, target and time', async () => {
    await temporary.store.audit.append(entry(20, { who: 'gavel', target: 'D-1001' }));
    const { audit } = temporary.store;
    assert.deepEqual(
      (await audit.read({ limit: 2 })).map((each) => each.at),
      [20, 6],
    );
    assert.deepEqual(
      (await audit.read({ who: 'gavel' })).map((each) => each.at),
      [20],
    );
    assert.deepEqual(
      (await audit.read({ words: ['d-10'] })).map((each) => each.at),
      [20],
    );
    await audit.append(entry(21, { target: 'D-1002 shop in production', outcome: 'rolled back' }));
    await audit.append(
      entry(22, { target: 'workshop in production', outcome: 'done', detail: { said: '"outcome":"failed"' } }),
    );
    const ats = async (filter: Parameters<typeof audit.read>[0]) => (await audit.read(filter)).map((each) => each.at);
    assert.deepEqual(await ats({ names: ['shop'], since: 21 }), [21], 'a whole word');
    assert.deepEqual(await ats({ names: ['production'], since: 21 }), [22, 21]);
    assert.deepEqual(await ats({ outcomes: ['failed', 'rolled'] }), [21], 'only the outcome itself, by its beginning');
    assert.deepEqual(
      (await audit.read({ since: 2, until: 3 })).map((each) => each.at),
      [3, 2],
    );
  });
});
