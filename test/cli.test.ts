import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'libsql';
import { runCommandLine } from '../src/cli';
import { root } from './rules/source-files';
import { temporaryStore } from './store/temporary-store';
import type { TemporaryStore } from './store/temporary-store';

describe('the command line', () => {
  let temporary: TemporaryStore;
  beforeEach(async () => {
    temporary = temporaryStore();
    for (const at of [1_000, 2_000])
      await temporary.store.audit.append({
        at,
        who: 'gavel',
        what: 'x',
        target: '=1+1',
        from: 'a "b"',
        outcome: 'done',
        correlationId: 'c',
      });
  });
  afterEach(() => temporary.remove());

  async function run(...words: string[]): Promise<{ code: number; text: string }> {
    const lines: string[] = [];
    const code = await runCommandLine(words, { GAVEL_DATA: temporary.folder }, (line) => lines.push(line));
    return { code, text: lines.join('\n') };
  }

  it('verifies beside an open store', async () => {
    assert.deepEqual(await run('audit', 'verify'), { code: 0, text: 'The audit log is whole: 2 lines.' });
  });

  it('names what is broken and ends with 1', async () => {
    const database = new Database(join(temporary.folder, 'gavel.db'));
    database.exec(`DELETE FROM "audit-entries" WHERE sequence = 1`);
    database.close();
    const { code, text } = await run('audit', 'verify');
    assert.equal(code, 1);
    assert.match(text, /one: Line 1 was removed/);
  });

  it('says so when the audit key is gone, instead of making a new one', async () => {
    unlinkSync(join(temporary.folder, 'audit.key'));
    const { code, text } = await run('audit', 'verify');
    assert.equal(code, 2);
    assert.match(text, /its key .* is gone/);
  });

  it('exports as lines of JSON and as a table that runs no formula', async () => {
    assert.equal((await run('audit', 'export')).text.split('\n').length, 2);
    assert.match((await run('audit', 'export', '--format', 'csv')).text, /"'=1\+1","a ""b"""/);
    assert.equal((await run('audit', 'export', '--since', '1970-01-01T00:00:02Z')).text.split('\n').length, 1);
  });

  it('says how it is used and what is missing', async () => {
    assert.equal((await run('audit', 'burn')).code, 2);
    assert.equal((await run('audit', 'export', '--format', 'xml')).code, 2);
    assert.equal((await run('audit', 'export', '--formt', 'csv')).code, 2);
    assert.equal((await run('audit', 'export', '--since', 'yesterday')).code, 2);
    assert.match((await run('help')).text, /audit verify/);
    const lines: string[] = [];
    assert.equal(await runCommandLine(['audit', 'verify'], { GAVEL_DATA: '/nowhere' }, (line) => lines.push(line)), 2);
    assert.match(lines.join(), /no store/);
  });

  it('runs as npx gavel', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'bin/gavel.js'), 'audit', 'verify'], {
      env: { PATH: process.env['PATH'], GAVEL_DATA: temporary.folder },
    });
    assert.match(stdout, /The audit log is whole/);
  });
});
