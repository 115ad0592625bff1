import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'libsql';
import { runCommandLine } from '../src/cli';
import { headIn } from '../src/commands/audit';
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

  it('verifies while another process has the store open', async () => {
    assert.deepEqual(await run('audit', 'verify'), { code: 0, text: 'The audit log is intact: 2 lines.' });
  });

  it('names the breaks and exits with 1', async () => {
    const database = new Database(join(temporary.folder, 'gavel.db'));
    database.exec(`DELETE FROM "audit-entries" WHERE sequence = 1`);
    database.close();
    const { code, text } = await run('audit', 'verify');
    assert.equal(code, 1);
    assert.match(text, /one: Line 1 was removed/);
  });

  it('says so if the audit key is gone, instead of creating a new one', async () => {
    unlinkSync(join(temporary.folder, 'audit.key'));
    const { code, text } = await run('audit', 'verify');
    assert.equal(code, 2);
    assert.match(text, /its key file, .*, is gone/);
  });

  it('exports as lines of JSON and as a table that runs no formula', async () => {
    assert.equal((await run('audit', 'export')).text.split('\n').length, 2);
    assert.match((await run('audit', 'export', '--format', 'csv')).text, /"'=1\+1","a ""b"""/);
    assert.equal((await run('audit', 'export', '--since', '1970-01-01T00:00:02Z')).text.split('\n').length, 1);
  });

  it('shows its usage and what is missing', async () => {
    assert.equal((await run('audit', 'burn')).code, 2);
    assert.equal((await run('audit', 'export', '--format', 'xml')).code, 2);
    assert.equal((await run('audit', 'export', '--formt', 'csv')).code, 2);
    assert.equal((await run('audit', 'export', '--since', 'yesterday')).code, 2);
    assert.match((await run('help')).text, /audit verify/);
    const lines: string[] = [];
    assert.equal(await runCommandLine(['audit', 'verify'], { GAVEL_DATA: '/nowhere' }, (line) => lines.push(line)), 2);
    assert.match(lines.join(), /no store/);
  });

  it('accepts a head from the log, as its value or as the whole line', async () => {
    const head = { instance: 'one', sequence: 2, mac: 'a'.repeat(64) };
    const value = `one/2/${head.mac}`;
    for (const text of [
      value,
      `{"level":"info","instance":"one","sequence":2,"mac":"${head.mac}","head":"${value}","msg":"Audit head"}`,
      `14:09:41 info  Audit head (instance=one, sequence=2, mac=${head.mac}, head=${value})`,
    ])
      assert.deepEqual(headIn(text), head);
    const { code, text } = await run('audit', 'verify', '--head', `one/9/${head.mac}`);
    assert.equal(code, 1);
    assert.match(text, /Lines 3 to 9 are missing from the end of the log/);
    assert.equal((await run('audit', 'verify', '--head', 'seven')).code, 2);
  });

  it('accepts a loss for the record, and only what can be accepted', async () => {
    assert.match((await run('audit', 'accept', '--reason', 'tried it out')).text, /nothing to accept/);
    unlinkSync(join(temporary.folder, 'audit.anchor.ndjson'));
    assert.equal((await run('audit', 'verify')).code, 1);
    assert.equal((await run('audit', 'accept')).code, 2);
    const { code, text } = await run('audit', 'accept', '--reason', 'the disk of the anchors is gone');
    assert.equal(code, 0, text);
    assert.deepEqual(await run('audit', 'verify'), { code: 0, text: 'The audit log is intact: 3 lines.' });
    assert.match((await run('audit', 'export')).text, /audit\.accept.*the disk of the anchors is gone/);
  });

  it('reads the settings that the service reads, and only those', async () => {
    const file = join(temporary.folder, 'gavel.env');
    writeFileSync(file, `# of the unit\nGAVEL_DATA="${temporary.folder}"\n`);
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    assert.equal(await runCommandLine(['audit', 'verify', '--settings', file], { GAVEL_DATA: '/nowhere' }, print), 0);
    assert.match(lines.join(), /intact: 2 lines/);
    writeFileSync(file, 'GAVEL_DATA\n');
    assert.match((await run('audit', 'verify', '--settings', file)).text, /Line 1 isn’t a setting/);
    assert.match((await run('doctor', '--settings', '/nowhere/gavel.env')).text, /can’t be read \(ENOENT\)/);
  });

  it('rejects unknown words, and names the nearest command', async () => {
    const refused: [string[], RegExp][] = [
      [['docter'], /no command docter\. Did you mean doctor\?/],
      [['audit', 'verfy'], /no command audit verfy\. Did you mean audit verify\?/],
      [['doctor', '--setings', 'x'], /no option --setings\. Did you mean --settings\?/],
      [['doctor', 'x'], /doctor takes no x/],
      [['audit', 'verify', '--settings'], /Type --settings as --settings <file>/],
      [['cards', 'foo'], /cards needs a port from 1 to 65535, not foo/],
      [['audit', 'export', '--format', 'xml'], /ndjson or csv, not xml/],
      [['constructor'], /no command constructor/],
    ];
    for (const [words, says] of refused) {
      const { code, text } = await run(...words);
      assert.equal(code, 2, words.join(' '));
      assert.match(text, says);
    }
    assert.match((await run('--version')).text, /^gavel \d+\.\d+\.\d+$/);
  });

  it('runs as npx gavel', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'bin/gavel.js'), 'audit', 'verify'], {
      env: { PATH: process.env['PATH'], GAVEL_DATA: temporary.folder },
    });
    assert.match(stdout, /The audit log is intact/);
  });
});
