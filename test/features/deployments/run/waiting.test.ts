import assert from 'node:assert/strict';
import type { RunStatus } from '../../../../src/connectors/contract';
import { createDeploymentWorld } from '../deployment-world';
import type { DeploymentWorld } from '../deployment-world';

describe('the card of a deployment whose run doesn’t run yet, or no longer', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
  });
  afterEach(() => world.close());

  async function seen(id: string, status: Partial<RunStatus>): Promise<string[]> {
    for (const run of world.connector.runs.values()) run.status = { ...run.status, ...status };
    await world.pass(5_000);
    const content = world.outbox.messages.get(`deployment:${id}:card`)?.content;
    assert.ok(content && 'card' in content, 'it has a card');
    const { state, sentence } = content.data as { state: { word: string }; sentence: string };
    return [state.word, sentence];
  }

  it('says what the run waits for, where, and how it ended', async () => {
    const id = await world.running();
    const steps: RunStatus['steps'] = [];
    const tool = world.deps.systems.nameOf('shop') ?? assert.fail();
    const table: [status: Partial<RunStatus>, word: string, sentence: RegExp][] = [
      [{ state: 'queued', steps }, 'Queued', /^\*\*Queued in TOOL\.\*\*$/],
      [{ reason: 'no worker is free' }, 'Queued', /^\*\*Queued in TOOL\.\*\* No worker is free\.$/],
      [{ state: 'waiting' }, 'Waiting', /^\*\*Waiting in TOOL\.\*\* No worker is free\.$/],
      [
        { reason: undefined, approvals: [{ id: '1', name: 'Release *managers*' }] },
        'Waiting',
        /^\*\*Waiting for approval in TOOL\*\*: “Release \S*managers\S*”\.$/,
      ],
      [{ state: 'running' }, 'Running', /^\*\*Starting the run\.\*\*$/],
      [{ state: 'stopping' }, 'Stopping', /^\*\*Stopping\.\*\* The run was canceled in TOOL\.$/],
      [
        { state: 'superseded', endedAt: 1, reason: 'a newer request took its place' },
        'Superseded',
        /^\*\*Superseded\*\*: a newer request took its place\./,
      ],
    ];
    for (const [status, word, expected] of table) {
      const [shown, sentence = ''] = await seen(id, status);
      assert.equal(shown, word);
      assert.match(sentence.replace(tool, 'TOOL'), expected);
    }
    assert.equal(await world.state(id), 'superseded');
    assert.equal(world.connector.calls.cancelRun, 0);
  });

  it('lets it wait for longer than a run may take', async () => {
    const id = await world.running();
    await seen(id, { state: 'waiting' });
    await world.pass(1_200_000, 20_000);
    assert.equal(await world.state(id), 'running');
  });
});
