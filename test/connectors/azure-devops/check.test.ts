import assert from 'node:assert/strict';
import type { OpenConnection, OpenParts } from '../../../src/connectors/contract/kinds';
import { readTemplates } from '../../../src/core/catalog/templates';
import { target } from '../contract';
import { openAzure } from './connection';
import { AzureDevops } from './double';
import { RepositoryState } from './source-world';

const bindings = new Map<string, object>([
  ['pipelines', { deploy: { pipeline: '{service}/deploy', parameters: {} } }],
  ['source', { repository: '{service}' }],
  ['running', {}],
]);
const targets: OpenParts['targets'] = (capability) => {
  const binding = bindings.get(capability);
  return binding ? [{ ...target, values: readTemplates(binding).value }] : [];
};

describe('a check of a connection to Azure DevOps', () => {
  let azure: AzureDevops;
  let connection: OpenConnection;

  beforeEach(async () => {
    azure = await AzureDevops.start();
    azure.world.pipeline('deploy', undefined, { path: '\\shop' });
    azure.world.repositories.push(new RepositoryState('shop'));
    connection = openAzure(azure, { settings: { run: ['nightly'] }, targets });
  });
  afterEach(async () => {
    await connection.close();
    await azure.close();
  });

  const linesOf = async () => new Map((await connection.check()).map(({ about, problem }) => [about, problem]));
  const problemsOf = async () => new Map([...(await linesOf())].filter(([, problem]) => problem !== undefined));

  it('has a line for each right and each place of keys, and starts nothing', async () => {
    assert.deepEqual(
      [...(await linesOf()).keys()],
      [
        ...['signing in', 'reading pipelines', 'reading what waits for approval', 'reading runs of shop/deploy'],
        ...['keeping the key in shop/deploy', 'starting shop/deploy', 'canceling shop/deploy'],
        ...['reading releases and commits', 'reading pull requests', 'reading what is live'],
      ],
    );
    assert.deepEqual([...(await problemsOf())], []);
    assert.equal(azure.world.builds.length, 0);
  });

  it('names the rights to start and to stop that are missing, with their scope', async () => {
    azure.forbidden.add('queue builds').add('stop builds');
    const problems = await problemsOf();
    assert.deepEqual([...problems.keys()], ['starting shop/deploy', 'canceling shop/deploy']);
    assert.match(
      problems.get('starting shop/deploy') ?? '',
      /permission Queue builds on shop\/deploy.*Build \(read & execute\)/,
    );
    assert.match(problems.get('canceling shop/deploy') ?? '', /permission Stop builds/);
  });

  it('names the right to read code, and with it the file that it can’t read', async () => {
    azure.forbidden.add('read code');
    assert.deepEqual(
      [...(await problemsOf()).keys()],
      [...['keeping the key in shop/deploy', 'reading releases and commits', 'reading pull requests']],
    );
  });

  it('says what a pipeline needs to keep the key', async () => {
    azure.world.pipeline('nightly', 'parameters: []');
    assert.match(
      (await problemsOf()).get('keeping the key in nightly') ?? '',
      /Add the parameter gavelKey.*nightly\.yml/,
    );
    azure.world.pipelines.pop();
    azure.world.pipeline('nightly', undefined, { repositoryType: 'GitHub' });
    assert.match((await problemsOf()).get('keeping the key in nightly') ?? '', /isn’t in Azure Repos/);
  });

  it('says that a bound pipeline isn’t there', async () => {
    azure.world.pipelines.pop();
    assert.match((await problemsOf()).get('keeping the key in shop/deploy') ?? '', /There’s no such pipeline/);
  });

  it('says that a token isn’t accepted', async () => {
    const wrong = openAzure(azure, { secret: 'expired-token-of-somebody', targets });
    for (const { problem } of await wrong.check()) assert.match(problem ?? '', /rejected the credential/);
    await wrong.close();
  });
});
