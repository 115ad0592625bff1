import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readRecording, withRecording } from '../record';
import { openServiceNow } from './connection';
import { account, ServiceNow } from './double';

/** What `npx gavel connectors record` keeps of the double. `RECORD_TO=test/connectors/servicenow/recorded npx mocha test/connectors/servicenow/recorded.test.ts` makes it anew. */
const recorded = join(__dirname, 'recorded');

async function checkAt(url: string) {
  const connection = openServiceNow({ url });
  return connection.check().finally(() => connection.close());
}

describe('a recording of ServiceNow', () => {
  it('is made with reading calls alone, shows no password, and replays as it was', async () => {
    const servicenow = await ServiceNow.start();
    try {
      servicenow.add();
      servicenow.unreadable.add('work_notes');
      const secret = { setting: 'GAVEL_SERVICENOW', secret: account.password };
      const connection = `{ kind: servicenow, url: "${servicenow.url}", user: ${account.user}, credential: GAVEL_SERVICENOW }`;
      await withRecording({ connection, binding: '', ...secret }, async (folder) => {
        const lines = await checkAt(servicenow.url);
        assert.equal(lines.filter(({ problem }) => problem !== undefined).length, 1);
        assert.deepEqual(await readRecording(folder, checkAt), lines);
      });
    } finally {
      await servicenow.close();
    }
  });

  it('that is kept is read as it was', async () => {
    const lines = await readRecording(recorded, checkAt);
    assert.deepEqual(
      lines.flatMap(({ about, problem }) => (problem === undefined ? [] : [about])),
      ['reading work_notes of incidents'],
    );
  });
});
