import assert from 'node:assert/strict';
import { StoreUnavailableError } from '../../src/core/errors';
import { createLogger, quietRepeats } from '../../src/telemetry/logger';
import { createMovableClock } from '../core/time/movable-clock';

describe('the log while the store is out of reach', () => {
  it('logs the same failure once in ten seconds, with the number of omitted lines, and every other one', () => {
    const clock = createMovableClock(1_000_000);
    const lines: string[] = [];
    const logger = quietRepeats(
      createLogger({ level: 'info', format: 'json', write: (line) => lines.push(line) }),
      clock,
    );
    const full = new StoreUnavailableError('down', { cause: Object.assign(new Error('x'), { code: 'SQLITE_FULL' }) });
    for (let count = 0; count < 900; count++)
      logger.child({ turn: count }).error({ error: full }, 'A command or click failed');
    assert.equal(lines.length, 1);
    logger.error({ error: new Error('a bug') }, 'A command or click failed');
    logger.error({ error: new Error('a bug') }, 'A command or click failed');
    assert.equal(lines.length, 3);
    clock.advance(10_000);
    logger.error({ error: full }, 'A command or click failed');
    assert.equal((JSON.parse(lines[3] ?? '') as { leftOut: number }).leftOut, 899);
  });
});
