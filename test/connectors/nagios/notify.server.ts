import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hookSecret } from '../hooks/signing';

const script = join(__dirname, '../../../deploy/nagios-notify');
const words = ['PROBLEM', 'web01', 'HTTP', 'CRITICAL', '1796000000', '1796000060', 'gone'];

describe('the notify script of Nagios', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-notify-'));
  const secretFile = join(folder, 'secret');
  const signatures: unknown[] = [];
  let answers: number[] = [];
  const gavel = createServer((request, response) => {
    request.resume().on('end', () => {
      signatures.push(request.headers['x-gavel-signature']);
      const code = answers.shift() ?? 200;
      if (code === 0) request.socket.destroy();
      else {
        response.writeHead(code);
        response.end();
      }
    });
  });

  before(async () => {
    writeFileSync(secretFile, hookSecret);
    await new Promise<void>((resolve) => gavel.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    gavel.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What it ends with, and what it says. */
  function notify(): Promise<{ readonly code: unknown; readonly said: string }> {
    signatures.length = 0;
    const address = `http://127.0.0.1:${(gavel.address() as AddressInfo).port}/api/hooks/nagios`;
    return new Promise((resolve) =>
      execFile(script, [address, secretFile, ...words], (error, _stdout, said) =>
        resolve({ code: error === null ? 0 : error.code, said }),
      ),
    );
  }

  for (const [first, how] of [
    [503, 'is full'],
    [429, 'is called too often'],
    [0, 'hangs up'],
  ] as const)
    it(`tries again while Gavel ${how}, with the same signature, so that Gavel knows it by then`, async () => {
      answers = [first, 200];
      assert.deepEqual(await notify(), { code: 0, said: '' });
      assert.equal(signatures.length, 2);
      assert.equal(new Set(signatures).size, 1);
    });

  it('asks once if Gavel doesn’t accept it, and says so for Nagios’ log', async () => {
    answers = [401];
    const { code, said } = await notify();
    assert.equal(code, 1);
    assert.match(said, /^nagios-notify: HTTP Error 401/);
    assert.equal(signatures.length, 1);
  });
});
