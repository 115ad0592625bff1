import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPresence } from '../../../src/store/sqlite/presence';

describe('which processes on a SQLite file are still alive', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gavel-presence-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const announcing = async (owner: string) => {
    const child = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'present.ts'), folder, owner], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  };

  it('is known: a killed process has ended, an idle one has not', async () => {
    const [one, two] = await Promise.all([announcing('one'), announcing('two')]);
    try {
      assert.equal(openPresence(folder).hasEnded('one'), false);
      one.kill('SIGKILL');
      await once(one, 'exit');
      const here = openPresence(folder);
      assert.deepEqual([here.hasEnded('one'), here.hasEnded('two')], [true, false]);
    } finally {
      one.kill('SIGKILL');
      two.kill('SIGKILL');
    }
  });

  it('is not claimed for an owner that was never announced', () => {
    assert.equal(openPresence(folder).hasEnded('a stranger'), false);
  });

  it('is known within one process, too, and after it is closed', () => {
    const first = openPresence(folder);
    first.announce('first');
    assert.equal(openPresence(folder).hasEnded('first'), false);
    first.close();
    assert.equal(openPresence(folder).hasEnded('first'), true);
  });

  it('leaves no files behind forever, except those of live processes', () => {
    const alive = openPresence(folder);
    alive.announce('alive');
    const dead = openPresence(folder);
    dead.announce('dead');
    dead.close();
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 1_000, 1_000);
    const later = openPresence(folder);
    later.announce('later');
    assert.equal(readdirSync(folder).length, 2);
    assert.equal(later.hasEnded('alive'), false);
    alive.close();
    later.close();
  });
});
