import assert from 'node:assert/strict';
import { idFrom } from '../../../../src/core/keys';
import type { DeploymentRequest } from '../../../../src/features/deployments/contract';
import { cardOf, createWorld, dana, deploymentOf, nico, start } from '../picker/picker-world';
import type { World } from '../picker/picker-world';

describe('commands that change nothing', () => {
  let world: World;
  beforeEach(() => void (world = createWorld()));
  afterEach(() => world.close());

  const asked = {
    kind: 'deploy',
    requester: dana,
    reason: '',
    placeId: 'p',
    thread: undefined,
    correlationId: 'c',
  } as const;

  const addRun = (): string => {
    const request: DeploymentRequest = {
      ...asked,
      key: 'k',
      service: 'shop',
      environment: 'production',
      version: '2.14.0',
    };
    const id = idFrom('k');
    world.deployments.push({ id, deployment: { ...deploymentOf(request, 1042), state: 'failed', runId: 'run-1' } });
    return id;
  };

  it('show which release is live where, since when, with the state as a word', async () => {
    world.health['shop/production'] = 'degraded';
    const card = cardOf(await world.say(nico, 'where'));
    assert.match(card.text, /production, degraded/);
    assert.match(card.text, /"live since Nov 15, 13:51"/);
    assert.match(card.text, new RegExp(idFrom('2.13.2').slice(0, 7)));
    assert.match(
      card.text,
      /▲ shop is degraded in production.*\*\*shop is degraded in production\.\*\* 1\sof\s2 is healthy\. search isn’t deployed to staging\./,
    );
  });

  it('show a single service', async () => {
    const card = cardOf(await world.say(nico, 'where', { service: 'search' }));
    assert.doesNotMatch(card.text, /"shop"/);
    await assert.rejects(world.say(nico, 'where', { service: 'sirch' }), /Did you mean search\?/);
  });

  it('never show an unknown state as healthy', async () => {
    world.health['search/staging'] = 'unknown';
    const shown = async () => cardOf(await world.say(nico, 'where', { service: 'search' })).text;
    assert.match(
      await shown(),
      /search not deployed to staging.*\*\*search isn’t deployed to staging\.\*\*.*staging, not deployed/,
    );
    world.unread.push('search/staging');
    assert.match(await shown(), /search unknown in staging unknown.*staging, unknown.*release unknown/);
  });

  it('show the end of a log, limited, as text without Markdown', async () => {
    addRun();
    world.lines.push(...Array.from({ length: 60 }, (_, index) => `line ${index} **bold** \u202e${'x'.repeat(400)}`));
    for (const run of ['D-1042', 'd-1042', 'shop']) {
      const card = cardOf(await world.say(nico, 'log', { run }));
      const { lines } = card.data as unknown as { lines: { line: string }[] };
      assert.equal(lines.length, 25);
      assert.match(lines[24]?.line ?? '', /^line 59 \*\*bold\*\* x/);
      assert.ok(lines.every(({ line }) => line.length <= 160));
    }
  });

  it('find a log by deployment and by place when it is clicked', async () => {
    const id = addRun();
    world.lines.push('switch answered 503');
    assert.match(cardOf(await world.click(nico, 'deployments.log', { id })).text, /answered 503.*Back to D-1042/);
    const byPlace = cardOf(await world.click(nico, 'deployments.log', { id: 'shop/production' }));
    assert.match(byPlace.text, /answered 503.*Back to health/);
  });

  it('say what is missing instead of an empty card', async () => {
    await assert.rejects(world.say(nico, 'log', { run: 'shop' }), /There has been no run of shop yet/);
    await assert.rejects(
      world.say(nico, 'log', { run: 'D-9' }),
      /There is no run D-9. .*Type `log` and a deployment ID/,
    );
    const deployment = deploymentOf(
      { ...asked, key: 'w', service: 'shop', environment: 'staging', version: '2.14.0' },
      7,
    );
    world.deployments.push({ id: 'w', deployment: { ...deployment, requestedAt: start } });
    assert.match(
      cardOf(await world.say(nico, 'log', { run: 'D-7' })).text,
      /There’s no log of D-7 yet.*The deployment is/,
    );
    const unclear = { ...deployment, number: 8, state: 'unclear' as const, requestedAt: start };
    world.deployments.push({ id: 'u', deployment: unclear });
    const { text } = cardOf(await world.say(nico, 'log', { run: 'D-8' }));
    assert.match(text, /There’s no log of D-8 yet.*Someone has to check whether it ran\./);
  });
});
