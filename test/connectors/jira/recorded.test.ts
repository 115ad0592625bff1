import assert from 'node:assert/strict';
import { join } from 'node:path';
import { target } from '../contract';
import { readRecording, withRecording } from '../record';
import { openJira } from './connection';
import { Jira, mail, token } from './double';

/** What `npx gavel connectors record` keeps of the double. `RECORD_TO=test/connectors/jira/recorded npx mocha test/connectors/jira/recorded.test.ts` makes it anew. */
const recorded = join(__dirname, 'recorded');

/** Each line of the check, as the answers of this Jira say. */
async function checkAt(url: string) {
  const values = { project: { pieces: ['SHOP'] } };
  const connection = openJira(
    { url, edition: 'cloud' },
    { targets: (capability) => (capability === 'tickets' ? [{ ...target, values }] : []) },
  );
  return connection.check().finally(() => connection.close());
}

describe('a recording of Jira', () => {
  it('is made with reading calls alone, shows no token, and replays as it was', async () => {
    const jira = await Jira.start('cloud');
    try {
      jira.permissions.delete('LINK_ISSUES');
      const connection = `{ kind: jira, url: "${jira.url}", user: ${mail}, credential: GAVEL_JIRA }`;
      const recording = { connection, binding: ', project: SHOP', setting: 'GAVEL_JIRA', secret: token };
      await withRecording(recording, async (folder) => {
        const lines = await checkAt(jira.url);
        assert.equal(lines.filter(({ problem }) => problem !== undefined).length, 1);
        assert.deepEqual(await readRecording(folder, checkAt), lines);
      });
    } finally {
      await jira.close();
    }
  });

  it('that is kept is read as it was', async () => {
    const lines = await readRecording(recorded, checkAt);
    assert.deepEqual(
      lines.flatMap(({ about, problem }) => (problem === undefined ? [] : [about])),
      ['SHOP: linking issues'],
    );
  });
});
