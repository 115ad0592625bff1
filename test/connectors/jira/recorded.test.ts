import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli';
import { sampleCatalogText } from '../../features/fakes';
import { startReplay } from '../replay';
import { target } from '../contract';
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

async function replay(folder: string) {
  const server = await startReplay(folder);
  const lines = await checkAt(server.url).finally(() => server.stop());
  assert.deepEqual(server.unknown, []);
  return lines;
}

describe('a recording of Jira', () => {
  it('is made with reading calls alone, shows no token, and replays as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-record-jira-'));
    const jira = await Jira.start('cloud');
    try {
      jira.permissions.delete('LINK_ISSUES');
      const file = join(folder, 'catalog.yaml');
      const connection = `{ kind: jira, url: "${jira.url}", user: ${mail}, credential: GAVEL_JIRA }`;
      const bindings = 'bindings: { tickets: { connection: issues, project: SHOP } }';
      writeFileSync(file, `${sampleCatalogText}connections: { issues: ${connection} }\n${bindings}\n`);
      const environment = { GAVEL_CATALOG: file, GAVEL_DATA: join(folder, 'data'), GAVEL_JIRA: token };
      const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
      const said: string[] = [];
      const code = await runCommandLine(['connectors', 'record', 'issues', '--to', to], environment, (line) =>
        said.push(line),
      );
      assert.equal(code, 0, said.join('\n'));
      for (const text of readdirSync(to).map((name) => readFileSync(join(to, name), 'utf8'))) {
        assert.equal((JSON.parse(text) as { request: { method: string } }).request.method, 'GET');
        for (const gone of [token, '127.0.0.1']) assert.ok(!text.includes(gone), `${gone} in ${text}`);
      }
      const lines = await checkAt(jira.url);
      assert.equal(lines.filter(({ problem }) => problem !== undefined).length, 1);
      assert.deepEqual(await replay(to), lines);
    } finally {
      await jira.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('that is kept is read as it was', async () => {
    const problems = (await replay(recorded)).flatMap(({ about, problem }) => (problem === undefined ? [] : [about]));
    assert.deepEqual(problems, ['SHOP: linking issues']);
  });
});
