import assert from 'node:assert/strict';
import type { Feature } from '../../../src/chat/contract';
import { createFreezes } from '../../../src/features/freezes';
import { createLocks } from '../../../src/features/locks';
import { createDeploymentWorld } from '../deployments/deployment-world';
import type { DeploymentWorld } from '../deployments/deployment-world';
import { people, turnOf } from '../fakes';

describe('freezes and locks on a deployment', () => {
  let world: DeploymentWorld;
  let features: Feature[];

  beforeEach(() => {
    world = createDeploymentWorld();
    const { deps } = world;
    const announcements = {
      placeOf: async () => undefined,
      places: async () => [],
      boundTo: async () => [],
      openWith: () => undefined,
      bind: async () => undefined,
    };
    // The sweeper already knows the freezes and locks of the world.
    const unswept = { ...deps, sweeper: { ...deps.sweeper, register: () => undefined } };
    features = [createFreezes(unswept, announcements).feature, createLocks(unswept).feature];
  });
  afterEach(() => world.close());

  async function type(name: string, who: (typeof people)[keyof typeof people], args: Record<string, string>) {
    const command = features.flatMap((each) => each.commands ?? []).find((each) => each.name === name);
    assert.ok(command, name);
    const reply = await command.run(turnOf(who, { trigger: 'typed' }), args);
    await world.deps.sweeper.idle();
    return 'text' in reply ? reply.text : JSON.stringify(reply);
  }

  const freeze = (reason: string, time?: string) =>
    type('freeze', people.noor, { environment: 'production', reason, ...(time && { time }) });
  const lock = (who: (typeof people)[keyof typeof people], reason: string) =>
    type('lock', who, { service: 'shop', environment: 'production', reason });

  it('a freeze refuses a deployment, says whose it is and who can override it', async () => {
    assert.match(
      await freeze('finance is closing the books', '2h'),
      /production is frozen\*\* until .*finance is closing the books/,
    );
    await assert.rejects(
      world.ask(),
      /Production is frozen until .* \\\(Noor Operator: “finance is closing the books”\\\). Nothing was requested\. Ada Admin can override/,
    );
    assert.ok(await world.ask({ environment: 'staging' }));
  });

  it('a freeze is overridden by people with the role, with the reason on the record', async () => {
    await freeze('finance is closing the books', '2h');
    await assert.rejects(world.ask({ overrideReason: 'I want to' }), /Nothing was requested/);
    const id = await world.ask({ requester: people.ada, overrideReason: 'customers cannot pay' });
    const { override } = await world.read(id);
    assert.equal(override?.reason, 'customers cannot pay');
    assert.match(override?.what ?? '', /production is frozen/);
  });

  it('a deployment approved before a freeze is held until it ends, and then starts automatically', async () => {
    const id = await world.ask();
    await freeze('finance is closing the books', '1h');
    await world.decide(id, { state: 'approved', by: [people.avery], at: world.clock.now() });
    assert.equal(await world.state(id), 'approved');
    assert.match((await world.read(id)).heldBy ?? '', /production is frozen/);
    await world.pass(3_600_000, 60_000);
    assert.equal(await world.state(id), 'running');
    assert.equal((await world.read(id)).heldBy, undefined);
  });

  it('a bad minute does not end a deployment that a freeze holds, only evidence that is missing when it could start', async () => {
    world.changeCatalog((text) =>
      text.replace('deploy: { required: 1 }', 'deploy: { required: 1, evidence: { health: required } }'),
    );
    const id = await world.ask();
    await freeze('finance is closing the books', '1h');
    await world.decide(id, { state: 'approved', by: [people.avery], at: world.clock.now() });
    world.health.state = 'down';
    await world.pass(600_000, 60_000);
    assert.equal(await world.state(id), 'approved');
    world.health.state = 'healthy';
    await world.pass(3_000_000, 60_000);
    assert.equal(await world.state(id), 'running');
  });

  /** Dana's deployment, approved, held by a lock that Noor took in the meantime. */
  async function heldByLock(): Promise<string> {
    const id = await world.ask();
    await lock(people.noor, 'I am testing the tax fix');
    await approve(id);
    assert.match((await world.read(id)).heldBy ?? '', /locked by Noor Operator/);
    return id;
  }
  const approve = (id: string) => world.decide(id, { state: 'approved', by: [people.avery], at: world.clock.now() });
  const unlock = () => type('unlock', people.noor, { service: 'shop', environment: 'production' });

  it('approved deployments keep their order while a lock holds the older one, and the newer one says why', async () => {
    const older = await heldByLock();
    const newer = await world.ask({ requester: people.noor, version: '2.15.0' });
    await approve(newer);
    await world.pass(60_000, 20_000);
    assert.deepEqual([await world.state(older), await world.state(newer)], ['approved', 'approved']);
    assert.match(
      (await world.read(newer)).heldBy ?? '',
      /^D-1001 was requested first, and [Ss]hop in production is locked by Noor Operator/,
    );
    await unlock();
    await world.pass(30_000, 10_000);
    assert.deepEqual([await world.state(older), await world.state(newer)], ['running', 'approved']);
    assert.equal((await world.read(newer)).heldBy, undefined);
    world.connector.finish('succeeded');
    await world.pass(60_000, 10_000);
    assert.deepEqual([await world.state(older), await world.state(newer)], ['succeeded', 'running']);
  });

  it('a deployment that overrides a freeze goes before the ones that the freeze holds', async () => {
    const older = await world.ask();
    await freeze('finance is closing the books', '1h');
    await approve(older);
    const newer = await world.ask({ requester: people.ada, version: '2.15.0', overrideReason: 'nobody can pay' });
    await approve(newer);
    assert.deepEqual([await world.state(older), await world.state(newer)], ['approved', 'running']);
  });

  it('unfreezing with a reason lets deployments through again', async () => {
    await freeze('nobody knows');
    await assert.rejects(type('unfreeze', people.noor, { environment: 'production' }), /needs a reason/);
    assert.match(
      await type('unfreeze', people.noor, { environment: 'production', reason: 'it is over' }),
      /no longer frozen\*\*: “it is over”\./,
    );
    assert.ok(await world.ask());
    await assert.rejects(type('unfreeze', people.noor, { environment: 'production', reason: 'x' }), /isn’t frozen/);
  });

  it('a freeze needs a reason and a valid time', async () => {
    await assert.rejects(freeze('', '2h'), /needs a reason/);
    await assert.rejects(freeze('x', 'until the cows come home'), /can’t read “until the cows come home” as a time/);
    await assert.rejects(
      type('freeze', people.dana, { environment: 'production', time: '2h', reason: 'x' }),
      /You can’t freeze shop in production/,
    );
  });

  it('a lock refuses everybody except its holder', async () => {
    assert.match(await lock(people.noor, 'I am testing the tax fix'), /shop in production is locked\*\*/);
    await assert.rejects(world.ask(), /[Ss]hop in production is locked by Noor Operator/);
    assert.ok(await world.ask({ requester: people.noor }));
    assert.match(await lock(people.dana, 'I am next'), /Gavel tells the next person in line[^]*1\. Dana Developer/);
    assert.match(
      await type('unlock', people.noor, { service: 'shop', environment: 'production' }),
      /Dana Developer was next in line and has it now/,
    );
    const told = [...world.outbox.messages.values()].find(
      ({ destination }) => destination.to === 'person' && destination.personId === people.dana.id,
    );
    assert.match(told && 'text' in told.content ? told.content.text : '', /is yours now/);
  });

  it('a lock is broken by people with the role, with a reason', async () => {
    await lock(people.noor, 'x');
    const target = { service: 'shop', environment: 'production' };
    await assert.rejects(
      type('break lock', people.noor, { ...target, reason: 'y' }),
      /You need the admin role for shop in production/,
    );
    await assert.rejects(type('break lock', people.ada, target), /needs a reason/);
    assert.match(
      await type('break lock', people.ada, { ...target, reason: 'because Noor is on leave' }),
      /You broke the lock on shop in production\*\*/,
    );
    assert.ok(await world.ask());
  });

  it('every change of a lock is in the audit log', async () => {
    await lock(people.noor, 'x');
    await type('unlock', people.noor, { service: 'shop', environment: 'production' });
    const entries = await world.deps.store.audit.read({ limit: 10 });
    assert.deepEqual(
      entries.map(({ what, outcome, who }) => [what, outcome, who]),
      [
        ['locks.change', 'unlocked', people.noor.id],
        ['locks.change', 'locked', people.noor.id],
      ],
    );
  });

  it('a newer request for the same place supersedes the waiting one, visibly', async () => {
    const older = await world.ask({ version: '2.14.0' });
    const newer = await world.ask({ version: '2.12.0' });
    assert.equal(await world.state(older), 'superseded');
    assert.equal(await world.state(newer), 'awaiting approval');
    assert.deepEqual((await world.read(older)).ended?.successor, { number: 1002, version: '2.12.0' });
    assert.equal(world.withdrawn.length, 1);
    const mentioned = (id: string): boolean => world.outbox.messages.has(`deployment:${id}:end`);
    assert.equal(mentioned(older), false, 'people aren’t told what they did themselves');
    const newest = await world.ask({ version: '2.14.0', requester: people.noor });
    assert.equal(await world.state(newer), 'superseded');
    await world.deps.sweeper.idle();
    assert.equal(mentioned(newer), true);
    assert.equal(await world.state(newest), 'awaiting approval');
  });
});
