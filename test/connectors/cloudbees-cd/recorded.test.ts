import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../src/cli';
import { sampleCatalogText } from '../../features/fakes';
import { target } from '../contract';
import { bind } from '../open-connection';
import { startReplay } from '../replay';
import { openCloudBees } from './connection';
import { automation, CloudBees } from './double';
import { keyed } from './world';

/** What `npx gavel connectors record` keeps of the double. `RECORD_TO=test/connectors/cloudbees-cd/recorded npx mocha test/connectors/cloudbees-cd/recorded.test.ts` makes it anew. */
const recorded = join(__dirname, 'recorded');

/** A project with something of each kind and an environment. */
async function startCloudBees(): Promise<CloudBees> {
  const cloudbees = await CloudBees.start();
  const acme = cloudbees.project('acme');
  const strategy = { name: 'strategy', type: 'select', more: { simpleList: 'rolling|blue-green' } };
  const stages = [{ name: 'production', tasks: [{ name: 'sign off', approvers: ['gavel'] }, { name: 'deploy' }] }];
  acme.pipeline('deploy', [{ name: 'version', required: true }, strategy, ...keyed], stages);
  acme.release('2026 Q4', keyed, stages);
  acme.procedures.set('nightly', [{ name: 'suite' }]);
  acme.inventory.set('production', [
    { application: 'shop', component: 'web', version: '2.14.0', at: '2026-11-30T10:00:00.000Z' },
  ]);
  acme.properties.set('production', { shop_commit: 'a'.repeat(40) });
  return cloudbees;
}

/** Everything of it that the recording has. */
async function readAll(url: string) {
  const connection = openCloudBees({ url });
  const binding = { project: 'acme', application: '{service}', commitProperty: '{service}_commit' };
  try {
    const pipelines = await connection.pipelines?.list();
    return {
      pipelines: pipelines?.map(({ id }) => id),
      waiting: await connection.approvals?.waiting(),
      live: (await bind(connection, 'running', binding, target).read())?.version,
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

describe('a recording of CloudBees CD', () => {
  it('is made with reading calls alone, shows no password, and replays as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gavel-record-cloudbees-'));
    const cloudbees = await startCloudBees();
    try {
      const catalog = join(folder, 'catalog.yaml');
      const connection = `{ kind: cloudbees-cd, url: "${cloudbees.url}", user: ${automation.user}, credential: GAVEL_CD, projects: [acme], run: ["*"] }`;
      const binding = '{ connection: cd, project: acme, application: "{service}", commitProperty: "{service}_commit" }';
      writeFileSync(
        catalog,
        `${sampleCatalogText}connections: { cd: ${connection} }\nbindings: { running: [${binding}] }\n`,
      );
      const environment = { GAVEL_CATALOG: catalog, GAVEL_DATA: join(folder, 'data'), GAVEL_CD: automation.password };
      const to = process.env['RECORD_TO'] ?? join(folder, 'recorded');
      const said: string[] = [];
      const code = await runCommandLine(['connectors', 'record', 'cd', '--to', to], environment, (line) =>
        said.push(line),
      );
      assert.equal(code, 0, said.join('\n'));
      const files = readdirSync(to).map((name) => readFileSync(join(to, name), 'utf8'));
      for (const text of files) {
        const { request } = JSON.parse(text) as { request: { method: string; path: string } };
        assert.match(
          `${request.method} ${request.path}`,
          /^GET |^PUT .*request=(?:findObjects|getPipelineRuntimeDetails|getPipelineStageRuntimeTasks)$/,
        );
        for (const gone of [automation.password, '127.0.0.1']) assert.ok(!text.includes(gone), `${gone} in ${text}`);
      }
      assert.deepEqual([cloudbees.runtimes.length, cloudbees.jobs.length], [0, 0]);
      assert.deepEqual(await readAgain(to), await readAll(cloudbees.url));
    } finally {
      await cloudbees.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('still says the same to the connector', async () => {
    assert.deepEqual(await readAgain(recorded), {
      pipelines: ['acme/procedure/nightly', 'acme/pipeline/deploy', 'acme/release/2026%20Q4'],
      waiting: [],
      live: '2.14.0',
      problems: ['keeping the key in acme/procedure/nightly'],
    });
  });
});
