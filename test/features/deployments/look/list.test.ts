import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CardContent } from '../../../../src/chat/contract';
import { silentLogger } from '../../../../src/core/telemetry/logger';
import type { Deployment } from '../../../../src/features/deployments/contract';
import { listAction, listCommand } from '../../../../src/features/deployments/look/list';
import type { ListParts } from '../../../../src/features/deployments/look/list';
import { readDeployments } from '../../../../src/features/deployments/store';
import { deploymentWorkflow } from '../../../../src/features/deployments/workflow';
import type { Store } from '../../../../src/store/contract';
import { openSqliteStore } from '../../../../src/store/sqlite';
import { ada, dana, readingDependencies, start, turnOf } from '../../help/commands-for-tests';
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
    const reply = await (id === undefined
      ? listCommand(parts, []).run(turnOf(ada), { filter })
      : listAction(parts).run(turnOf(ada), { id }));
    assert.ok('card' in reply && reply.card === 'deployments/list');
    return reply.data;
  }
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

  it('says what it shows, and names a word that means nothing', async () => {
    const { title, sentence } = await ask('failed in production today');
    assert.equal(title, 'production, failed, today');
    assert.match(sentence.replaceAll('\u00a0', ' '), /^\*\*2 deployments\*\*, newest first/);
    assert.match((await ask('staging today')).sentence, /Nothing matches/);
    await assert.rejects(ask('shpo'), /I don’t know “shpo”.*Did you mean shop\?/);
  });

  it('pages over all that is kept', async () => {
    for (let number = 1100; number < 1125; number++) await add(number, { state: 'succeeded' });
    const seen = new Set<string>();
    let page = await ask('shop staging');
    assert.match(page.sentence.replaceAll('\u00a0', ' '), /26 deployments/);
    for (let pages = 0; pages < 5; pages++) {
      for (const { number } of page.rows) seen.add(number);
      const [older] = page.actions;
      if (!older) break;
      page = await ask('', older.id);
    }
    assert.equal(seen.size, 26);
  });
});
