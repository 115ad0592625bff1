import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '../../../src/connectors/machine/metrics';
import type { MachineMetrics } from '../../../src/connectors/machine/metrics';
import { createServicePlaces } from '../../../src/connectors/machine/places';
import { silentLogger } from '../../../src/core/telemetry/logger';
import { createMovableClock } from '../../core/time/movable-clock';
import { sandboxCatalog, targetsIn } from '../local/local-world';

const start = Date.parse('2026-03-02T09:00:00Z');

describe('metrics across a restart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gavel-metrics-'));
  const file = join(folder, 'samples.jsonl');
  const targets = targetsIn(sandboxCatalog());
  const clock = createMovableClock(start);
  let answer = Promise.resolve();
  after(() => rmSync(folder, { recursive: true }));

  function open(): MachineMetrics {
    return createMetrics({
      places: createServicePlaces('local', () => targets),
      file,
      askHealth: () => answer.then(() => ({ code: 200, text: '' })),
      count: () => Promise.resolve(undefined),
      clock,
      logger: silentLogger,
      sampleIntervalMs: 60_000,
    });
  }

  it('know since when a service has been healthy', async () => {
    const one = open();
    assert.deepEqual(await one.answeringSince('shop', 'production'), { well: true, since: start });
    await one.close();
    clock.advance(20_000);
    const next = open();
    assert.deepEqual(await next.answeringSince('shop', 'production'), { well: true, since: start });
    await next.close();
  });

  it('have stored the check that was in progress when they were closed', async () => {
    const one = open();
    let release = (): void => undefined;
    answer = new Promise((resolve) => (release = resolve));
    clock.advance(20_000);
    const asked = one.answeringSince('search', 'production');
    const closed = one.close().then(() => readFileSync(file, 'utf8'));
    release();
    assert.match(await closed, /search\.production/);
    await asked;
  });
});
