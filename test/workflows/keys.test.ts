import assert from 'node:assert/strict';
import { defineWorkflow, openWorkflow } from '../../src/workflows';
import type { Change, WorkflowRecord } from '../../src/workflows';
import { createFakeWorld } from '../features/fakes';

interface Bell extends WorkflowRecord {
  readonly rings: number;
}

function bells(keyPrefix?: string | ((id: string) => string)) {
  return defineWorkflow({
    name: 'bells',
    ...(keyPrefix !== undefined && { keyPrefix }),
    collection: { name: 'bells', schema: 1, indexes: {} },
    transition: (
      bell: Bell | undefined,
      _event: 'ring',
      _context: object,
    ): Change<Bell, { readonly kind: 'chime' }> => ({
      record: { rings: (bell?.rings ?? 0) + 1 },
      effects: [{ kind: 'chime' }],
    }),
  });
}

describe('the keys of effects', () => {
  for (const [title, keyPrefix, expected] of [
    ['begin with the name of the workflow', undefined, ['bells:north:1:chime', 'bells:north:2:chime']],
    ['begin with its prefix', 'bell', ['bell:north:1:chime', 'bell:north:2:chime']],
    [
      'begin with what it says of the record',
      (id: string) => `${id} bell`,
      ['north bell:1:chime', 'north bell:2:chime'],
    ],
  ] as const)
    it(title, async () => {
      const world = createFakeWorld();
      const keys: string[] = [];
      const workflow = openWorkflow(world.deps, bells(keyPrefix), () => ({
        effects: {
          async chime({ key }: { readonly key: string }) {
            keys.push(key);
          },
        },
      }));
      await workflow.apply('north', 'ring', {});
      await workflow.apply('north', 'ring', {});
      await world.pass(1_000);
      assert.deepEqual(keys, expected);
      await world.close();
    });
});
