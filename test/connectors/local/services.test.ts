import assert from 'node:assert/strict';
import { ConnectorError } from '../../../src/core/errors';
import { ended, eventually, isAlive, LocalWorld } from './local-world';

describe('connector local', () => {
  const world = new LocalWorld();
  before(() => world.start());
  after(() => world.end());

  describe('source control', () => {
    it('lists the releases, newest first, with commit and date', async () => {
      const { sourceControl } = world.connect();
      const releases = await sourceControl.releases('shop');
      assert.deepEqual(
        releases.map((release) => release.version),
        ['2.15.0', '2.14.1', '2.14.0', '2.13.2', '2.12.4'],
      );
      const { createdAt, commit } = releases[2] ?? assert.fail();
      const age = Date.now() - createdAt;
      assert.ok(age > 14 * 86_400_000 && age < 17 * 86_400_000, new Date(createdAt).toISOString());
      assert.deepEqual(await sourceControl.release('shop', '2.14.0'), {
        version: '2.14.0',
        commit,
        branch: 'shop',
        createdAt,
      });
      assert.equal(await sourceControl.release('shop', '2.14.9'), undefined);
      assert.equal(await sourceControl.release('shop', '../heads/shop'), undefined);
    });

    it('lists the commits between two releases, and the direction', async () => {
      const { sourceControl } = world.connect();
      const { commits, direction } = await sourceControl.commitsBetween('shop', '2.13.2', '2.14.0');
      assert.equal(direction, 'forward');
      assert.equal(commits.length, 4);
      assert.equal(commits[0]?.message, 'Raise the cart limit from 50 to 200 items');
      assert.equal(commits[0].author, "Obi O'Neill");
      const untrusted = await sourceControl.commitsBetween('search', '3.2.2', '3.2.3-markup');
      assert.match(
        untrusted.commits[1]?.message ?? '',
        /<at>customers<\/at> .* \$\{name\}/,
        'outside text comes as it is',
      );
      const back = await sourceControl.commitsBetween('shop', '2.14.0', '2.13.2');
      assert.deepEqual(back, { commits: [], direction: 'back', authors: { people: [] } });
      assert.deepEqual(await sourceControl.commitsBetween('shop', '2.14.0', '2.14.0'), {
        commits: [],
        direction: 'same',
        authors: { people: [] },
      });
      const all = await sourceControl.commitsBetween('shop', undefined, '2.13.2');
      assert.equal(all.commits.length, 5);
    });

    it('tells what waits on the main branch for the next release', async () => {
      const { sourceControl } = world.connect();
      const waits = await sourceControl.mainBranch?.('shop', '2.15.0');
      assert.equal(waits?.name, 'shop');
      assert.deepEqual(
        waits.ahead.commits.map(({ id, author }) => [id === waits.commit, author]),
        [
          [true, 'Mara Lindqvist'],
          [false, "Obi O'Neill"],
        ],
      );
      assert.equal((await sourceControl.mainBranch?.('search', '3.3.0'))?.ahead.direction, 'same');
      const all = await sourceControl.mainBranch?.('search', undefined);
      assert.ok((all?.ahead.commits.length ?? 0) > 10);
    });

    it('lists the branches that aren’t merged, oldest first, each with who began it', async () => {
      const { sourceControl } = world.connect();
      const found = await sourceControl.pullRequests?.('shop');
      assert.equal(found?.called, 'branch');
      assert.deepEqual(
        found.open.map(({ label, title, author }) => [label, title, author]),
        [
          ['shop-gift-cards', 'Pay for an order with a gift card', 'Tomás Ferreira'],
          ['shop-stock-levels', 'Show how many are left in stock', 'Yuki Tanaka'],
        ],
      );
      assert.deepEqual((await sourceControl.pullRequests?.('search'))?.open, []);
    });

    it('knows only services of the catalog', async () => {
      const { sourceControl } = world.connect();
      const unknown = (error: unknown) => error instanceof ConnectorError && error.failure === 'not found';
      await assert.rejects(sourceControl.releases('constructor'), unknown);
      await assert.rejects(sourceControl.commitsBetween('shop', '2.13.2', '0.0.1'), unknown);
    });
  });

  describe('service control', () => {
    it('restarts with the same release, once for one key', async () => {
      const { services, environments } = world.connect();
      const before = await environments.running('search', 'staging');
      const [one, other] = await Promise.all([
        services.restart('search', 'staging', 'restart 1'),
        services.restart('search', 'staging', 'restart 1'),
      ]);
      assert.equal(one.processId, other.processId);
      const after = await environments.running('search', 'staging');
      assert.deepEqual(after, { ...before, processId: one.processId });
      assert.notEqual(before?.processId, one.processId);
      assert.deepEqual(await services.restart('search', 'staging', 'restart 1'), one);
      assert.notDeepEqual(await services.restart('search', 'staging', 'restart 2'), one);
    });

    it('starts a dead process again', async () => {
      const { services, environments, metrics } = world.connect();
      const before = await environments.running('search', 'production');
      process.kill(before?.processId ?? 0, 'SIGKILL');
      await eventually(() => !isAlive(before?.processId ?? 0));
      assert.deepEqual(await metrics.probe('search', 'production').then((probe) => probe.answers), false);
      const dead = await environments.running('search', 'production');
      assert.deepEqual([dead?.version, dead?.processId], ['3.2.1', undefined]);
      await services.restart('search', 'production', 'after death');
      assert.equal((await metrics.probe('search', 'production')).answers, true);
    });
  });

  describe('metrics', () => {
    it('come from the traffic of the services and tell a slow release from a fast one', async () => {
      const local = world.connect();
      const { id } = await local.pipelines.startRun(await world.request('slow', 'payments', 'staging', '1.10.0'));
      assert.equal((await ended(local, id)).state, 'succeeded');
      const since = Date.now();
      // At the same time, because a busy machine slows both.
      const quick = await eventually(async () => {
        const of = (environment: string) => local.metrics.figures('payments', environment, Date.now() - since);
        const [slow, other] = await Promise.all([of('staging'), of('production')]);
        const tellsThemApart = (slow?.p95Ms ?? 0) > 400 && (slow?.p50Ms ?? 0) > (other?.p50Ms ?? Infinity);
        return tellsThemApart && other;
      });
      assert.ok((quick.p50Ms ?? 0) > 20, JSON.stringify(quick));
      assert.ok((quick.requestsPerSecond ?? 0) > 0);
    });

    it('know since when a service has been healthy', async () => {
      const { metrics } = world.connect();
      const first = await metrics.answeringSince('shop', 'production');
      assert.equal(first?.well, true);
      assert.ok(first.since <= Date.now());
    });

    it('survive a restart', async () => {
      // Only one Gavel for a data folder: a second one would write its own checks, with its own start, to the same file.
      await world.disconnect();
      const one = world.connect();
      await eventually(
        async () => (await one.metrics.history('shop', 'production', Date.now() - 60_000, Date.now()))[0],
      );
      const since = await one.metrics.answeringSince('shop', 'production');
      await one.close();
      const next = world.connect();
      const history = await next.metrics.history('shop', 'production', Date.now() - 60_000, Date.now());
      assert.ok(history.some((point) => point.p95Ms !== undefined));
      assert.deepEqual(await next.metrics.answeringSince('shop', 'production'), since);
    });
  });

  it('is healthy once there is a sandbox', async () => {
    assert.deepEqual(await world.connect().check(), [{ about: 'the sandbox' }]);
    const empty = new LocalWorld();
    assert.match((await empty.connect().check())[0]?.problem ?? '', /There is no sandbox/);
    await empty.end();
  });
});
