import assert from 'node:assert/strict';
import { parseCatalog } from '../../../src/core/catalog';
import type { Catalog } from '../../../src/core/catalog';
import { newId } from '../../../src/core/keys';
import { collect } from '../../collect';
import { people, places, sampleCatalogText } from '../fakes';
import { createTalkWorld } from '../talk-world';
import type { TalkWorld } from '../talk-world';

const { ada, dana, noor } = people;
const marked = `
confirm:
  - { operation: freeze, environments: [production], expiresAfterSeconds: 60 }
  - { operation: unlock }
  - { operation: deploy }
`;
const bothMarks = `${marked}
fourEyes:
  - { operation: freeze, environments: [production], approval: { required: 1, role: admin } }
`;
const catalogOf = (more: string): Catalog => {
  const parsed = parseCatalog(sampleCatalogText + more);
  assert.ok('catalog' in parsed, JSON.stringify(parsed));
  return parsed.catalog;
};

describe('confirming before harm', () => {
  let talk: TalkWorld;
  const start = (more = marked): void => {
    const catalog = catalogOf(more);
    talk = createTalkWorld({}, { catalog: () => catalog });
  };
  afterEach(() => talk.close());

  const line = 'freeze production 2h because finance is closing the books';
  const ask = async (who = noor): Promise<string> => {
    const said = await talk.say(who, line, { correlationId: newId() });
    await talk.world.pass(1_000);
    return said;
  };
  const shown = (what = 'show') =>
    [...talk.world.outbox.messages.values()].filter(({ key }) => key.startsWith('confirmation:') && key.endsWith(what));
  const question = (): string => JSON.stringify(shown().map(({ content }) => content));
  const id = (): string => /confirmation:([0-9a-f]+):/.exec(shown()[0]?.key ?? '')?.[1] ?? assert.fail('no question');
  const frozen = (): Promise<string> => talk.say(dana, 'freezes');
  async function click(who: typeof ada, verb: string): Promise<string> {
    const said = await talk.click(who, `gates.${verb}`, id());
    await talk.world.pass(1_000);
    return said;
  }

  it('is in the history as waiting for confirmation, not for approval', async () => {
    const outcomes: string[] = [];
    const catalog = catalogOf(bothMarks);
    talk = createTalkWorld(
      { recordTurn: (_turn, { outcome }) => void outcomes.push(outcome) },
      { catalog: () => catalog },
    );
    await ask();
    assert.deepEqual(outcomes, ['waits for confirmation']);
  });

  it('shows what would happen, where, and until when, and does nothing yet', async () => {
    start();
    assert.equal(await ask(), '');
    assert.match(question(), /freeze production 2h because finance is closing the books/);
    assert.match(
      question(),
      /What\shappens.*Nobody can deploy shop to production until 15:00.*production \(high risk\)/,
    );
    assert.match(question(), /Only Noor Operator can confirm this, until 13:01/);
    assert.deepEqual(shown()[0]?.destination, { to: 'place', placeId: places.deployments.id, thread: undefined });
    assert.match(await frozen(), /Nothing is frozen now/);
  });

  it('shows the line as it was meant, without formatting from it', async () => {
    start();
    await talk.say(noor, '&nbsp;freeze production 2h because [a link](https://elsewhere.example) &amp; more');
    await talk.world.pass(1_000);
    const { title, summary } = (shown()[0]?.content as unknown as { data: Record<string, string> }).data;
    assert.match(title ?? '', /^freeze production 2h because \\\[a link\\\]\\\(.*& more$/);
    assert.match(summary ?? '', /^Waiting for confirmation: freeze production 2h because \[a link\]/);
  });

  it('does it once, however often it is confirmed, and shows the result', async () => {
    start();
    await ask();
    const answers = await Promise.all([click(noor, 'confirm'), click(noor, 'confirm')]);
    for (const answer of answers) assert.match(answer, /"word":"Confirmed".*Confirmed by Noor Operator/);
    assert.match(await click(noor, 'cancel'), /"word":"Confirmed".*Confirmed by Noor Operator/);
    assert.match(await frozen(), /active freeze/);
    assert.equal((await talk.audits()).filter(({ outcome }) => outcome === 'frozen').length, 1);
    assert.equal((await talk.audits()).filter(({ outcome }) => outcome === 'confirmed').length, 1);
    assert.match(JSON.stringify(shown('run').map(({ content }) => content)), /production is frozen/);
    assert.match(question(), /"verb":""/);
  });

  it('ignores everybody else’s click', async () => {
    start();
    await ask();
    assert.match(
      await click(ada, 'confirm'),
      /You can’t confirm or cancel this for Noor Operator\. Nothing was changed.*Noor Operator can/,
    );
    assert.match(
      await click(ada, 'cancel'),
      /You can’t confirm or cancel this for Noor Operator\. Nothing was changed.*Noor Operator can/,
    );
    assert.match(await frozen(), /Nothing is frozen now/);
  });

  it('does nothing when it is canceled, and says so', async () => {
    start();
    await ask();
    assert.match(await click(noor, 'cancel'), /Canceled by Noor Operator.*Nothing was done/);
    assert.match(await click(noor, 'confirm'), /Canceled by Noor Operator/);
    assert.match(await frozen(), /Nothing is frozen now/);
  });

  it('expires visibly, and a late click is told so', async () => {
    start();
    await ask();
    await talk.world.pass(70_000);
    assert.match(question(), /didn’t confirm in time/);
    assert.match(await click(noor, 'confirm'), /didn’t confirm in time/);
    assert.match(await frozen(), /Nothing is frozen now/);
  });

  it('checks the right again when it is confirmed', async () => {
    const catalog = { now: catalogOf(marked) };
    talk = createTalkWorld({}, { catalog: () => catalog.now });
    await ask();
    catalog.now = { ...catalog.now, grants: catalog.now.grants.filter((grant) => grant.person !== 'noor') };
    await click(noor, 'confirm');
    assert.match(await frozen(), /Nothing is frozen now/);
    assert.match(JSON.stringify(shown('run').map(({ content }) => content)), /operate|right/);
  });

  it('needs a second approval after the confirmation if both are marked', async () => {
    start(bothMarks);
    await ask();
    const cards = () => [...talk.world.outbox.messages.keys()].filter((key) => key.startsWith('approval:'));
    assert.equal(cards().length, 0);
    await click(noor, 'confirm');
    assert.ok(cards().length > 0);
    assert.match(await frozen(), /Nothing is frozen now/);
    const card = JSON.stringify(talk.world.outbox.messages.get(cards()[0] ?? '')?.content);
    await talk.say(ada, `approve ${/A-[0-9a-f]{6}/.exec(card)?.[0]}`);
    await talk.world.pass(2_000);
    assert.match(await frozen(), /active freeze/);
  });

  it('can be read and deleted by the person who was asked, once it is answered', async () => {
    start();
    await ask();
    const kept = talk.features.features.find(({ name }) => name === 'gates')?.personalData?.[0];
    assert.ok(kept);
    assert.equal(await kept.deleteOf(noor.id), 0);
    await click(noor, 'cancel');
    assert.deepEqual(
      (await collect(kept.exportOf(noor.id))).map((each) => (each as { what: string; state: string }).state),
      ['left'],
    );
    assert.deepEqual(await collect(kept.exportOf(ada.id)), []);
    assert.equal(await kept.deleteOf(noor.id), 1);
    assert.deepEqual(await collect(kept.exportOf(noor.id)), []);
  });

  it('asks nobody twice: a command with its own preview is not held', async () => {
    start();
    assert.match(await talk.say(dana, 'deploy shop to staging'), /Draft/);
    await talk.world.pass(1_000);
    assert.equal(shown().length, 0);
  });

  it('asks nothing about unmarked operations', async () => {
    start();
    assert.match(await talk.say(noor, 'freeze staging 2h because of tests'), /staging is frozen/);
  });
});

describe('the marks of the catalog', () => {
  it('name only things that exist', () => {
    const parsed = parseCatalog(`${sampleCatalogText}confirm:\n  - { operation: freeze, environments: [moon] }\n`);
    assert.match(JSON.stringify(parsed), /there is no environment moon/);
  });
});
