import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli';
import { sampleCatalogText } from '../../features/fakes';
import { startReplay } from '../replay';
import { openJenkins } from './connection';
import { automation, Jenkins } from './double';
import { keyed } from './world';

/** What `npx gavel connectors record` keeps of the double. `RECORD_TO=test/connectors/jenkins/recorded npx mocha test/connectors/jenkins/recorded.test.ts` makes it anew. */
const recorded = join(__dirname, 'recorded');

/** Jobs in a folder, with and without a key, and a branch, with Blue Ocean. */
async function startJenkins(): Promise<Jenkins> {
  const jenkins = await Jenkins.start();
  jenkins.hasBlueOcean = true;
  const strategy = { name: 'STRATEGY', type: 'ChoiceParameterDefinition', choices: ['rolling', 'blue-green'] };
  jenkins.job('shop/deploy', [{ name: 'VERSION', description: 'What to deploy' }, strategy, ...keyed]);
  jenkins.job('shop/app/feat%2Fcart', keyed);
  jenkins.job('nightly', [], false);
  return jenkins;
}

/** Everything of it that the recording has. */
async function readAll(url: string) {
  const connection = openJenkins({ url });
  try {
    return {
      pipelines: (await connection.pipelines?.list())?.map(({ id }) => id),
      waiting: await connection.approvals?.waiting(),
      problems: (await connection.check()).flatMap(({ about, problem }) => (problem === undefined ? [] : [about])),
    };
  } finally {
    await connection.close();
  }
}

async function readAgain(folder: string) {
  const replay = await startReplay(folder);
  const seen = await readAll(replay.url).finally(() => replay.stop());
  assert.deepEqual(replay.unknown, []);
  return seen;
}

describe('a recording of Jenkins', () => {
  it('is made with reading calls alone, shows no token, and replays as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-record-jenkins-'));
    const jenkins = await startJenkins();
    try {
      const catalog = join(folder, 'catalog.yaml');
      const connection = `{ kind: jenkins, url: "${jenkins.url}", user: ${automation.user}, credential: GAVEL_JENKINS, run: ["*"] }`;
      writeFileSync(catalog, `${sampleCatalogText}connections: { ci: ${connection} }\n`);
      const environment = { GAVEL_CATALOG: catalog, GAVEL_DATA: join(folder, 'data'), GAVEL_JENKINS: automation.token };
      const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
      const said: string[] = [];
      const code = await runCommandLine(['connectors', 'record', 'ci', '--to', to], environment, (line) =>
        said.push(line),
      );
      assert.equal(code, 0, said.join('\n'));
      for (const text of readdirSync(to).map((name) => readFileSync(join(to, name), 'utf8'))) {
        assert.equal((JSON.parse(text) as { request: { method: string } }).request.method, 'GET');
        for (const gone of [automation.token, '127.0.0.1']) assert.ok(!text.includes(gone), `${gone} in ${text}`);
      }
      assert.deepEqual(jenkins.items, []);
      assert.deepEqual(await readAgain(to), await readAll(jenkins.url));
    } finally {
      await jenkins.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('still says the same to the connector', async () => {
    assert.deepEqual(await readAgain(recorded), {
      pipelines: ['shop/deploy', 'shop/app/feat%2Fcart', 'nightly'],
      waiting: [],
      problems: ['keeping the key in nightly'],
    });
  });
});
