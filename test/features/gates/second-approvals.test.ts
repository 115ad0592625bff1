import assert from 'node:assert/strict';
import type { Person, Reply } from '../../../src/chat/contract';
import { createRouter } from '../../../src/chat/router';
import type { Router } from '../../../src/chat/router';
import { parseCatalog } from '../../../src/core/catalog';
import { newId } from '../../../src/core/keys';
import { createFeatures } from '../../../src/features';
import { lockWorkflow } from '../../../src/features/locks/workflow';
import { createFakeWorld, laterTurnsOf, people, sampleCatalogText, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

const marked = `
fourEyes:
  - { operation: freeze, environments: [production], approval: { required: 1, role: admin } }
  - { operation: unlock, approval: { required: 1 } }
  - { operation: unfreeze, approval: { required: 1, role: admin } }
  - { operation: break-lock, approval: { required: 1 } }
  - { operation: deploy, environments: [staging], approval: { required: 1, role: admin } }
  - { operation: restart, approval: { required: 1, role: admin } }
  - { operation: grant, approval: { required: 1, role: admin } }
`;

describe('a second approval', () => {
  let world: FakeWorld;
  let router: Router;

  beforeEach(() => {
    world = createFakeWorld();
    const nicosGrant = '  - { person: nico, role: admin, services: [shop], environments: [staging] }\n';
    const parsed = parseCatalog(sampleCatalogText.replace('services:\n', `${nicosGrant}services:\n`) + marked);
    assert.ok('catalog' in parsed, JSON.stringify(parsed));
    const deps = { ...world.deps, catalog: () => parsed.catalog };
    const { features, guard } = createFeatures({ ...deps, ...laterTurnsOf(() => router) });
    router = createRouter({
      features,
      catalog: deps.catalog,
      guard,
      audit: deps.store.audit,
      clock: deps.clock,
      logger: deps.logger,
    });
  });
  afterEach(() => world.close());

  async function say(who: Person, text: string): Promise<string> {
    const reply = await router.handleText(turnOf(who, { trigger: 'typed', correlationId: newId() }), text);
    await world.deps.sweeper.idle();
    return wordsOf(reply);
  }
  const wordsOf = (reply: Reply): string =>
    'notice' in reply ? reply.notice : 'text' in reply ? reply.text : JSON.stringify(reply);
  const turn = (who: Person, trigger: 'typed' | 'clicked') => turnOf(who, { trigger, correlationId: newId() });
  async function click(who: Person, verb: string, input: object): Promise<string> {
    const reply = await router.handleAction(turn(who, 'clicked'), verb, input);
    await world.deps.sweeper.idle();
    return wordsOf(reply);
  }
  const frozen = (): Promise<string> => say(people.dana, 'freezes');
  const answers = (): string[] =>
    [...world.outbox.messages.values()].flatMap(({ key, content }) =>
      key.startsWith('four-eyes:') ? [wordsOf(content)] : [],
    );
  const cards = (): string[] =>
    [...world.outbox.messages.values()].flatMap(({ key, content }) =>
      key.startsWith('approval:') && 'card' in content ? [JSON.stringify(content.data)] : [],
    );
  const label = async (): Promise<string> =>
    /A-[0-9a-f]{6}/.exec(cards()[0] ?? '')?.[0] ?? assert.fail('no approval card');

  it('holds what the catalog marks, asks, and does it once it is approved', async () => {
    assert.match(
      await say(people.noor, 'freeze production 2h because finance is closing the books'),
      /needs a second approval.*Ada Admin can approve/,
    );
    assert.match(await frozen(), /Nothing is frozen now/);
    await say(people.ada, `approve ${await label()}`);
    assert.match(await frozen(), /active freeze/);
    assert.match(answers().join(), /production is frozen/);
    assert.equal(answers().length, 1);
  });

  it('is promised by whatever says which approvals are needed, and nothing says that none is', async () => {
    for (const place of ['staging', 'production'])
      world.connector.serving.set(`shop/${place}`, { version: '2.13.0', commit: '2'.repeat(40), since: 0 });
    const plan = await say(people.dana, 'plan shop 2.14.0 to staging');
    assert.match(plan, /1\. 1\sapproval from an admin; the requester can’t approve\./);
    const policy = await say(people.dana, 'policy show shop in staging');
    assert.match(policy, /"Deploy".*1\sapproval from an admin.*\(Ada Admin or Nico Newcomer\).*"Rollback"/);
    const picker = await say(people.dana, 'deploy shop 2.14.0 to staging');
    for (const said of [plan, picker]) assert.doesNotMatch(said, /No approval is needed|Not needed/);
    assert.match(picker, /The deployment will be requested once a second person approves it\./);
  });

  it('does nothing if it is rejected, and says who rejected it and why', async () => {
    await say(people.noor, 'freeze production 2h because finance is closing the books');
    await say(people.ada, `reject ${await label()} because it is a busy day`);
    assert.match(answers().join(), /Not done.*Ada Admin rejected it: “it is a busy day”\./);
    assert.match(await frozen(), /Nothing is frozen now/);
  });

  it('does not accept the requester, and lets unmarked operations through', async () => {
    await say(people.ada, 'freeze production 2h because x');
    await say(people.ada, `approve ${await label()}`);
    assert.match(await frozen(), /Nothing is frozen now/);
    assert.match(await say(people.noor, 'freeze staging 2h because x'), /staging is frozen/);
  });

  it('does not accept somebody with the role for only part of it', async () => {
    for (const line of ['grant admin to Dana Developer because x', 'freeze production 2h because x']) {
      const who = line.startsWith('grant') ? people.ada : people.noor;
      assert.match(await say(who, line), /needs a second approval/);
    }
    const ids = new Set(cards().map((card) => /A-[0-9a-f]{6}/.exec(card)?.[0] ?? assert.fail(card)));
    assert.equal(ids.size, 2);
    for (const id of ids) assert.match(await say(people.nico, `approve ${id}`), /You can’t approve A-/);
    assert.equal(answers().length, 0);
  });

  it('checks the right again when it happens', async () => {
    assert.match(await say(people.dana, 'freeze production 2h because x'), /may not|only|Refused|can/i);
    assert.equal(answers().length, 0);
  });

  it('breaks the lock that was shown, not a later one', async () => {
    await say(people.dana, 'lock shop in staging because I am testing the tax fix');
    await say(people.ada, 'break lock shop in staging because Dana is on leave');
    const id = await label();
    await world.deps.store.collection(lockWorkflow.spec).update('shop/staging', (lock) => ({
      ...lock,
      holder: lock.holder && { ...lock.holder, person: people.noor, since: world.clock.now() },
    }));
    await say(people.avery, `approve ${id}`);
    assert.match(answers().join(), /That lock on shop in staging has already ended. Nothing was changed/);
    assert.match(await say(people.dana, 'locks'), /Noor Operator/);
  });

  it('ends the freezes that were shown, not a later one', async () => {
    await say(people.noor, 'freeze staging 2h because the database moves');
    await say(people.noor, 'unfreeze staging because it has moved');
    const id = await label();
    world.clock.advance(1_000);
    await say(people.ada, 'freeze staging 3h because of the audit');
    await say(people.ada, `approve ${id}`);
    assert.match(answers().join(), /Either it was already done, or it would no longer do what was requested/);
    assert.match(await frozen(), /the audit/);
  });

  it('deploys the release that was shown, whatever its requester chooses on the card later', async () => {
    const opened = await router.handleText(turn(people.dana, 'typed'), 'deploy shop 2.14.0 to staging');
    const id = 'card' in opened && 'id' in opened.data ? opened.data.id : assert.fail(wordsOf(opened));
    const newer = { id, service: 'shop', environment: 'staging', release: '2.15.0' };
    assert.match(await click(people.dana, 'deployments.request', newer), /Click “Show changes” first/);
    assert.match(await click(people.dana, 'deployments.request', { id }), /needs a second approval/);
    assert.match(cards().join(), /Deploy 2\.14\.0, commit/);
    await click(people.dana, 'deployments.preview', newer);
    await say(people.ada, `approve ${await label()}`);
    const listed = await say(people.dana, 'deployments');
    assert.match(listed, /2\.14\.0/);
    assert.doesNotMatch(listed, /2\.15\.0/);
  });
});
