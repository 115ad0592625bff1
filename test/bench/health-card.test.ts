import assert from 'node:assert/strict';
import { renderCard } from '../../src/core/card';
import { fleetOfTwenty, withoutFallbacks } from './health-card';
import { buildFleet } from './health-card-built';

describe('the card that a function builds by hand, for the bench', () => {
  it('is the one that Gavel draws', () => {
    const data = fleetOfTwenty();
    const plain = (card: unknown): unknown => withoutFallbacks(JSON.parse(JSON.stringify(card)));
    assert.deepEqual(plain(buildFleet(data)), plain(renderCard('health/fleet', data)));
  });
});
