import assert from 'node:assert/strict';
import { join } from 'node:path';
import { seleniumConnector } from '../../../src/connectors/selenium';
import { openConnection } from '../open-connection';
import { startReplay } from '../replay';

/** A recording of a real Grid 4.48. `RECORD_TO=test/connectors/selenium/recorded npm run test:servers -- test/connectors/selenium/selenium.server.ts` makes a new one. */
const recorded = join(__dirname, 'recorded');

describe('the Selenium connector with recorded answers of a real Grid', () => {
  it('reads how the Grid is and what is allowed', async () => {
    const replay = await startReplay(recorded);
    const connection = openConnection(seleniumConnector, { url: replay.url });
    const lines = await connection.check().finally(async () => {
      await connection.close();
      await replay.stop();
    });
    assert.deepEqual(replay.unknown, []);
    assert.deepEqual(lines, [
      { about: 'Selenium Grid 4.48.0: 1 node, 2 of 2 browsers free, no session waiting' },
      { about: 'starting sessions' },
      { about: 'ending sessions' },
    ]);
  });
});
