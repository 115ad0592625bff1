import assert from 'node:assert/strict';
import type { GridClient, GridLook } from '../../../src/connectors/selenium/client';
import { describeGrid, findGridObstacle } from '../../../src/connectors/selenium/check';
import { createLeftovers } from '../../../src/connectors/selenium/leftovers';

const idle: GridLook = {
  ...{ version: '4.48.0', nodes: 1, slots: 2, inUse: 0 },
  ...{ sessions: [], waiting: [], isStarting: false },
};
const ours = 'gavel-1f';

/** A Grid that looks like these, one after the other, and like the last one from then on. */
function gridOf(...looks: readonly Partial<GridLook>[]) {
  const ended: string[] = [];
  let count = 0;
  const client = {
    look: async () => ({ ...idle, ...looks[Math.min(count++, looks.length - 1)] }),
    end: async (id: string) => void ended.push(id),
  };
  return { ended, client: client as unknown as GridClient };
}

describe('sessions that a run leaves in a Grid', () => {
  for (const { title, looks, ended, isOver } of [
    { title: 'none, seen twice: that was all', looks: [{}, {}], ended: [], isOver: [false, true] },
    {
      title: 'one with its name, also among other words, and nobody else’s',
      looks: [
        {
          sessions: [
            { id: 'a', name: `Checkout ${ours}` },
            { id: 'b', name: 'Checkout' },
            { id: 'c', name: undefined },
            { id: 'd', name: 'gavel-2e' },
          ],
        },
        {},
        {},
      ],
      ended: ['a'],
      isOver: [false, false, true],
    },
    {
      title: 'one that only starts when the suite is gone',
      looks: [
        { waiting: [undefined, ours] },
        { isStarting: true },
        {},
        { sessions: [{ id: 'a', name: ours }] },
        {},
        {},
      ],
      ended: ['a'],
      isOver: [false, false, false, false, false, true],
    },
    {
      title: 'one that doesn’t end at once: it’s ended again',
      looks: [{ sessions: [{ id: 'a', name: ours }] }, { sessions: [{ id: 'a', name: ours }] }, {}, {}],
      ended: ['a', 'a'],
      isOver: [false, false, false, true],
    },
  ] satisfies readonly Case[])
    it(title, async () => {
      const grid = gridOf(...looks);
      const endLeftovers = createLeftovers(grid.client);
      const seen: boolean[] = [];
      for (const _ of isOver) seen.push(await endLeftovers(ours, () => undefined));
      assert.deepEqual(seen, isOver);
      assert.deepEqual(grid.ended, ended);
    });
});

interface Case {
  readonly title: string;
  readonly looks: readonly Partial<GridLook>[];
  readonly ended: readonly string[];
  readonly isOver: readonly boolean[];
}

describe('a Grid', () => {
  for (const [look, hasNodesOnDemand, obstacle] of [
    [{}, false, undefined],
    [{ nodes: 0, slots: 0 }, false, 'the Grid isn’t ready: none of its nodes is up'],
    [{ nodes: 0, slots: 0 }, true, undefined],
    [{ inUse: 2 }, false, 'the Grid isn’t ready: all of its 2 browsers are in use'],
    [
      { slots: 1, inUse: 1, waiting: ['x'] },
      false,
      'the Grid isn’t ready: its only browser is in use, and 1 session is waiting',
    ],
    [
      { inUse: 2, waiting: ['x', 'y'] },
      false,
      'the Grid isn’t ready: all of its 2 browsers are in use, and 2 sessions are waiting',
    ],
  ] as const)
    it(`with ${JSON.stringify(look)}${hasNodesOnDemand ? ' and nodes on demand' : ''}: ${obstacle ?? 'a suite can start'}`, () =>
      assert.equal(findGridObstacle({ ...idle, ...look }, hasNodesOnDemand), obstacle));

  it('is described with its nodes, browsers and waiting sessions', () => {
    assert.equal(describeGrid(idle), 'Selenium Grid 4.48.0: 1 node, 2 of 2 browsers free, no session waiting');
    assert.equal(
      describeGrid({ ...idle, nodes: 3, slots: 1, inUse: 2, waiting: ['x'] }),
      'Selenium Grid 4.48.0: 3 nodes, 0 of 1 browser free, 1 session waiting',
    );
  });
});
