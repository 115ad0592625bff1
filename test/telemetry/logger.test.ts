import assert from 'node:assert/strict';
import { redactSecrets, registerSecret } from '../../src/core/text/secrets';
import { createLogger } from '../../src/telemetry/logger';

function collect(format: 'json' | 'text') {
  const lines: string[] = [];
  return { lines, logger: createLogger({ level: 'info', format, write: (line) => lines.push(line) }) };
}

describe('the log', () => {
  it('shows no registered secret, in any form or in an error', () => {
    const secret = 'hunter2/&very secret';
    registerSecret(secret);
    const { lines, logger } = collect('json');
    logger.error({ error: new Error(`denied: ${secret}`), url: `x?k=${encodeURIComponent(secret)}` }, 'Failed');
    logger.info({ header: Buffer.from(secret).toString('base64') }, secret);
    assert.doesNotMatch(lines.join(''), /hunter2|aHVudGVyMi/);
    assert.match(lines.join(''), /\[secret\]/);
  });

  it('shows no secret with quotes in it, which are escaped in a log line', () => {
    registerSecret('quote"back\\slash');
    for (const format of ['json', 'text'] as const) {
      const { lines, logger } = collect(format);
      logger.warn({ sent: 'quote"back\\slash', nested: { sent: 'quote"back\\slash' } }, 'Sent');
      assert.doesNotMatch(lines.join(''), /quote|slash/);
    }
  });

  it('replaces a secret that contains another one as a whole', () => {
    registerSecret('abcdef');
    registerSecret('abcdef-and-more');
    assert.equal(redactSecrets('x abcdef-and-more y'), 'x [secret] y');
  });

  it('lets no outside text forge a line or control the terminal', () => {
    const { lines, logger } = collect('text');
    logger.warn({ from: 'x\n12:00:00 info  All is well \u001b[2J' }, 'Heard');
    assert.equal(lines.join('').trimEnd().split('\n').length, 1);
    assert.ok(!lines.join('').includes('\u001b'));
  });

  it('shows where an error comes from, and what caused it', () => {
    const { lines, logger } = collect('text');
    logger.error({ error: new Error('outer', { cause: new Error('inner') }) }, 'Failed');
    assert.match(lines.join(''), /Failed\n {2}Error: outer\n[^]*logger\.test[^]*caused by: Error: inner/);
  });

  it('has the fields of a child on every line', () => {
    const { lines, logger } = collect('json');
    logger.child({ correlationId: 'c1' }).warn({ a: 1 }, 'Static text');
    assert.deepEqual(
      { ...JSON.parse(lines[0] ?? ''), time: 0 },
      { level: 'warn', time: 0, correlationId: 'c1', a: 1, msg: 'Static text' },
    );
  });

  it('is one line for people', () => {
    const { lines, logger } = collect('text');
    logger.info({ port: 3978 }, 'Listening');
    assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d info {2}Listening \(port=3978\)\n$/);
  });

  it('leaves out what is below its level', () => {
    const { lines, logger } = collect('text');
    logger.debug({}, 'Quiet');
    assert.deepEqual(lines, []);
  });
});
