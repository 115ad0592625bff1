import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../connectors/local/local-world';
import { portsOfProduct, temporaryFolder } from './product';

/** The command lines of all processes that use this folder. */
function processesIn(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(folder));
}

describe('Ctrl-C', () => {
  it('in the middle of a start, passed on twice by a terminal, leaves no process behind', async () => {
    const folder = temporaryFolder();
    const { port, playgroundPort } = await portsOfProduct();
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/index.ts'], {
      cwd: join(__dirname, '../..'),
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        PORT: String(port),
        PLAYGROUND_PORT: String(playgroundPort),
        GAVEL_DATA: folder.path,
      },
      stdio: 'ignore',
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    await eventually(() => processesIn(folder.path).some((line) => line.includes('fleet.js start')));
    child.kill('SIGINT');
    child.kill('SIGINT');
    assert.equal(await ended, 0);
    await eventually(() => processesIn(folder.path).length === 0);
    folder.remove();
  });
});
