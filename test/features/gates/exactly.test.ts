import assert from 'node:assert/strict';
import type { Person, Reply, Turn } from '../../../src/chat/contract';
import { createRouter } from '../../../src/chat/router';
import type { Router } from '../../../src/chat/router';
import { parseCatalog } from '../../../src/core/catalog';
import { newId } from '../../../src/core/keys';
import { createFeatures } from '../../../src/features';
import { createFakeWorld, laterTurnsOf, people, sampleCatalogText, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

const minute = 60_000;
const marks = (operations: readonly string[]): string =>
  `fourEyes:\n${operations
    .map((operation) => `  - { operation: ${operation}, environments: [staging], approval: { required: 1 } }`)
    .join('\n')}\n`;

describe('the approved operation is exactly what happens', () => {
  let world: FakeWorld;
  let router: Router;
  let markedOperations: readonly string[];

  beforeEach(() => {
    world = createFakeWorld();
    markedOperations = [];
    const deps = {
      ...world.deps,
      catalog: () => {
        const parsed = parseCatalog(sampleCatalogText + (markedOperations.length > 0 ? marks(markedOperations) : ''));
        assert.ok('catalog' in parsed, JSON.stringify(parsed));
        return parsed.catalog;
      },
    };
    const { features, guard } = createFeatures({ ...deps, ...laterTurnsOf(() => router) });
    const { audit } = deps.store;
    router = createRouter({ features, catalog: deps.catalog, guard, audit, clock: deps.clock, logger: deps.logger });
  });
  afterEach(() => world.close());

  const turn = (who: Person, trigger: Turn['trigger']): Turn => turnOf(who, { trigger, correlationId: newId() });
  const wordsOf = (reply: Reply): string =>
    'notice' in reply ? reply.notice : 'text' in reply ? reply.text : JSON.stringify(reply);
  async function say(who: Person, text: string): Promise<Reply> {
    const reply = await router.handleText(turn(who, 'typed'), text);
    await world.deps.sweeper.idle();
    return reply;
  }
  async function click(who: Person, verb: string, input: object): Promise<string> {
    const reply = await router.handleAction(turn(who, 'clicked'), verb, input);
    await world.deps.sweeper.idle();
    return wordsOf(reply);
  }
  const idOf = (reply: Reply): string =>
    'card' in reply && 'id' in reply.data ? reply.data.id : assert.fail(wordsOf(reply));
  const posted = (key: string): string[] =>
    [...world.outbox.messages.values()].flatMap(({ key: of, content }) =>
      of.startsWith(key) ? ['text' in content ? content.text : JSON.stringify(content.data)] : [],
    );
  const approve = (): Promise<Reply> =>
    say(people.avery, `approve ${/A-[0-9a-f]{6}/.exec(posted('approval:').join())?.[0] ?? assert.fail('no approval')}`);
  const started = (): string[] => [...world.connector.runs.values()].map(({ request: { version } }) => version);

  async function deploy(version: string): Promise<void> {
    const id = idOf(await say(people.dana, `deploy shop ${version} to staging`));
    await click(people.dana, 'deployments.request', { id });
    await world.pass(1_000);
    world.connector.finish('succeeded');
    await world.pass(15_000);
  }

  /** Three verified releases, so that there are two to roll back to. */
  async function deployThree(): Promise<void> {
    for (const version of ['2.12.0', '2.13.0', '2.14.0']) await deploy(version);
    markedOperations = ['rollback'];
  }

  it('deploys the release on the card 1 h 50 min later, long after the form has expired', async () => {
    markedOperations = ['deploy'];
    const id = idOf(await say(people.dana, 'deploy shop 2.14.0 to staging'));
    assert.match(await click(people.dana, 'deployments.request', { id }), /needs a second approval/);
    await world.pass(110 * minute, 10 * minute);
    await world.deps.store.collection({ name: 'pickers', schema: 1, indexes: {}, queries: [] }).remove(id);
    await approve();
    await world.pass(1_000);
    assert.deepEqual([started(), posted('four-eyes:').length], [['2.14.0'], 1]);
  });

  it('rolls back to the release on the card 1 h 50 min later', async () => {
    await deployThree();
    const id = idOf(await say(people.dana, 'rollback shop in staging'));
    await click(people.dana, 'deployments.rollback-service', { id, reason: 'slow' });
    await world.pass(110 * minute, 10 * minute);
    await approve();
    await world.pass(1_000);
    assert.deepEqual(started(), ['2.12.0', '2.13.0', '2.14.0', '2.13.0']);
  });

  it('says in one sentence that nothing was done when nobody approves within two hours', async () => {
    markedOperations = ['deploy'];
    const id = idOf(await say(people.dana, 'deploy shop 2.14.0 to staging'));
    await click(people.dana, 'deployments.request', { id });
    await world.pass(130 * minute, 10 * minute);
    const [told = '', ...more] = posted('four-eyes:');
    assert.match(
      told,
      /\*\*Not done\*\*: Deploy 2\.14\.0.*It wasn’t approved in time\. Request it again if you still need it\.$/,
    );
    assert.deepEqual([more, started()], [[], []]);
  });

  it('deploys once what was approved twice', async () => {
    markedOperations = ['deploy'];
    const id = idOf(await say(people.dana, 'deploy shop 2.14.0 to staging'));
    for (let clicks = 0; clicks < 2; clicks++) await click(people.dana, 'deployments.request', { id });
    for (const [label] of posted('approval:')
      .join()
      .matchAll(/A-[0-9a-f]{6}/g))
      await say(people.avery, `approve ${label}`);
    await world.pass(1_000);
    assert.deepEqual(started(), ['2.14.0']);
  });

  it('does nothing else from the card of a service if the approved release is gone', async () => {
    await deployThree();
    await click(people.dana, 'deployments.rollback-service', { id: 'shop/staging/2.13.0', reason: 'slow' });
    world.connector.releasesOf.delete('2.13.0');
    await approve();
    await world.pass(1_000);
    assert.match(posted('four-eyes:').join(), /no release 2\.13\.0/);
    assert.deepEqual(started(), ['2.12.0', '2.13.0', '2.14.0']);
  });

  it('rolls back from the card of a deployment to the release that its button named', async () => {
    await deployThree();
    const id = [...world.connector.runs.values()].at(-1)?.request.key.replace('deployment:', '') ?? assert.fail();
    await click(people.dana, 'deployments.rollback', { id: `${id}/2.13.0`, reason: 'slow' });
    assert.match(posted('approval:').join(), /Rollback 2\.13\.0, commit 222222222222/);
    await approve();
    await world.pass(1_000);
    assert.deepEqual(started(), ['2.12.0', '2.13.0', '2.14.0', '2.13.0']);
  });

  it('deploys nothing in an emergency whose version means another commit than the approved one', async () => {
    markedOperations = ['emergency-deploy'];
    const id = idOf(await say(people.ada, 'emergency deploy shop 2.15.0 to staging because nobody can pay'));
    await click(people.ada, 'emergencies.start', { id, reason: 'nobody can pay' });
    const release = world.connector.releasesOf.get('2.15.0') ?? assert.fail();
    world.connector.releasesOf.set('2.15.0', { ...release, commit: 'e'.repeat(40) });
    await approve();
    assert.match(posted('four-eyes:').join(), /2\.15\.0 now points to commit .*Nothing was requested/);
    assert.deepEqual(started(), []);
  });

  async function askForEmergency(): Promise<string> {
    markedOperations = ['emergency-deploy'];
    const id = idOf(await say(people.ada, 'emergency deploy shop 2.15.0 to staging because nobody can pay'));
    const held = await click(people.ada, 'emergencies.start', { id, reason: 'nobody can pay' });
    assert.match(held, /needs a second approval/);
    return id;
  }

  it('starts an emergency once it was approved, long after its preview has expired', async () => {
    await askForEmergency();
    await world.pass(110 * minute, 10 * minute);
    await approve();
    await world.pass(1_000);
    assert.deepEqual(started(), ['2.15.0']);
  });

  it('starts no approved emergency that its requester has canceled', async () => {
    const id = await askForEmergency();
    await click(people.ada, 'emergencies.dismiss', { id });
    await approve();
    await world.pass(1_000);
    assert.match(posted('four-eyes:').join(), /Ada Admin canceled this. Nothing was started/);
    assert.deepEqual(started(), []);
  });
});
