import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action, CardContent } from '../../../../src/chat/contract';
import { silentLogger } from '../../../../src/core/telemetry/logger';
import type { Deployment } from '../../../../src/features/deployments/contract';
import { createDeploymentsList } from '../../../../src/features/deployments/look/list';
import type { ListParts } from '../../../../src/features/deployments/look/search';
import { readDeployments } from '../../../../src/features/deployments/store';
import { deploymentWorkflow } from '../../../../src/features/deployments/workflow';
import type { Store } from '../../../../src/store/contract';
import { openSqliteStore } from '../../../../src/store/sqlite';
import { ada, dana, nico, readingDependencies, start, turnOf } from '../../help/commands-for-tests';
import { deploymentOf } from '../picker/picker-world';

describe('the list of deployments', () => {
  let folder: string;
  let store: Store;
  let parts: ListParts;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gavel-deployments-'));
    const [file = '', auditKeyFile = '', auditAnchorFile = ''] = ['gavel.db', 'key', 'anchor'].map((name) =>
      join(folder, name),
    );
    store = openSqliteStore({ file, auditKeyFile, auditAnchorFile, instance: 'test', logger: silentLogger });
    const deps = readingDependencies(store);
    parts = {
      deps,
      deployments: readDeployments(
        deps,
        store.collection(deploymentWorkflow.spec),
      ) as unknown as ListParts['deployments'],
    };
    await add(1001, { requester: dana, environment: 'staging', state: 'succeeded', requestedAt: start - 86_400_000 });
    await add(1002, { requester: dana, environment: 'production', state: 'failed' });
    await add(1003, { requester: ada, environment: 'production', state: 'rolled back' });
    await add(1004, { requester: ada, environment: 'production', state: 'succeeded', kind: 'rollback' });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function add(number: number, facts: Partial<Deployment>): Promise<void> {
    const request = {
      ...{ service: 'shop', environment: 'staging', version: '2.15.0', reason: '', requester: dana },
      ...{ placeId: 'p', thread: undefined, correlationId: 'c', key: `k${number}`, kind: 'deploy' as const },
    };
    const made = {
      ...deploymentOf(request, number),
      requestedAt: start - 60_000 + number,
      stateSince: start,
      ...facts,
    };
    await store.collection(deploymentWorkflow.spec).insert(`id-${number}`, { ...made, pending: [] });
  }

  async function ask(filter: string, id?: string): Promise<CardContent<'deployments/list'>['data']> {
    const { command } = createDeploymentsList(parts, []);
    const reply = await (id === undefined
      ? command.run(turnOf(ada), { filter })
      : actionOf('deployments.older').run(turnOf(ada), { id }));
    assert.ok('card' in reply && reply.card === 'deployments/list');
    return reply.data;
  }
  const actionOf = (verb: string): Action =>
    createDeploymentsList(parts, []).actions.find((each) => each.verb === verb) ?? assert.fail(verb);
  const numbers = async (filter: string): Promise<string> =>
    (await ask(filter)).rows.map(({ number }) => number).join(' ');

  for (const [filter, expected] of [
    ['', 'D-1004 D-1003 D-1002 D-1001'],
    ['production', 'D-1004 D-1003 D-1002'],
    ['failed', 'D-1003 D-1002'],
    ['failed in production today', 'D-1003 D-1002'],
    ['by dana', 'D-1002 D-1001'],
    ['dana yesterday', 'D-1001'],
    ['production by dana', 'D-1002'],
    ['rolled back', 'D-1003'],
    ['rollbacks', 'D-1004'],
    ['shop in staging', 'D-1001'],
    ['d-1003', 'D-1003'],
    ['staging today', ''],
  ] as const)
    it(`shows ${expected || 'nothing'} for “${filter}”`, async () => assert.equal(await numbers(filter), expected));

  it('says what it shows, and names an unknown word', async () => {
    const { title, sentence } = await ask('failed in production today');
    assert.equal(title, 'production, failed, today');
    assert.match(sentence.replaceAll('\u00a0', ' '), /^\*\*2 deployments\*\*, newest first/);
    assert.match((await ask('staging today')).sentence, /Nothing matches/);
    await assert.rejects(ask('shpo'), /I don’t know “shpo”.*Did you mean shop\?/);
  });

  it('pages over everything that is kept', async () => {
    for (let number = 1100; number < 1125; number++) await add(number, { state: 'succeeded' });
    const seen = new Set<string>();
    let page = await ask('shop staging');
    assert.match(page.sentence.replaceAll('\u00a0', ' '), /26 deployments/);
    for (let pages = 0; pages < 5; pages++) {
      for (const { number } of page.rows) seen.add(number);
      const older = page.actions.find(({ verb }) => verb === 'deployments.older');
      if (!older) break;
      page = await ask('', older.id);
    }
    assert.equal(seen.size, 26);
  });

  async function exported(format: 'csv' | 'json', filter: string): Promise<string> {
    const { actions } = await ask(filter);
    const { id } = actions.find(({ verb }) => verb === `deployments.export-${format}`) ?? assert.fail('no button');
    const { file } = await actionOf(`deployments.file-${format}`).run(turnOf(ada), { id });
    return file?.body ?? assert.fail('no file');
  }

  it('exports what the filter finds, newest first, with the facts of each', async () => {
    await add(1005, {
      ...{ requester: dana, state: 'failed', emergency: true, reason: '=1+1, "x"' },
      ...{ approvedBy: [ada, dana], requestedAt: start - 10_000 },
    });
    const lines = (await exported('csv', 'failed today')).trimEnd().split('\r\n');
    assert.equal(
      lines[0],
      'number,kind,service,environment,version,commit,replaces,state,requestedBy,approvedBy,requestedAt,startedAt,changedAt,reason',
    );
    assert.deepEqual(
      lines.slice(1).map((line) => line.slice(0, 6)),
      ['D-1005', 'D-1003', 'D-1002'],
    );
    assert.match(lines[1] ?? '', /^D-1005,emergency deploy,shop,staging,2\.15\.0,/);
    assert.match(lines[1] ?? '', /,failed,Dana Developer,Ada Admin; Dana Developer,2026-11-20T13:50:50\.000Z,/);
    assert.match(lines[1] ?? '', /,"'=1\+1, ""x"""$/);
    const json = JSON.parse(await exported('json', 'rollbacks')) as { number: string; kind: string }[];
    assert.deepEqual(
      json.map(({ number, kind }) => `${number} ${kind}`),
      ['D-1004 rollback'],
    );
  });

  it('exports to a typed line, leaves out what the person can’t view, and says so', async () => {
    const offered = async (filter: string, who = ada) =>
      createDeploymentsList(parts, []).command.run(turnOf(who, 'personal'), { filter });
    const reply = await offered('failed today as csv');
    assert.ok('text' in reply && reply.offers);
    assert.match(reply.text, /^\*\*deployments\.csv: 2\u00a0deployments\.\*\* Accept the file to save it/);
    assert.equal(reply.offers.description, 'Deployments: 2\u00a0deployments');
    assert.deepEqual(await offered('as csv staging today'), {
      notice: 'Nothing matches, so there is nothing to export.',
    });
    const catalog = parts.deps.catalog();
    const grants = [{ person: 'nico', role: 'viewer', environments: ['staging'] }];
    Object.assign(parts.deps, { catalog: () => ({ ...catalog, grants }) });
    const part = await offered('as json', nico);
    assert.ok('text' in part);
    assert.match(part.text, /1\u00a0deployment\.\*\* .*The export contains only what you can view\./);
    await assert.rejects(offered('as csv', dana), /can’t view deployments/);
  });
});
