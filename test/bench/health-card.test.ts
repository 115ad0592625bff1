import assert from 'node:assert/strict';
import { renderCard } from '../../src/core/card';
import { fleetOfTwenty, withoutFallbacks } from './health-card';
import { buildFleet } from './health-card-built';

describe('the hand-built card of the bench', () => {
  it('is the same as the card that Gavel draws', () => {
    const data = fleetOfTwenty();
    const plain = (card: unknown): unknown => withoutFallbacks(JSON.parse(JSON.stringify(card)));
    assert.deepEqual(plain(buildFleet(data)), plain(renderCard('health/fleet', data)));
  });
});
