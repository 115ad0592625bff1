import assert from 'node:assert/strict';
import { readBuildRunId, readPipelineName, writePipelineName } from '../../../src/connectors/azure-devops/runs/names';
import { readPipelineFile, valuesOf } from '../../../src/connectors/azure-devops/runs/parameters';
import { failureOf } from '../http/client-world';
import { bind } from '../open-connection';
import { asked } from '../run-requests';
import { openAzure } from './connection';
import { AzureDevops } from './double';

describe('the names of Azure DevOps', () => {
  it('of pipelines have their folder in front', () => {
    assert.equal(writePipelineName({ path: '\\', name: 'deploy' }), 'deploy');
    assert.equal(writePipelineName({ path: '\\shop\\eu', name: 'deploy' }), 'shop/eu/deploy');
    assert.deepEqual(readPipelineName('shop/eu/deploy'), { folder: '\\shop\\eu', name: 'deploy' });
    assert.deepEqual(readPipelineName('deploy'), { folder: '\\', name: 'deploy' });
  });

  it('of runs are their numbers, and nothing else', () => {
    assert.deepEqual(readBuildRunId('812#2'), { build: 812, attempt: 2 });
    for (const wrong of ['', '812/..', '812#', '-1', '8e2', '812 ', '#2'])
      assert.equal(readBuildRunId(wrong), undefined);
  });

  it('that a template fills in name this pipeline and no other', async () => {
    const azure = await AzureDevops.start();
    const connection = openAzure(azure);
    azure.world.pipeline('deploy');
    for (const service of [
      '*',
      'dep*',
      'deploy&name=other',
      '../deploy',
      'deploy\\',
      '%2e%2e',
      'deploy?x=1',
      '{service}',
      '',
    ]) {
      const bound = { repository: 'shop', build: '{service}' };
      const source = bind(connection, 'source', bound, { service, environment: 'production' });
      assert.equal((await failureOf(source.releases())).failure, 'not found', service);
    }
    assert.equal(azure.countOf('listBuilds'), 0);
    await connection.close();
    await azure.close();
  });
});

describe('the file of a pipeline', () => {
  const start = { key: 'K-1', by: asked.by, values: {} };

  it('that isn’t one tells nothing, so that anything may be sent', () => {
    for (const text of ['', '- a', 'parameters: 7', 'a: [', 'a: &a [*a, *a]']) {
      const read = readPipelineFile(text);
      assert.deepEqual(read.declared, []);
      assert.deepEqual(valuesOf(read, start), { values: {} });
    }
  });

  it('can declare parameters as a map, as templates do', () => {
    const read = readPipelineFile('parameters:\n  version: ""\n  gavelKey: ""\n');
    assert.deepEqual(valuesOf(read, { ...start, values: { version: '2' } }), {
      values: { version: '2', gavelKey: 'K-1' },
    });
    assert.deepEqual(valuesOf(read, { ...start, values: { other: '2' } }), { refused: 'it has no parameter other' });
  });

  it('can’t have Gavel’s own parameters filled in by people', () => {
    const read = readPipelineFile('parameters:\n  - { name: gavelKey, type: string }\n');
    assert.deepEqual(valuesOf(read, { ...start, values: { gavelKey: 'mine' } }), { values: { gavelKey: 'K-1' } });
  });
});
