import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSupervisor, openRunFolder, runIdOf } from '../../../src/connectors/machine/run-folder';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createMovableClock } from '../../core/time/movable-clock';

describe('the supervisor of runs', () => {
  const clock = createMovableClock(Date.UTC(2026, 10, 20, 13));
  const id = runIdOf('a run');
  let runs: string;
  let script: ChildProcess;
  let supervisor: ReturnType<typeof createSupervisor>;

  const lives = (): boolean => script.exitCode === null && script.signalCode === null;

  beforeEach(async () => {
    runs = mkdtempSync(join(tmpdir(), 'gavel-runs-'));
    const names = { key: 'a run', service: 'shop', environment: 'staging', version: '1.0.0', commit: 'c'.repeat(40) };
    openRunFolder(runs, id).claim({ ...names, timeLimitMs: 10_000, claimedAt: clock.now() });
    supervisor = createSupervisor({ runs, script: 'none.js', clock, logger: silentLogger });
    supervisor.follow(id);
  });

  afterEach(async () => {
    await supervisor.close();
    script?.kill('SIGKILL');
    rmSync(runs, { recursive: true, force: true });
  });

  /** A real process in its own group, which identifies itself like the real script. */
  async function startScript(): Promise<void> {
    const processes = require.resolve('../../../detached/processes.js');
    const started = join(runs, id, 'started.json');
    const code = `require('fs').writeFileSync(${JSON.stringify(started)}, JSON.stringify(require(${JSON.stringify(processes)}).ownIdentity()));
      console.log('started'); setInterval(() => undefined, 1_000)`;
    script = spawn(process.execPath, ['-e', code], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(script.stdout ?? script, 'data');
  }

  for (const [name, stepMs] of Object.entries({
    '2 days on': 172_800_000,
    '120 s on': 120_000,
    '1 h back': -3_600_000,
  }))
    it(`leaves a run alone when the clock is set ${name}`, async () => {
      await startScript();
      await supervisor.look(id);
      clock.step(stepMs);
      await supervisor.look(id);
      clock.advance(1_000);
      await supervisor.look(id);
      assert.ok(lives());
      assert.equal(openRunFolder(runs, id).result(), undefined);
    });

  it('leaves a run alone after the machine was paused for two days', async () => {
    await startScript();
    await supervisor.look(id);
    clock.advance(172_800_000);
    await supervisor.look(id);
    assert.ok(lives());
  });

  it('stops a run that it has watched for longer than its limit', async () => {
    await startScript();
    await supervisor.look(id);
    const ended = once(script, 'exit');
    for (let look = 0; look < 7; look++) {
      clock.advance(5_000);
      await supervisor.look(id);
    }
    await ended;
    assert.equal(script.signalCode, 'SIGKILL');
    assert.ok(existsSync(join(runs, id, 'overdue.json')), 'what settles it can say that its time was up');
  });

  it('kills a run that does not stop when asked', async () => {
    await startScript();
    openRunFolder(runs, id).askToCancel(clock.now());
    clock.step(172_800_000);
    await supervisor.look(id);
    assert.ok(lives(), 'it has its time to put things back, whatever the clock says');
    const ended = once(script, 'exit');
    for (let look = 0; look < 5; look++) {
      clock.advance(5_000);
      await supervisor.look(id);
    }
    await ended;
    assert.equal(script.signalCode, 'SIGKILL');
    assert.ok(!existsSync(join(runs, id, 'overdue.json')));
  });

  it('gives up a claim without a script after watching it long enough, not when the clock jumps', async () => {
    await supervisor.look(id);
    clock.step(172_800_000);
    await supervisor.look(id);
    assert.equal(openRunFolder(runs, id).result(), undefined);
    for (let look = 0; look < 4; look++) {
      clock.advance(5_000);
      await supervisor.look(id);
    }
    assert.equal(openRunFolder(runs, id).result()?.reason, 'the deploy script didn’t start');
  });
});
