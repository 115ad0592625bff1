import assert from 'node:assert/strict';
import type { SystemEvent } from '../../../../src/connectors/contract/hooks';
import type { OpenConnection } from '../../../../src/connectors/contract/kinds';
import { createHookDoor } from '../../../../src/connectors/hooks';
import type { HookAnswer } from '../../../../src/connectors/hooks';
import { silentLogger } from '../../../../src/core/telemetry/logger';
import { systemClock } from '../../../../src/core/time/clock';
import { hookSecret, signByGithub } from '../../hooks/signing';
import { openConnection } from '../../open-connection';
import { githubConnector } from '../../../../src/connectors/github';
import { token } from '../identities';
import type { ExampleName } from '../openapi/operations';
import { exampleOf } from '../webhooks';

type Told = Pick<SystemEvent, 'name' | 'runs' | 'concernsApprovals'>;
const hello = 'Codertocat/Hello-World';

describe('GitHub’s own examples of its events, through the door', () => {
  const looked: SystemEvent[] = [];
  let connection: OpenConnection;
  const logged: string[] = [];

  before(() => {
    connection = openConnection(
      githubConnector,
      { credential: 'GAVEL_GITHUB', run: ['*'], hook: { secret: 'GAVEL_HOOK' } },
      { secrets: { GAVEL_GITHUB: token, GAVEL_HOOK: hookSecret } },
    );
  });
  after(() => connection.close());
  beforeEach(() => {
    looked.splice(0);
    logged.splice(0);
  });

  function post(body: string, headers: Readonly<Record<string, string>>): Promise<HookAnswer> {
    const door = createHookDoor({
      connections: { get: () => connection },
      take: () => assert.fail('it tells of no alerts'),
      lookAt: async (_, event) => void looked.push(event),
      clock: systemClock,
      logger: { ...silentLogger, info: (fields) => void logged.push(JSON.stringify(fields)) },
    });
    const given = new Map(Object.entries(headers));
    return door({ connection: 'github', header: (name) => given.get(name), body: async () => Buffer.from(body) });
  }

  const told = (name: string, runs: readonly string[], concernsApprovals = false): Told => ({
    ...{ name, runs, concernsApprovals },
  });
  const used: Readonly<Partial<Record<ExampleName, Told>>> = {
    // One of another App’s checks.
    'check_run completed': told('check_run completed', []),
    'deployment_review requested': told(
      'deployment_review requested',
      ['terraform-test-github/sample-app/5453085689'],
      true,
    ),
    ping: told('ping', []),
    push: told('push', []),
    'workflow_job completed': told('workflow_job completed', [`${hello}/2202229078`]),
    'workflow_job in_progress': told('workflow_job in_progress', ['octo-org/example-workflow/940463255']),
    'workflow_job waiting': told('workflow_job waiting', ['lineville/elastic-machines-testing/4747967848'], true),
    'workflow_run completed': told('workflow_run completed', [`${hello}/1589141559`], true),
    'workflow_run requested': told('workflow_run requested', ['octo-org/octo-repo/289782451'], true),
  };
  for (const [name, expected] of Object.entries(used) as [ExampleName, Told][])
    it(`${name} says what to look at`, async () => {
      const { event, body } = exampleOf(name);
      assert.deepEqual(await post(body, signByGithub(body, event)), { status: 200 });
      const [{ name: called, runs, concernsApprovals } = assert.fail('nothing was looked at')] = looked;
      assert.deepEqual({ name: called, runs, concernsApprovals }, expected);
    });

  it('are refused with another signature, and with the signature of other words', async () => {
    const { event, body } = exampleOf('workflow_run completed');
    for (const headers of [
      signByGithub(body, event, { secret: 'guessed' }),
      signByGithub(`${body} `, event),
      { 'x-github-event': event, 'x-github-delivery': '1' },
    ])
      assert.deepEqual(await post(body, headers), { status: 401 });
    assert.deepEqual(looked, []);
  });

  it('are read from a form, too', async () => {
    const { event, body } = exampleOf('workflow_run completed');
    const form = `payload=${encodeURIComponent(body)}`;
    const headers = { ...signByGithub(form, event), 'content-type': 'application/x-www-form-urlencoded' };
    assert.deepEqual(await post(form, headers), { status: 200 });
    assert.equal(looked[0]?.name, 'workflow_run completed');
  });

  it('show in the log if Gavel has no use for them', async () => {
    const { event, body } = exampleOf('pull_request opened');
    assert.deepEqual(await post(body, signByGithub(body, event)), { status: 200 });
    assert.deepEqual(looked, []);
    assert.deepEqual(logged, ['{"connection":"github","event":"pull_request opened"}']);
  });

  it('are refused if GitHub never sends such a thing', async () => {
    for (const [body, event] of [
      ['hello', 'workflow_run'],
      ['[]', 'workflow_run'],
      ['{"action":"<script>"}', 'workflow_run'],
      ['{}', 'Workflow run'],
    ] as const)
      assert.deepEqual(await post(body, signByGithub(body, event)), { status: 400 }, body);
  });

  it('name no run that isn’t one', async () => {
    const body = JSON.stringify({ repository: { full_name: '../../x' }, workflow_run: { id: 7 } });
    assert.deepEqual(await post(body, signByGithub(body, 'workflow_run')), { status: 200 });
    assert.deepEqual(looked[0]?.runs, []);
  });
});
