import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { silentLogger } from '../../src/core/telemetry/logger';
import { stopInOrder } from '../../src/start/stop-in-order';
import type { StopStep } from '../../src/start/stop-in-order';
import { patienceMs } from '../patience';

const hung = (): Promise<void> => new Promise(() => undefined);

describe('stopping the parts', () => {
  it('happens one after another', async () => {
    const ended: string[] = [];
    const part = (what: string, turns: number): StopStep => [
      what,
      patienceMs,
      async () => {
        for (let turn = 0; turn < turns; turn++) await nextTurn();
        ended.push(what);
      },
    ];
    await stopInOrder(silentLogger, [part('server', 20), part('work', 5), part('store', 0)]);
    assert.deepEqual(ended, ['server', 'work', 'store']);
  });

  it('does not wait forever for one that hangs, nor skip the others', async () => {
    const ended: string[] = [];
    const said: string[] = [];
    const logger = { ...silentLogger, warn: (details: object) => void said.push(JSON.stringify(details)) };
    await stopInOrder(logger, [
      ['work', 60, hung],
      ['messages', 60, hung],
      ['store', 1_000, async () => ended.push('store')],
    ]);
    assert.deepEqual(ended, ['store']);
    assert.deepEqual(said, ['{"what":"work","byMs":60}', '{"what":"messages","byMs":60}']);
  });

  it('continues after a failure and reports it', async () => {
    const ended: string[] = [];
    await assert.rejects(
      stopInOrder(silentLogger, [
        ['work', 100, () => Promise.reject(new Error('broken'))],
        ['store', 100, async () => ended.push('store')],
      ]),
      /broken/,
    );
    assert.deepEqual(ended, ['store']);
  });
});
