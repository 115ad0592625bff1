import assert from 'node:assert/strict';
import type { Person, Reply } from '../../../src/chat/contract';
import { createRouter } from '../../../src/chat/router';
import type { Router } from '../../../src/chat/router';
import { parseCatalog } from '../../../src/core/catalog';
import { newId } from '../../../src/core/keys';
import { createFeatures } from '../../../src/features';
import { createFakeWorld, people, sampleCatalogText, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

const rule = `{
  stages: [{ name: owners, required: 1, role: approver }, { name: change board, required: 1, group: board }],
  committersMayApprove: false,
  remindAfterSeconds: 600, escalateAfterSeconds: 1800, escalateTo: { group: board },
  evidence: { health: required, verifiedIn: { environment: staging, is: required }, ticket: asked } }`;

describe('a policy for a change board', () => {
  let world: FakeWorld;
  let router: Router;

  beforeEach(() => {
    world = createFakeWorld();
    const text = sampleCatalogText.replace('deploy: { required: 1 }', `deploy: ${rule.replaceAll(/\s+/g, ' ')}`);
    const parsed = parseCatalog(`${text}groups: { board: [ada] }\n`);
    assert.ok('catalog' in parsed, JSON.stringify(parsed));
    const deps = { ...world.deps, catalog: () => parsed.catalog };
    const { features } = createFeatures(deps);
    const { clock, logger, store } = deps;
    router = createRouter({ features, catalog: deps.catalog, audit: store.audit, clock, logger });
    const commit = world.connector.releasesOf.get('2.13.0')?.commit ?? '';
    for (const place of ['production', 'staging'])
      world.connector.serving.set(`shop/${place}`, { version: '2.13.0', commit, since: 0 });
  });
  afterEach(() => world.close());

  const wordsOf = (reply: Reply): string =>
    'notice' in reply ? reply.notice : 'text' in reply ? reply.text : JSON.stringify(reply);

  async function say(who: Person, text: string): Promise<string> {
    const reply = await router.handleText(turnOf(who, { trigger: 'typed', correlationId: newId() }), text);
    await world.deps.sweeper.idle();
    return wordsOf(reply);
  }

  async function click(who: Person, verb: string, input: object): Promise<Reply> {
    const reply = await router.handleAction(turnOf(who, { correlationId: newId() }), verb, input);
    await world.deps.sweeper.idle();
    return reply;
  }

  /** Dana requests it with the picker; the card has the id of the approval. */
  async function ask(environment: string, version = '2.14.0'): Promise<string> {
    const reply = await router.handleText(
      turnOf(people.dana, { trigger: 'typed', correlationId: newId() }),
      `deploy shop ${version} to ${environment}`,
    );
    assert.ok('card' in reply, wordsOf(reply));
    const { id } = reply.data as unknown as { id: string };
    await click(people.dana, 'deployments.request', { id, service: 'shop', environment, release: version });
    return card()['id'] as string;
  }

  const card = (): Record<string, unknown> =>
    [...world.outbox.messages.values()]
      .flatMap(({ key, content }) =>
        /^deployment:.*:card$/.test(key) && 'card' in content && content.card === 'approvals/approval'
          ? [content.data as Record<string, unknown>]
          : [],
      )
      .at(-1) ?? {};

  async function verifyInStaging(): Promise<void> {
    await ask('staging');
    world.connector.finish('succeeded');
    await world.pass(30_000);
  }

  it('explains every rule in words', async () => {
    const policy = await say(people.nico, 'policy shop in production');
    for (const words of [
      '1 from owners (Avery Approver or Noor Operator), then 1 from change board',
      'the requester and its authors can’t approve',
      'also by the board group',
    ])
      assert.ok(policy.includes(words), `${words} in ${policy}`);
  });

  it('counts no approval while required evidence is missing, and shows which', async () => {
    const id = await ask('production');
    assert.match(
      JSON.stringify(card()['facts']),
      /2\.14\.0 wasn’t verified in staging; approvals don’t count until this is fixed/,
    );
    assert.match(wordsOf(await click(people.avery, 'approvals.approve', { id })), /wasn’t verified in staging/);
  });

  it('shows in the preview what has passed, in the same words as the approval', async () => {
    const passed = '"title":"Verified","value":"✓\u00A02.14.0 was verified in staging"';
    assert.ok(!(await say(people.dana, 'deploy shop 2.14.0 to production')).includes('"title":"Verified"'));
    await verifyInStaging();
    const preview = await say(people.dana, 'deploy shop 2.14.0 to production');
    assert.ok(preview.includes(passed), preview);
    assert.equal(preview.split('"title":"Health\u00A0now"').length, 2, 'the health is shown once');
    await ask('production');
    assert.ok(JSON.stringify(card()['facts']).includes(passed));
  });

  it('passes both stages once the release was verified before', async () => {
    await verifyInStaging();
    const id = await ask('production');
    await click(people.avery, 'approvals.approve', { id });
    assert.match(JSON.stringify(card()['approvals']), /change board, stage 2 of 2/);
    assert.match(wordsOf(await click(people.noor, 'approvals.approve', { id })), /You can’t approve/);
    await click(people.ada, 'approvals.approve', { id });
    assert.match(
      JSON.stringify([...world.outbox.messages.values()].filter(({ key }) => key.startsWith('deployment:'))),
      /"Approved\u00a0by","value":"Avery Approver and Ada Admin"/,
    );
  });

  it('lets a delegate decide, with both names, until the delegation is ended', async () => {
    await verifyInStaging();
    const id = await ask('production');
    assert.match(
      await say(people.avery, 'delegate my approvals to Nico Newcomer until Friday'),
      /Nico Newcomer can approve requests on your behalf until/,
    );
    await click(people.nico, 'approvals.approve', { id });
    assert.match(JSON.stringify(card()['approvals']), /Nico Newcomer.*approved it for Avery Approver/);
    assert.match(await say(people.avery, 'take back my approvals'), /delegation has ended/);
    assert.match(await say(people.noor, 'delegations'), /Nobody has delegated their approvals/);
  });

  it('reminds, escalates and says so in the thread of the card', async () => {
    await ask('production');
    await world.pass(601_000, 60_000);
    await world.pass(1_260_000, 60_000);
    const calls = [...world.outbox.messages.values()].filter(({ key }) => key.includes(':call:'));
    assert.deepEqual(
      calls.map(({ key, content }) => [key.split(':').at(-1), 'text' in content ? content.mentions?.length : 0]),
      [
        ['reminded', 2],
        ['escalated', 3],
      ],
    );
    assert.match(JSON.stringify(card()['approvals']), /by now, the board group/);
  });

  it('decides several at once, each separately, and gives the outcome of each', async () => {
    await verifyInStaging();
    const id = await ask('production');
    const said = wordsOf(
      await click(people.avery, 'approvals.approve-chosen', { id: 'several', chosen: `${id},${'f'.repeat(32)}` }),
    );
    assert.match(said, /not known any more|D-\d+: approved/);
    assert.match(
      wordsOf(await click(people.noor, 'approvals.approve-chosen', { id: 'several', chosen: id })),
      /You can’t approve/,
    );
  });
});
