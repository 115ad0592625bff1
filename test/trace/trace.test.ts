import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

describe('a clicked Approve and a typed deploy', () => {
  it('run through few files until they are answered', () => {
    const script = join(__dirname, 'trace.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
  });
});
