import assert from 'node:assert/strict';
import { people } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';
import type { Deployment } from '../../../src/features/deployments/contract';
import { fatesOf, servedLast, whyNotByFate } from '../../../src/features/deployments/rollback/policy';
import { createDeploymentWorld } from './deployment-world';
import type { DeploymentWorld } from './deployment-world';

const served = (version: string) => ({ version, commit: `c-${version}`, since: 0 });

function ran(version: string, replaces: string | undefined, more: Partial<Deployment> = {}): Deployment {
  return {
    number: 1,
    kind: 'deploy',
    service: 'shop',
    environment: 'production',
    version,
    commit: `c-${version}`,
    replaces: replaces === undefined ? undefined : served(replaces),
    requester: people.dana,
    reason: '',
    requestedAt: 1,
    placeId: 'channel:x',
    thread: undefined,
    correlationId: 'c',
    state: 'succeeded',
    stateSince: 1,
    changes: { commits: [], total: 0, direction: 'forward' },
    approvedBy: [],
    runKey: 'key',
    runId: 'run',
    ...more,
  };
}

const failing = { state: 'failed', failure: { reason: 'slow', during: 'verification', at: 1 } } as const;

describe('how releases fared in a place', () => {
  const table: [string, readonly Deployment[], Readonly<Record<string, 'verified' | 'left'>>][] = [
    ['nothing happened', [], {}],
    ['a verified release, and what ran before Gavel', [ran('2', '1')], { 1: 'verified', 2: 'verified' }],
    [
      'what was down before Gavel is not verified',
      [ran('2', '1', { before: { at: 1, state: 'down', trouble: '' } })],
      { 2: 'verified' },
    ],
    ['a release that failed its verification', [ran('2', '1', failing)], { 1: 'verified', 2: 'left' }],
    [
      'a release that was rolled back automatically',
      [ran('2', '1', { state: 'rolled back' })],
      { 1: 'verified', 2: 'left' },
    ],
    [
      'a release that is being rolled back',
      [ran('2', '1', { state: 'verifying', rollbackId: 'r' })],
      { 1: 'verified', 2: 'left' },
    ],
    [
      'a verified release that was rolled back by somebody',
      [ran('2', '1'), ran('1', '2', { kind: 'rollback' })],
      { 1: 'verified', 2: 'left' },
    ],
    [
      'the same, verified again later',
      [ran('2', '1'), ran('1', '2', { kind: 'rollback' }), ran('2', '1')],
      { 1: 'verified', 2: 'verified' },
    ],
    [
      'a verified release that failed when it came again',
      [ran('2', '1'), ran('3', '2'), ran('2', '3', failing)],
      { 1: 'verified', 2: 'left', 3: 'verified' },
    ],
    [
      'a run that failed before it changed anything says nothing',
      [
        ran('2', '1'),
        ran('3', '2'),
        ran('2', '3', { state: 'failed', failure: { reason: 'x', during: 'run', at: 1 }, left: { version: '3' } }),
      ],
      { 1: 'verified', 2: 'verified', 3: 'verified' },
    ],
    ['a request that never ran says nothing', [ran('2', '1', { state: 'rejected', runId: undefined })], {}],
    [
      'another commit under the same name is another release',
      [ran('2', '1'), ran('2', '1', { ...failing, commit: 'moved' })],
      { 1: 'verified', 2: 'verified', '2 moved': 'left' },
    ],
  ];
  for (const [what, past, expected] of table)
    it(what, () => {
      const found = [...fatesOf(past).values()].map(({ version, commit, fate }) => [
        commit === `c-${version}` ? version : `${version} ${commit}`,
        fate,
      ]);
      assert.deepEqual(Object.fromEntries(found), expected);
    });

  it('says why a release is none to roll back to', () => {
    const fates = fatesOf([ran('2', '1', failing)]);
    assert.match(whyNotByFate(fates, served('9'), 'production') ?? '', /9 was never verified in production/);
    assert.match(whyNotByFate(fates, served('2'), 'production') ?? '', /2 failed in production or was rolled back/);
    assert.equal(whyNotByFate(fates, served('1'), 'production'), undefined);
  });

  it('knows what served last where nothing can be seen', () => {
    assert.deepEqual(servedLast([ran('1', undefined), ran('2', '1'), ran('3', '2', { runId: undefined })]), {
      version: '2',
      commit: 'c-2',
    });
    assert.equal(servedLast([]), undefined);
  });
});

