import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { readConfig } from '../../src/config';
import { systemProblem } from '../../src/core/system-problem';
import { silentLogger } from '../../src/core/telemetry/logger';
import { redactSecrets } from '../../src/core/text/secrets';
import { startServer } from '../../src/server';
import { openPrivateFolder, openStore } from '../../src/start/open-store';
import { startProblem } from '../../src/start/text';
import { root } from '../rules/source-files';

/** What it prints when it can't start, after checking that it can't. */
async function sentenceOf(start: () => unknown): Promise<string> {
  try {
    await start();
  } catch (error) {
    return startProblem(error);
  }
  return assert.fail('It starts');
}

describe('a start that fails', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gavel-start-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const open = async (data: string, more: Record<string, string> = {}): Promise<void> => {
    const result = readConfig({ GAVEL_DATA: data, ...more });
    assert.ok('config' in result, JSON.stringify(result));
    await (await openStore(result.config, silentLogger)).close();
  };
  const problems = (environment: Record<string, string>): string => {
    const result = readConfig({ GAVEL_DATA: folder, ...environment });
    return 'problems' in result ? result.problems.join('\n') : '';
  };

  it('names a port in use', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as AddressInfo;
    const options = {
      host: '127.0.0.1',
      port,
      processActivity: async () => ({ status: 200 }),
      ready: async () => undefined,
    };
    try {
      const sentence = await sentenceOf(() => startServer({ ...options, logger: silentLogger }));
      assert.equal(
        sentence,
        `Port ${port} is taken. Is Gavel already running? Set PORT and PLAYGROUND_PORT to free ports.`,
      );
    } finally {
      holder.close();
    }
  });

  it('names a data folder that is a file or is inside one', async () => {
    writeFileSync(join(folder, 'file'), '');
    assert.match(
      await sentenceOf(() => open(join(folder, 'file'))),
      /file is a file, but Gavel needs a folder there. Set GAVEL_DATA/,
    );
    assert.match(
      await sentenceOf(() => open(join(folder, 'file/data'))),
      /file is a file, but Gavel needs a folder there/,
    );
  });

  it('names a folder where the system allows none, at once', async function () {
    if (process.platform !== 'linux') this.skip();
    assert.match(
      await sentenceOf(() => open('/proc/x/y')),
      /Gavel can’t write to \/proc. Make the user that runs Gavel the owner of that folder/,
    );
  });

  it('names a store that is damaged, foreign or a folder', async () => {
    writeFileSync(join(folder, 'gavel.db'), 'no database at all, '.repeat(500));
    assert.match(
      await sentenceOf(() => open(folder)),
      /gavel\.db, is damaged or isn’t a database. Restore it from a backup/,
    );
    rmSync(join(folder, 'gavel.db'));
    const database = new Database(join(folder, 'gavel.db'));
    database.exec('CREATE TABLE photos (id INTEGER)');
    database.close();
    assert.match(await sentenceOf(() => open(folder)), /gavel\.db is another program’s database. Move it elsewhere/);
    rmSync(join(folder, 'gavel.db'));
    mkdirSync(join(folder, 'gavel.db'));
    assert.match(await sentenceOf(() => open(folder)), /gavel\.db isn’t a file\. Move it elsewhere/);
  });

  it('names a store that is gone while its key and anchors exist', async () => {
    await open(folder);
    rmSync(join(folder, 'gavel.db'));
    assert.match(
      await sentenceOf(() => open(folder)),
      /The store is empty, but its audit key .* has been used.*Restore gavel\.db/,
    );
  });

  it('names settings that are wrong, contradictory or misspelled, with the nearest', () => {
    assert.match(problems({ GAVEL_ADMIN: 'x' }), /Gavel has no setting GAVEL_ADMIN\. Did you mean GAVEL_ADMINS\?/);
    assert.match(problems({ GAVEL_METRIC: 'on' }), /Did you mean GAVEL_METRICS\?/);
    assert.match(problems({ MICROSOFTAPPID: 'x' }), /Did you mean MicrosoftAppId\?/);
    assert.match(problems({ MONGODB_URL: 'x' }), /Did you mean MONGODB_URI\?/);
    assert.match(problems({ GAVEL_WHATEVER_IT_IS: 'x' }), /Gavel has no setting/);
    assert.equal(
      problems({ GAVEL_SERVICE_HOST: '10.0.0.1', GAVEL_PORT_3978_TCP_ADDR: '10.0.0.1', MONGODB_USER: 'x' }),
      '',
    );
    const both = problems({ MONGODB_URI: 'mongodb://h/?replicaSet=r', GAVEL_AUDIT_KEY: 'abc' });
    assert.match(both, /GAVEL_AUDIT_KEY is not valid/);
    assert.doesNotMatch(both, /missing/);
  });

  it('refuses an ambiguous MongoDB address, and reveals no part of its password', () => {
    const said = /MONGODB_URI is not valid.*percent-encoded: write @ as %40/;
    for (const password of [
      'Sup3r@Secret99',
      'Sup3r@Secret99/x',
      'Sup3r/Secret99',
      'Sup3r:Secret99',
      'Sup3r%Secret99',
      'Sup3r?Secret99',
    ]) {
      const text = problems({
        MONGODB_URI: `mongodb://gavel:${password}@127.0.0.1:27017/`,
        GAVEL_AUDIT_KEY: 'a'.repeat(64),
      });
      assert.match(text, said, password);
      assert.doesNotMatch(redactSecrets(`getaddrinfo ENOTFOUND ${password} Secret99`), /Secret99/);
    }
    const good = problems({
      MONGODB_URI: 'mongodb://gavel:Sup3r%40Secret99@h:27017/?replicaSet=r',
      GAVEL_AUDIT_KEY: 'a'.repeat(64),
    });
    assert.equal(good, '');
  });

  it('has a sentence for system errors, including a full disk or a read-only file system', () => {
    const said = (code: string, more = {}): string =>
      systemProblem(new Error('x', { cause: Object.assign(new Error(code), { code, ...more }) })) ?? '';
    assert.match(
      said('ENOSPC', { path: '/data/playground.ndjson' }),
      /The disk that holds \/data\/playground\.ndjson is full. Free some space/,
    );
    assert.match(said('SQLITE_FULL'), /is full/);
    assert.match(said('EROFS', { path: '/data' }), /read-only file system/);
    assert.match(said('EACCES', { port: 80 }), /isn’t allowed to listen on port 80/);
    assert.match(said('EACCES', { path: '/data' }), /isn’t allowed to use \/data/);
    assert.match(
      said('EADDRNOTAVAIL', { address: '10.9.9.9' }),
      /doesn’t have the address 10\.9\.9\.9\. Set GAVEL_HOST/,
    );
    assert.match(said('SQLITE_READONLY_DBMOVED'), /can’t write to its store/);
    assert.match(said('SQLITE_BUSY'), /locked/);
    assert.match(said('SQLITE_IOERR_WRITE'), /can’t read or write gavel\.db\. Check the disk/);
    assert.equal(systemProblem(new Error('anything else')), undefined);
  });

  it('ends with one line, without a stack and with an exit code other than 0', () => {
    writeFileSync(join(folder, 'file'), '');
    const { status, stderr, stdout } = spawnSync(process.execPath, ['--import', 'tsx', join(root, 'src/index.ts')], {
      env: { PATH: process.env['PATH'], GAVEL_DATA: join(folder, 'file') },
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^Gavel can’t start: .*file is a file, but Gavel needs a folder there. Set GAVEL_DATA to a folder\.\n$/,
    );
    assert.equal(stdout, '');
  });
});

