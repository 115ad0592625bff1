import assert from 'node:assert/strict';
import type { OpenParts } from '../../../src/connectors/contract/kinds';
import { readTemplates } from '../../../src/core/catalog/templates';
import { target } from '../contract';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { openCloudBees } from './connection';
import { automation, CloudBees } from './double';
import { keyed } from './world';
import type { Project } from './world';

const at = '2026-11-30T10:00:00.000Z';
const live = { project: 'acme', application: '{service}', commitProperty: '{service}_commit' };
const bindings = new Map<string, object>([
  ['pipelines', { deploy: { pipeline: 'acme/pipeline/deploy', parameters: {} } }],
  ['running', live],
]);
const targets: OpenParts['targets'] = (capability) => {
  const binding = bindings.get(capability);
  return binding ? [{ ...target, values: readTemplates(binding).value }] : [];
};

describe('CloudBees CD', () => {
  let cloudbees: CloudBees;
  let acme: Project;

  beforeEach(async () => {
    cloudbees = await CloudBees.start();
    acme = cloudbees.project('acme');
    acme.pipeline('deploy', keyed, [{ name: 'production', tasks: [{ name: 'deploy' }] }]);
    acme.procedures.set('nightly', keyed);
    acme.inventory.set('production', [{ application: 'shop', component: 'web', version: '2.14.0', at }]);
    acme.properties.set('production', { shop_commit: 'abc' });
  });
  afterEach(() => cloudbees.close());

  const settings = { run: ['acme/procedure/*'] };

  async function linesOf(): Promise<Map<string, string | undefined>> {
    const connection = openCloudBees(cloudbees, { settings, targets });
    try {
      return new Map((await connection.check()).map(({ about, problem }) => [about, problem]));
    } finally {
      await connection.close();
    }
  }
  async function problemsOf(): Promise<Map<string, string | undefined>> {
    return new Map([...(await linesOf())].filter(([, problem]) => problem !== undefined));
  }

  it('has a line for each right and each place of keys', async () => {
    const lines = await linesOf();
    assert.deepEqual(
      [...lines.keys()],
      [
        'signing in',
        'reading procedures, pipelines, and releases',
        'reading runs and approvals in acme',
        'starting and aborting acme/pipeline/deploy',
        'keeping the key in acme/pipeline/deploy',
        'keeping the key in acme/procedure/nightly',
        'reading what is live for shop in production',
      ],
    );
    assert.deepEqual([...lines.values()].filter(Boolean), []);
    assert.deepEqual([cloudbees.runtimes.length, cloudbees.jobs.length], [0, 0]);
  });

  it('finds an account that may only read', async () => {
    cloudbees.readers.add(automation.user);
    const problems = await problemsOf();
    assert.deepEqual([...problems.keys()], ['starting and aborting acme/pipeline/deploy']);
    assert.match([...problems.values()].join(), /Execute privilege/);
  });

  it('finds what loses the key, and what is gone', async () => {
    acme.procedures.set('nightly', []);
    acme.pipelines.delete('deploy');
    const problems = await problemsOf();
    assert.match(problems.get('keeping the key in acme/procedure/nightly') ?? '', /^Add a parameter gavel_key/);
    assert.match(problems.get('keeping the key in acme/pipeline/deploy') ?? '', /^There’s no such pipeline/);
  });

  it('finds a password that is wrong, also if errors come with the status 200', async () => {
    cloudbees.accounts.clear();
    const problems = await problemsOf();
    assert.match(problems.get('signing in') ?? '', /rejected the credential/);
  });

  async function readLive(more: object = {}) {
    const connection = openCloudBees(cloudbees);
    try {
      return await bind(connection, 'running', { ...live, ...more }, target).read();
    } finally {
      await connection.close();
    }
  }

  it('says which release is live', async () => {
    assert.deepEqual(await readLive(), { version: '2.14.0', commit: 'abc', since: Date.parse(at) });
  });

  it('tells components with different versions apart, and leaves out what failed to deploy', async () => {
    acme.inventory.set('production', [
      { application: 'shop', component: 'web', version: '2.14.0', at },
      { application: 'shop', component: 'worker', version: '2.13.0', at },
      { application: 'shop', component: 'cron', version: '2.15.0', status: 'error', at },
      { application: 'billing', component: 'web', version: '1.0.0', at },
    ]);
    assert.equal((await readLive())?.version, '2.13.0 and 2.14.0');
    assert.equal((await readLive({ component: 'worker' }))?.version, '2.13.0');
  });

  it('says that nothing is live where nothing was deployed, and that the commit is missing', async () => {
    acme.properties.clear();
    assert.equal((await failureOf(readLive())).failure, 'invalid answer');
    acme.inventory.set('production', []);
    assert.equal(await readLive(), undefined);
  });
});
