import assert from 'node:assert/strict';
import type { Feature, Reply, Turn } from '../../src/chat/contract';
import { createFeatures } from '../../src/features';
import type { Deployment } from '../../src/features/deployments';
import { deploymentWorkflow } from '../../src/features/deployments/workflow';
import { lockWorkflow } from '../../src/features/locks/workflow';
import { createFakeWorld, people, places, turnOf } from './fakes';
import type { FakeWorld } from './fakes';

describe('something that is typed or clicked twice', () => {
  let world: FakeWorld;
  let features: readonly Feature[];

  beforeEach(() => {
    world = createFakeWorld();
    features = createFeatures(world.deps).features;
    const release = world.connector.releasesOf.get('2.13.0');
    assert.ok(release);
    world.connector.serving.set('shop/production', { ...release, since: 0 });
    world.connector.serving.set('shop/staging', { ...release, since: 0 });
  });
  afterEach(() => world.close());

  async function type(name: string, turn: Turn, args: Record<string, string> = {}): Promise<Reply> {
    const command = features.flatMap((each) => each.commands ?? []).find((each) => each.name === name);
    assert.ok(command, name);
    return command.run(turn, args);
  }
  async function click(verb: string, turn: Turn, input: object): Promise<Reply> {
    const action = features.flatMap((each) => each.actions ?? []).find((each) => each.verb === verb);
    assert.ok(action, verb);
    return action.run(turn, action.input.parse(input));
  }
  /** The same message, delivered again after its process died. */
  const typed = (who = people.dana, more: Partial<Turn> = {}): Turn => turnOf(who, { trigger: 'typed', ...more });
  const words = (reply: Reply): string => JSON.stringify(reply);
  const shop = { service: 'shop', environment: 'production' };
  const refused = (work: Promise<Reply>): Promise<string> =>
    work.then(words, (error: Error) => `refused: ${error.message}`);

  async function deployments(): Promise<{ id: string; value: Deployment }[]> {
    const { items } = await world.deps.store.collection(deploymentWorkflow.spec).find({ orderBy: 'requestedAt' });
    return [...items];
  }
  const outcomes = async (what: string): Promise<string[]> =>
    (await world.deps.store.audit.read({ what })).map(({ outcome }) => outcome);

  /** The preview of an emergency, which only the message or a click starts. */
  async function emergencyPreview(turn = typed(people.ada)): Promise<string> {
    const reply = await type('emergency deploy', turn, { ...shop, release: '2.14.0', reason: 'it burns' });
    return 'card' in reply && 'id' in reply.data ? reply.data.id : assert.fail(words(reply));
  }
  const startEmergency = (id: string): Promise<Reply> =>
    click('emergencies.start', turnOf(people.ada), { id, reason: 'it burns' });

  /** A run whose outcome nobody knows. */
  async function unclear(): Promise<string> {
    await startEmergency(await emergencyPreview());
    world.connector.faults.push({ method: 'startRun', failure: 'unclear' });
    world.connector.findAnswer = { found: 'cannot tell' };
    await world.pass(60_000, 5_000);
    const [only] = await deployments();
    assert.equal(only?.value.state, 'unclear');
    return only.id;
  }

  it('is announced once, and gets the same answer when the message comes again', async () => {
    const turn = typed(people.ada);
    const first = await type('subscription announce', turn, { service: 'shop' });
    assert.deepEqual(await type('subscription announce', turn, { service: 'shop' }), first);
    assert.match(
      words(await type('subscription announce', typed(people.ada), { service: 'shop' })),
      /already go to Deployments/,
    );
    const moved = typed(people.ada, { place: places.general });
    const there = await type('subscription announce', moved, { service: 'shop' });
    assert.match(words(there), /Until now, they went to Deployments/);
    assert.deepEqual(await type('subscription announce', moved, { service: 'shop' }), there);
  });

  it('moves an announcement to one of two channels that ask at once', async () => {
    const here = typed(people.ada);
    const there = typed(people.ada, { place: places.general });
    await Promise.all([here, there].map((turn) => type('subscription announce', turn, { service: 'shop' })));
    assert.match(
      words(await type('subscription announcements', typed())),
      /^[^]*\*\*shop\*\* in (General|Deployments)"/,
    );
  });

  it('starts one emergency for one message and two clicks', async () => {
    const turn = typed(people.ada);
    const [first = '', again] = await Promise.all([turn, turn].map(emergencyPreview));
    assert.equal(again, first);
    assert.equal((await deployments()).length, 0, 'a preview starts nothing');
    await Promise.all([startEmergency(first), startEmergency(first)]);
    assert.equal((await deployments()).length, 1);
    await world.pass(0);
    assert.equal(world.connector.runs.size, 1);
  });

  it('cancels once, for two clicks at once and for a repeated message', async () => {
    await startEmergency(await emergencyPreview());
    const [{ id } = { id: '' }] = await deployments();
    const turn = typed(people.ada);
    const texts = await Promise.all([
      refused(click('deployments.cancel', turnOf(people.ada), { id })),
      refused(click('deployments.cancel', turnOf(people.noor), { id })),
      refused(type('cancel', turn, { id: 'D-1001' })),
      refused(type('cancel', turn, { id: 'D-1001' })),
    ]);
    await world.pass(0);
    assert.equal(
      (await outcomes('deployments.end')).filter((outcome) => outcome === 'cancelled').length,
      1,
      texts.join('\n'),
    );
    assert.match(await refused(type('cancel', turn, { id: 'D-1001' })), /was canceled/);
    assert.equal(world.connector.runs.size, 0);
  });

  it('accepts one of two answers about a lost run', async () => {
    const id = await unclear();
    world.connector.findAnswer = { found: 'none' };
    const texts = await Promise.all([
      refused(click('deployments.settle-again', turnOf(people.ada), { id })),
      refused(click('deployments.settle-not', turnOf(people.noor), { id })),
      refused(click('deployments.settle-again', turnOf(people.noor), { id })),
    ]);
    await world.pass(0);
    assert.equal((await outcomes('deployments.settle')).length, 1, texts.join('\n'));
    assert.ok(world.connector.calls.startRun <= 1, 'nothing is started twice');
  });

  it('gives a lock to one of two people, and breaks one lock for one message', async () => {
    const take = (who: Parameters<typeof typed>[0]) => type('lock', typed(who), { ...shop, reason: 'I try it' });
    await Promise.all([people.dana, people.noor].map(take));
    assert.match(
      words(await type('policy locks', typed())),
      /(?:Dana Developer.*in line: Noor|Noor Operator.*in line: Dana)/,
    );
    const turn = typed(people.ada);
    const first = await type('break lock', turn, { ...shop, reason: 'they are away' });
    assert.deepEqual(await type('break lock', turn, { ...shop, reason: 'they are away' }), first);
    const lock = await world.deps.store.collection(lockWorkflow.spec).get('shop/production');
    assert.ok(lock?.value.holder, 'whoever was next in line holds it still');
    await world.pass(0);
    assert.equal((await outcomes('locks.change')).filter((outcome) => outcome === 'broken').length, 1);
  });

  it('locks and unlocks once for one message each', async () => {
    const lock = typed();
    const first = await type('lock', lock, { ...shop, reason: 'I try it' });
    assert.deepEqual(await type('lock', lock, { ...shop, reason: 'I try it' }), first);
    const unlock = typed();
    const free = await type('unlock', unlock, shop);
    assert.deepEqual(await type('unlock', unlock, shop), free);
    await world.pass(0);
    assert.deepEqual((await outcomes('locks.change')).sort(), ['locked', 'unlocked']);
  });

  it('declares one freeze for one message', async () => {
    const turn = typed(people.noor);
    const args = { environment: 'production', time: '2h', reason: 'finance is closing the books' };
    const first = await type('freeze', turn, args);
    assert.deepEqual(await type('freeze', turn, args), first);
    assert.match(words(await type('policy freezes', typed())), /1\sactive freeze/);
  });

  it('requests one restart for one message', async () => {
    Object.assign(world.connector, { services: { restart: async () => ({ processId: 7 }) } });
    const turn = typed(people.noor);
    const ask = (): Promise<Reply> => type('restart', turn, { ...shop, reason: 'it hangs' });
    const [first, again] = await Promise.all([ask(), ask()]);
    assert.deepEqual(again, first);
    assert.deepEqual(await ask(), first);
    await world.pass(0);
    assert.deepEqual(await outcomes('health.restart'), ['asked']);
  });
});