describe('the contents of the data folder', () => {
  it('are only for their owner, whatever the umask, and existing ones are tightened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-modes-'));
    const before = process.umask(0o022);
    try {
      const data = join(folder, 'deep/data');
      const result = readConfig({ GAVEL_DATA: data });
      assert.ok('config' in result);
      const store = await openStore(result.config, silentLogger);
      await store.check();
      const modeOf = (name: string): string => (statSync(join(data, name)).mode & 0o777).toString(8);
      for (const name of ['gavel.db', 'gavel.db-wal', 'gavel.db-shm', 'audit.key', 'audit.anchor.ndjson'])
        assert.equal(modeOf(name), '600', name);
      assert.equal(modeOf('.'), '700');
      await store.close();
      mkdirSync(join(data, 'runs/one'), { recursive: true });
      writeFileSync(join(data, 'runs/one/log.txt'), 'x');
      for (const name of ['gavel.db', 'runs/one/log.txt']) chmodSync(join(data, name), 0o644);
      chmodSync(data, 0o755);
      openPrivateFolder(data, 'GAVEL_DATA');
      assert.deepEqual(['.', 'gavel.db', 'runs', 'runs/one', 'runs/one/log.txt'].map(modeOf), [
        '700',
        '600',
        '700',
        '700',
        '600',
      ]);
    } finally {
      process.umask(before);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