describe('a rollback', () => {
  let world: DeploymentWorld;
  beforeEach(() => {
    world = createDeploymentWorld();
  });
  afterEach(() => world.close());

  async function succeeded(version: string, environment = 'staging'): Promise<string> {
    const id = await world.running({ version, environment });
    world.connector.finish('succeeded');
    await world.pass(24_000);
    assert.equal(await world.state(id), 'succeeded');
    return id;
  }
  const rollBack = (version: string, more = {}): Promise<string> =>
    world.ask({ kind: 'rollback', version, environment: 'staging', reason: 'slow', ...more });

  it('never goes forward, to what was verified there before somebody went back', async () => {
    await succeeded('2.15.0');
    await succeeded('2.14.0');
    await assert.rejects(
      rollBack('2.15.0'),
      /isn't a rollback.*2\.15\.0 is not older than 2\.14\.0.*`deploy shop 2\.15\.0 to staging`/,
    );
    assert.equal((await world.parts.deployments.rollbackTarget('shop', 'staging'))?.version, '2.13.0');
    assert.ok(await rollBack('2.13.0'));
  });

  it('never goes to what was never verified there', async () => {
    await succeeded('2.15.0');
    await assert.rejects(rollBack('2.14.0'), /2\.14\.0 was never verified in staging/);
  });

  it('needs a reason at every door', async () => {
    await succeeded('2.15.0');
    await assert.rejects(rollBack('2.13.0', { reason: ' ' }), /needs a reason/);
    await assert.rejects(world.click('deployments.rollback-service', people.dana, 'shop/staging'), /needs a reason/);
  });

  it('skips a release whose tag is gone, and offers the next that was verified', async () => {
    await succeeded('2.14.0');
    await succeeded('2.15.0');
    world.connector.releasesOf.delete('2.14.0');
    assert.equal((await world.parts.deployments.rollbackTarget('shop', 'staging'))?.version, '2.13.0');
    await assert.rejects(rollBack('2.14.0'), /no release 2\.14\.0/);
  });

  it('is known from the records where the tag of what is live is gone', async () => {
    await succeeded('2.14.0');
    world.connector.releasesOf.delete('2.14.0');
    assert.equal((await world.parts.deployments.rollbackTarget('shop', 'staging'))?.version, '2.13.0');
  });

  it('that was approved does not start when it would go forward by then', async () => {
    await succeeded('2.14.0', 'production');
    await succeeded('2.15.0', 'production');
    const id = await rollBack('2.14.0', { environment: 'production' });
    world.connector.serving.set('shop/production', { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    await world.decide(id, { state: 'approved', by: [people.avery], at: 1 });
    assert.equal(await world.state(id), 'cancelled');
    assert.match((await world.read(id)).ended?.reason ?? '', /2\.14\.0 is not older than 2\.13\.0/);
  });

  it('is not promised, and not tried, where the release that is live is gone; the card offers the next one', async () => {
    await succeeded('2.14.0');
    world.connector.releasesOf.delete('2.14.0');
    const id = await world.running({ version: '2.15.0', environment: 'staging' });
    assert.deepEqual((await world.read(id)).noWayBack, { version: '2.14.0', next: '2.13.0' });
    world.connector.finish('succeeded');
    await world.pass(1_000);
    world.health.state = 'down';
    world.health.trouble = 'it does not answer';
    await world.pass(4_000);
    const failed = await world.read(id);
    assert.equal(failed.state, 'failed');
    assert.equal(failed.rollbackId, undefined, 'no rollback that can not work is begun');
    const card = JSON.stringify(world.outbox.messages.get(`deployment:${id}:card`)?.content);
    assert.match(card, /not rolled back: 2\\\\.14\\\\.0 can't be restored|not rolled back: 2\.14\.0 can't be restored/);
    assert.match(card, /Roll back to 2\.13\.0/);
    assert.doesNotMatch(card, /Roll back to 2\.14\.0/);
    const asked = await world.click('deployments.rollback', people.dana, `${id}/2.13.0`, { reason: 'broken' });
    assert.ok('notice' in asked);
    assert.match(asked.notice, /back to 2\.13\.0\. (It starts now|Its card shows)/);
  });
});

describe('a rollback that names its release', () => {
  let talk: TalkWorld;
  beforeEach(() => {
    talk = createTalkWorld();
    const { connector } = talk.world;
    const commit = (version: string): string => connector.releasesOf.get(version)?.commit ?? '';
    connector.serving.set('shop/staging', { version: '2.13.0', commit: commit('2.13.0'), since: 0 });
  });
  afterEach(() => talk.close());

  async function deploy(version: string): Promise<void> {
    const card = await talk.world.deps.sweeper
      .idle()
      .then(() => talk.say(people.dana, `deploy shop ${version} to staging`));
    const id = /[0-9a-f]{32}/.exec(card)?.[0] ?? assert.fail(card);
    await talk.click(people.dana, 'deployments.request', id);
    await talk.world.pass(2_000);
    talk.world.connector.finish('succeeded');
    await talk.world.pass(15_000);
  }

  it('shows exactly that release, in whatever order it is said', async () => {
    await deploy('2.14.0');
    await deploy('2.15.0');
    for (const line of [
      'rollback shop to 2.13.0 in staging',
      'rollback shop in staging to 2.13.0',
      'roll back shop 2.13.0 in staging',
    ])
      assert.match(await talk.say(people.dana, line), /shop back to 2\.13\.0 in staging/, line);
    assert.match(await talk.say(people.dana, 'rollback shop in staging'), /shop back to 2\.14\.0 in staging/);
    assert.match(
      await talk.say(people.dana, 'rollback shop to 2.12.0 in staging'),
      /2\.12\.0 was never verified in staging.*deploy shop 2\.12\.0 to staging/s,
    );
    assert.match(await talk.say(people.dana, 'rollback shop to 9.9.9 in staging'), /no release 9\.9\.9 of shop/);
  });
});
