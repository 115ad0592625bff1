import assert from 'node:assert/strict';
import { compose, orderByNeed, partsOf } from '../../src/core/compose';

const orders: readonly (readonly [string, Readonly<Record<string, readonly string[]>>, readonly string[]])[] = [
  ['nothing', {}, []],
  ['parts without needs as they are declared', { policy: [], locks: [] }, ['policy', 'locks']],
  ['a need before whoever needs it', { policy: ['locks'], locks: [] }, ['locks', 'policy']],
  [
    'a need of several once',
    { deployments: ['health', 'policy'], health: ['policy'], policy: ['locks'], locks: [] },
    ['locks', 'policy', 'health', 'deployments'],
  ],
];

const refusals: readonly (readonly [string, Readonly<Record<string, readonly string[]>>, string])[] = [
  ['a need that nobody offers', { policy: ['locks'] }, 'policy needs locks, and nobody offers that.'],
  ['a part that needs itself', { locks: ['locks'] }, 'Parts can’t need each other in a circle: locks needs locks.'],
  [
    'a circle, and names only who is in it',
    { help: ['health'], health: ['deployments'], deployments: ['policy', 'health'], policy: [] },
    'Parts can’t need each other in a circle: health needs deployments needs health.',
  ],
];

const withNeeds = (needs: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(needs).map(([name, each]) => [name, { needs: each }]));

describe('the order in which parts are created', () => {
  for (const [what, needs, order] of orders)
    it(`has ${what}`, () => assert.deepEqual(orderByNeed(withNeeds(needs)), order));

  for (const [what, needs, sentence] of refusals)
    it(`rejects ${what}`, () => assert.throws(() => orderByNeed(withNeeds(needs)), { message: sentence }));

  it('finds a need by its own name, whatever objects inherit', () => {
    assert.throws(() => orderByNeed(withNeeds({ locks: ['toString'] })), /nobody offers that/);
  });
});

describe('composed parts', () => {
  interface Offers {
    readonly sum: { readonly of: number };
    readonly one: number;
    readonly two: number;
  }
  const part = partsOf<Offers>();

  it('are each created once, from what they need and nothing else, in their declared order', () => {
    const made: string[] = [];
    const offers = compose<Offers>({
      sum: part(['one', 'two'], (needed) => {
        made.push(`sum of ${Object.keys(needed).join(' and ')}`);
        return { of: needed.one + needed.two };
      }),
      one: part([], () => made.push('one') && 1),
      two: part(['one'], ({ one }) => made.push('two') && one + 1),
    });
    assert.deepEqual(made, ['one', 'two', 'sum of one and two']);
    assert.deepEqual(Object.entries(offers), [
      ['sum', { of: 3 }],
      ['one', 1],
      ['two', 2],
    ]);
  });

  it('do not compile if a part uses something that it does not declare', () => {
    // @ts-expect-error `two` is not among its needs
    assert.ok(part(['one'], ({ two }) => two));
  });
});
