import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../src/core/errors';
import { silentLogger } from '../../../src/core/telemetry/logger';
import type { AuditEntry, AuditVerdict, Store } from '../../../src/store/contract';
import { openSqliteStore } from '../../../src/store/sqlite';
import { openStoreIn } from '../temporary-store';
import { tamperings, tamperScene } from './tamperings';

function entry(at: number): AuditEntry {
  const by = { who: 'entra:t/dana', what: 'deployments.request', target: 'shop in production', from: 'Deployments' };
  return { at, ...by, outcome: 'requested', correlationId: `c${at}` };
}

async function within<T>(store: Store, work: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const lookInto = (folder: string): Store =>
  openSqliteStore({
    file: join(folder, 'gavel.db'),
    auditKeyFile: join(folder, 'audit.key'),
    auditAnchorFile: join(folder, 'audit.anchor.ndjson'),
    instance: 'command-line',
    logger: silentLogger,
    onlyLooks: true,
  });
const verdict = (folder: string, heads?: Parameters<Store['audit']['verify']>[0]): Promise<AuditVerdict> =>
  within(lookInto(folder), (store) => store.audit.verify(heads));

describe('an audit log that somebody without its key tampers with', () => {
  let base: string;
  let older: string;
  let folder: string;
  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'gavel-tamper-'));
    older = mkdtempSync(join(tmpdir(), 'gavel-older-'));
    const write = (from: number, to: number): Promise<void> =>
      within(openStoreIn(base), async ({ audit }) => {
        for (let at = from; at <= to; at++) await audit.append(entry(at));
      });
    await write(1, 6);
    cpSync(base, older, { recursive: true });
    await write(7, 12);
  });
  after(() => [base, older].forEach((each) => rmSync(each, { recursive: true, force: true })));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-tampered-'));
    cpSync(base, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is intact before', async () => assert.deepEqual(await verdict(folder), { entries: 12, breaks: [] }));

  for (const { what, does, says } of tamperings)
    it(`is broken by ${what}`, async () => {
      does(tamperScene(folder));
      const { breaks } = await verdict(folder);
      assert.match(breaks.map(({ instance, problem }) => `${instance}: ${problem}`).join('\n'), says);
      // Readers see the readable lines, and the others crash nothing.
      await within(lookInto(folder), ({ audit }) => audit.read({ limit: 100 }));
    });

  it('is broken by a complete older state, if a head from the log is given', async () => {
    const head = JSON.parse(
      readFileSync(join(base, 'audit.anchor.ndjson'), 'utf8').trim().split('\n').at(-1) ?? '',
    ) as {
      instance: string;
      sequence: number;
      mac: string;
    };
    assert.deepEqual((await verdict(older)).breaks, [], 'nothing in the folder itself can tell');
    assert.match(
      (await verdict(older, [head])).breaks[0]?.problem ?? '',
      /Lines 7 to 12 are missing from the end of the log/,
    );
    assert.deepEqual((await verdict(folder, [head])).breaks, []);
  });

  it('does not start once its lines are gone, and starts again after the loss was accepted', async () => {
    tamperScene(folder).sql('DELETE FROM "audit-entries"');
    assert.throws(
      () => openStoreIn(folder),
      (error) => error instanceof StartError && /covers 12 lines of one/.test(error.message),
    );
    await within(lookInto(folder), ({ audit }) => audit.accept?.(entry(99)) ?? Promise.resolve());
    await within(openStoreIn(folder), ({ audit }) => audit.append(entry(100)));
    assert.deepEqual(await verdict(folder), { entries: 2, breaks: [] });
  });

  it('stays broken by changed lines, also after a loss was accepted', async () => {
    tamperScene(folder).sql(
      `UPDATE "audit-entries" SET body = replace(body, 'requested', 'rejected') WHERE sequence = 3`,
    );
    await within(lookInto(folder), ({ audit }) => audit.accept?.(entry(99)) ?? Promise.resolve());
    assert.match((await verdict(folder)).breaks.map(({ problem }) => problem).join(), /Line 3 was changed/);
  });

  it('continues after its sealed head, so that lines cut off stay missing', async () => {
    tamperScene(folder).sql('DELETE FROM "audit-entries" WHERE sequence > 10');
    tamperScene(folder).anchors((all) => all.slice(0, 11));
    await within(openStoreIn(folder), ({ audit }) => audit.append(entry(100)));
    assert.match((await verdict(folder)).breaks[0]?.problem ?? '', /Lines 11 to 12 were removed/);
  });

  it('gets the anchors that a crash left out at the next start, unless they are more than a crash can leave out', async () => {
    tamperScene(folder).anchors((all) => all.slice(0, -2));
    appendFileSync(join(folder, 'audit.anchor.ndjson'), '{"instance":"one","seq');
    await within(openStoreIn(folder), ({ audit }) => audit.append(entry(100)));
    assert.deepEqual((await verdict(folder)).breaks, []);
    tamperScene(folder).anchors(() => []);
    await within(openStoreIn(folder), ({ audit }) => audit.append(entry(101)));
    assert.match((await verdict(folder)).breaks[0]?.problem ?? '', /The anchors for lines 1 to 13 are missing/);
  });
});
