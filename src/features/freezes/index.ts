import type { Announcements } from '../announcements';
import type { Feature } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { freezeCommands } from './commands';
import type { Freeze, Freezes } from './contract';
import { freezeOf, freezesSpec } from './record';
import { catalogFreezes, covers, stoppingNow } from './windows';

export type * from './contract';
export { freezeSentence } from './words';

const weekMs = 7 * 86_400_000;

/** Times in which nothing is to change: those of the catalog and those declared in chat. */
export function createFreezes(
  deps: FeatureDependencies,
  announcements: Announcements,
): { feature: Feature; freezes: Freezes } {
  const declared = deps.store.collection(freezesSpec);

  async function all(now: number): Promise<Freeze[]> {
    const { items } = await declared.find({ where: { state: 'declared' }, limit: 1000 });
    const open = items.map(({ value }) => freezeOf(value)).filter(({ until }) => until === undefined || until > now);
    return [...catalogFreezes(deps.catalog(), now), ...open];
  }

  const freezes: Freezes = {
    async stopping(target, action) {
      const now = deps.clock.now();
      return stoppingNow(await all(now), target, action, now);
    },
    async upcoming(target) {
      const now = deps.clock.now();
      return (await all(now))
        .filter((freeze) => freeze.from <= now + weekMs && (target === undefined || covers(freeze, target)))
        .sort((a, b) => a.from - b.from);
    },
  };
  const commands = freezeCommands({ deps, declared, freezes, announcements });
  return { feature: { name: 'freezes', commands }, freezes };
}
