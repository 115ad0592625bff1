import assert from 'node:assert/strict';
import { cardOf, createWorld, dana, nico, noor, start } from '../picker/picker-world';
import type { World } from '../picker/picker-world';

describe('rolling back', () => {
  let world: World;
  beforeEach(() => {
    world = createWorld();
    world.rollbackTo = { version: '2.13.1', commit: world.releases['shop']?.[2]?.commit ?? '' };
  });
  afterEach(() => world.close());

  const args = { service: 'shop', environment: 'production' };
  const idOf = (card: { data: object }): string => String((card.data as { id: unknown }).id);

  it('names the release that it would restore, and asks first', async () => {
    const card = cardOf(await world.say(dana, 'rollback', args));
    assert.match(card.text, /shop back to 2\.13\.1 in production/);
    assert.match(card.text, /would replace 2\.13\.2/);
    assert.match(card.text, /Removes 2 commits by 2 people/);
    assert.equal(world.requests.length, 0);
  });

  it('requests once with the reason, exactly what was shown', async () => {
    const id = idOf(cardOf(await world.say(dana, 'rollback', args)));
    const click = (): Promise<unknown> =>
      world.click(dana, 'deployments.rollback-service', { id, reason: ' Baskets vanish ' });
    await Promise.all([click(), click()]);
    assert.equal(world.deployments.length, 1);
    const { kind, version, reason } = world.deployments[0]?.deployment ?? {};
    assert.deepEqual({ kind, version, reason }, { kind: 'rollback', version: '2.13.1', reason: 'Baskets vanish' });
  });

  it('shows the new target if the previous release is another one by now', async () => {
    const id = idOf(cardOf(await world.say(dana, 'rollback', args)));
    world.rollbackTo = { version: '2.14.0', commit: world.releases['shop']?.[0]?.commit ?? '' };
    const again = cardOf(await world.click(dana, 'deployments.rollback-service', { id }));
    assert.match(again.text, /shop back to 2\.14\.0 in production/);
    assert.equal(world.requests.length, 0);
  });

  it('ends when the release that it names is live already', async () => {
    const id = idOf(cardOf(await world.say(dana, 'rollback', args)));
    const { version, commit } = world.releases['shop']?.[2] ?? assert.fail();
    world.running['shop/production'] = { version, commit, since: start };
    const { text } = cardOf(await world.click(dana, 'deployments.rollback-service', { id, reason: 'slow' }));
    assert.match(text, /"Roll back".*"» Superseded".*2\.13\.1 is already live in production\./);
    assert.doesNotMatch(text, /"Action\./);
    assert.equal(world.requests.length, 0);
  });

  it('says in one sentence that it expired when its dialog is opened too late, and the card shows it', async () => {
    const id = idOf(cardOf(await world.say(dana, 'rollback', args)));
    world.clock.advance(3_600_001);
    const action = world.picker.actions.find(({ verb }) => verb === 'deployments.rollback-service');
    await assert.rejects(
      action?.asks?.(world.turn(dana), id) ?? assert.fail(),
      /^UserError: This card expired after an hour\. Nothing was requested\. Type `rollback` to start again\.$/,
    );
    assert.deepEqual(world.changed, [`picker:${id}`]);
  });

  it('requests once for two clicks on a health card, and shows the waiting request', async () => {
    const click = (): Promise<unknown> => world.click(dana, 'deployments.rollback-service', { id: 'shop/production' });
    await Promise.all([click(), click()]);
    const third = cardOf((await click()) as never);
    assert.equal(world.deployments.length, 1);
    assert.match(third.text, /D-1042: shop back to 2\.13\.1 in production/);
  });

  it('requests nothing if the button named another release', async () => {
    const id = 'shop/production/2.13.0';
    await assert.rejects(
      world.click(dana, 'deployments.rollback-service', { id }),
      /now restore 2\.13\.1, not 2\.13\.0/,
    );
    assert.equal(world.requests.length, 0);
  });

  it('is refused to people who can’t deploy there', async () => {
    await assert.rejects(world.say(nico, 'rollback', args), /Dana Developer/);
    await assert.rejects(world.click(noor, 'deployments.rollback-service', { id: 'shop/production' }), /Dana/);
    const id = idOf(cardOf(await world.say(dana, 'rollback', args)));
    await assert.rejects(world.click(noor, 'deployments.rollback-service', { id }), /You can’t roll back/);
    assert.equal(world.requests.length, 0);
  });

  it('says so if nothing was verified before', async () => {
    world.rollbackTo = undefined;
    await assert.rejects(world.say(dana, 'rollback', args), /nothing to roll back to/);
  });
});
