import assert from 'node:assert/strict';
import { neededEvents } from '../../../src/connectors/azure-devops/hooks/events';
import { openAzure, pipelinesOf } from './connection';
import { AzureDevops } from './double';

/** As https://learn.microsoft.com/azure/devops/service-hooks/events shows them, with all details or few. */
const stateChanged = {
  ...{ subscriptionId: 'b0000000-1', notificationId: 3, id: 'd0000000-1', publisherId: 'pipelines' },
  eventType: 'ms.vss-pipelines.run-state-changed-event',
  resource: { run: { id: 812, state: 'completed' }, pipeline: { id: 7 } },
};

describe('what Azure DevOps says on its own', () => {
  const read = async (body: unknown) => {
    const connection = openAzure(
      { url: 'http://azure.example/acme' },
      { settings: { hook: { secret: 'GAVEL_AZURE_HOOK' } } },
    );
    try {
      return await connection.events?.read(typeof body === 'string' ? body : JSON.stringify(body), () => undefined);
    } finally {
      await connection.close();
    }
  };

  it('names the run, whatever details the subscription sends', async () => {
    const runs = ['812', '812#2', '812#3'];
    const minimal = { url: 'https://dev.azure.com/acme/project-1/_apis/pipelines/7/runs/812' };
    const owner = { owner: { id: 812 } };
    for (const [eventType, resource] of [
      ['ms.vss-pipelines.run-state-changed-event', { run: { id: 812 } }],
      ['ms.vss-pipelines.run-state-changed-event', { run: minimal }],
      ['ms.vss-pipelines.stage-state-changed-event', { run: { id: 812 }, stage: { name: 'Deploy' } }],
      ['ms.vss-pipelinechecks-events.approval-pending', { approval: { id: 'e5', pipeline: owner } }],
      ['build.complete', { id: 812, status: 'completed' }],
      ['build.complete', { url: 'https://dev.azure.com/acme/project-1/_apis/build/Builds/812' }],
    ] as const) {
      const event = await read({ ...stateChanged, eventType, resource });
      assert.deepEqual([event?.name, event?.runs, event?.isUnused], [eventType, runs, undefined]);
      assert.equal(event?.concernsApprovals, eventType !== 'build.complete');
    }
  });

  it('is known again if it’s sent again', async () => {
    const [one, same] = [await read(stateChanged), await read({ ...stateChanged, notificationId: 4 })];
    assert.equal(one?.delivery, 'd0000000-1/b0000000-1');
    assert.equal(one?.delivery, same?.delivery);
  });

  it('is no use if it’s about something else, and isn’t read if it’s nothing of Azure DevOps', async () => {
    const other = await read({ ...stateChanged, eventType: 'tfvc.checkin', resource: { id: 812 } });
    assert.deepEqual([other?.isUnused, other?.runs], [true, []]);
    for (const body of ['', '[]', '{"eventType":"<b>"}', '{"resource":{}}']) assert.equal(await read(body), undefined);
    assert.deepEqual((await read({ ...stateChanged, resource: { run: { url: 'javascript:/runs/../' } } }))?.runs, []);
  });

  it('makes Gavel read the run anew', async () => {
    const azure = await AzureDevops.start();
    const connection = openAzure(azure, { settings: { hook: { user: 'azure', secret: 'GAVEL_AZURE_HOOK' } } });
    const build = azure.world.build(azure.world.pipeline('deploy'));
    build.stage('Deploy');
    const status = async () => (await pipelinesOf(connection).runStatus(String(build.id)))?.state;
    assert.equal(await status(), 'running');
    build.end('succeeded');
    assert.equal(await status(), 'running');
    await connection.events?.read(
      JSON.stringify({ ...stateChanged, resource: { run: { id: build.id } } }),
      () => undefined,
    );
    assert.equal(await status(), 'succeeded');
    assert.equal(connection.hook?.by, 'password');
    await connection.close();
    await azure.close();
  });

  it('isn’t heard unless the connection says so', async () => {
    const connection = openAzure({ url: 'http://azure.example/acme' });
    assert.deepEqual([connection.hook, connection.events], [undefined, undefined]);
    await connection.close();
  });

  it('has a line of the check for what isn’t subscribed to, and for what was turned off', async () => {
    const azure = await AzureDevops.start();
    const connection = openAzure(azure, { settings: { run: [], hook: { secret: 'GAVEL_AZURE_HOOK' } } });
    const problem = async () => (await connection.check()).find(({ about }) => about === 'receiving events')?.problem;
    assert.match((await problem()) ?? '', /No service hook for build\.complete, /);
    const url = 'https://gavel.example/api/hooks/azure-devops';
    for (const eventType of neededEvents) azure.world.subscriptions.push({ eventType, url, status: 'enabled' });
    assert.equal(await problem(), undefined);
    for (const each of azure.world.subscriptions.slice(0, 1)) each.status = 'disabledBySystem';
    assert.match((await problem()) ?? '', /build\.complete.*enable/i);
    azure.forbidden.add('read subscriptions');
    assert.match((await problem()) ?? '', /refused/);
    await connection.close();
    await azure.close();
  });
});
