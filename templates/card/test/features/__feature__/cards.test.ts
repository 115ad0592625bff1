import assert from 'node:assert/strict';
import { renderCard } from '../../../src/core/card';
import { __camel__Card } from '../../../src/features/__feature__/cards';
import { createFakeWorld, people, turnOf } from '../fakes';

describe('the card __feature__/__card__', () => {
  it('is about the service, whose name stays text', async () => {
    const world = createFakeWorld();
    for (const [service, title] of [
      ['shop', 'shop'],
      ['**shop**', '\\*\\*shop\\*\\*'],
    ] as const) {
      const { card, data } = __camel__Card(world.deps, turnOf(people.dana), service);
      assert.equal(data.title, title);
      assert.ok(renderCard(card, data));
    }
    await world.close();
  });
});
