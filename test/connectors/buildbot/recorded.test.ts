import assert from 'node:assert/strict';
import { join } from 'node:path';
import { buildbotConnector } from '../../../src/connectors/buildbot';
import { openConnection } from '../open-connection';
import { startReplay } from '../replay';
import { readAll } from './reading-calls';

/** A recording of a real Buildbot 3.7. `RECORD_TO=test/connectors/buildbot/recorded npm run test:servers -- test/connectors/buildbot/buildbot.server.ts` makes a new one. */
const recorded = join(__dirname, 'recorded');

describe('the Buildbot connector with recorded answers of a real Buildbot', () => {
  it('reads a run that failed, its pipeline and its log', async () => {
    const replay = await startReplay(recorded);
    const settings = { url: replay.url, user: 'gavel', credential: 'GAVEL_BUILDBOT', run: ['nightly', 's*'] };
    const connection = openConnection(buildbotConnector, settings, { secrets: { GAVEL_BUILDBOT: 'not-a-secret' } });
    const start = { key: 'key1x', pipeline: 'nightly', values: {}, by: { name: 'Noor', id: 'noor' }, askedAt: 0 };
    const seen = await readAll(connection, start, '1').finally(async () => {
      await connection.close();
      await replay.stop();
    });
    assert.deepEqual(replay.unknown, []);
    assert.deepEqual(seen.offered.map(({ id }) => id).sort(), ['nightly', 'silent', 'slow']);
    assert.deepEqual(
      seen.described?.parameters.map(({ name, type, isRequired }) => [name, type, isRequired]),
      [
        ['title', 'text', true],
        ['notes', 'text', false],
        ['count', 'number', false],
        ['quick', 'boolean', false],
        ['level', 'choice', false],
      ],
    );
    assert.deepEqual(seen.found, { found: 'run', id: '1' });
    assert.deepEqual([seen.status.state, seen.status.reason], ['failed', "test: failed 'sh -c ...' (failure)"]);
    assert.deepEqual(
      seen.status.steps.map(({ name, state }) => [name, state]),
      [
        ['worker_preparation', 'done'],
        ['compile', 'done'],
        ['test', 'failed'],
        ['lint', 'done'],
      ],
    );
    assert.equal(seen.log.at(-1), 'Error: 2 of 640 failed');
  });
});
