import assert from 'node:assert/strict';
import { createRouter } from '../../../src/chat/router';
import type { Router } from '../../../src/chat/router';
import type { Person, Reply } from '../../../src/chat/contract';
import { parseCatalog } from '../../../src/core/catalog';
import { newId } from '../../../src/core/ids';
import { createFeatures } from '../../../src/features';
import { createFakeWorld, people, sampleCatalogText, turnOf } from '../fakes';
import type { FakeWorld } from '../fakes';

const marked = `
fourEyes:
  - { operation: freeze, environments: [production], approval: { required: 1, role: admin } }
  - { operation: unlock, approval: { required: 1 } }
`;

describe('a second pair of eyes', () => {
  let world: FakeWorld;
  let router: Router;

  beforeEach(() => {
    world = createFakeWorld();
    const parsed = parseCatalog(sampleCatalogText + marked);
    assert.ok('catalog' in parsed, JSON.stringify(parsed));
    const deps = { ...world.deps, catalog: () => parsed.catalog };
    const { features, guard, doBy } = createFeatures(deps);
    router = createRouter({
      features,
      catalog: deps.catalog,
      guard,
      audit: deps.store.audit,
      clock: deps.clock,
      logger: deps.logger,
    });
    doBy((turn, asked) => router.handleApproved(turn, asked));
  });
  afterEach(() => world.close());

  async function say(who: Person, text: string): Promise<string> {
    const reply = await router.handleText(turnOf(who, { trigger: 'typed', correlationId: newId() }), text);
    await world.deps.sweeper.idle();
    return wordsOf(reply);
  }
  const wordsOf = (reply: Reply): string =>
    'notice' in reply ? reply.notice : 'text' in reply ? reply.text : JSON.stringify(reply);
  const frozen = (): Promise<string> => say(people.dana, 'freezes');
  const answers = (): string[] =>
    [...world.outbox.messages.values()].flatMap(({ key, content }) =>
      key.startsWith('four-eyes:') && 'text' in content ? [content.text] : [],
    );
  async function label(): Promise<string> {
    const cards = [...world.outbox.messages.values()].flatMap(({ key, content }) =>
      key.startsWith('approval:') && 'card' in content ? [JSON.stringify(content.data)] : [],
    );
    return /A-[0-9a-f]{6}/.exec(cards[0] ?? '')?.[0] ?? assert.fail('no approval card');
  }

  it('holds what the catalog marks, asks, and does it once it is approved', async () => {
    assert.match(
      await say(people.noor, 'freeze production 2h because the year is closed'),
      /needs a second approval.*Ada Admin can approve/,
    );
    assert.match(await frozen(), /Nothing is frozen now/);
    await say(people.ada, `approve ${await label()}`);
    assert.match(await frozen(), /on now/);
    assert.match(answers().join(), /production is frozen/);
    assert.equal(answers().length, 1);
  });

  it('does nothing when it is rejected, and says who said no and why', async () => {
    await say(people.noor, 'freeze production 2h because the year is closed');
    await say(people.ada, `reject ${await label()} because it is a busy day`);
    assert.match(answers().join(), /Not done.*Ada Admin said no: it is a busy day/);
    assert.match(await frozen(), /Nothing is frozen now/);
  });

  it('lets the same person not decide, and what is not marked go on', async () => {
    await say(people.ada, 'freeze production 2h because x');
    await say(people.ada, `approve ${await label()}`);
    assert.match(await frozen(), /Nothing is frozen now/);
    assert.match(await say(people.noor, 'freeze staging 2h because x'), /staging is frozen/);
  });

  it('checks the right anew when it is done', async () => {
    assert.match(await say(people.dana, 'freeze production 2h because x'), /may not|only|Refused|can/i);
    assert.equal(answers().length, 0);
  });
});
