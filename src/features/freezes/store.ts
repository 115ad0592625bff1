import { idFrom } from '../../core/keys';
import type { Stored } from '../../store/contract';
import { openWorkflow } from '../../workflows';
import type { ActivityOf } from '../../workflows';
import type { Announcements } from '../announcements';
import type { FeatureDependencies } from '../contract';
import type { Freeze, Freezes } from './contract';
import { affectedBy, catalogFreezes, covers, stoppingNow } from './policy';
import { freezeOf, freezeWorkflow } from './workflow';
import type { DeclaredFreeze, FreezeEvent, FreezeVerdict } from './workflow';

/** The freezes of the catalog and those that were declared. */
export interface FreezeStore extends Freezes {
  /** Those that nobody has ended; their time may be over. */
  declared(): Promise<readonly Stored<DeclaredFreeze>[]>;
  apply(id: string, event: FreezeEvent): Promise<void>;
}

const weekMs = 7 * 86_400_000;

export function createFreezeStore(deps: FeatureDependencies, announcements: Announcements): FreezeStore {
  const { catalog, clock } = deps;
  const workflow = openWorkflow(deps, freezeWorkflow, () => ({ effects: freezeEffects(deps, announcements) }));

  async function declared(): Promise<readonly Stored<DeclaredFreeze>[]> {
    return (await workflow.records.find({ where: { state: 'declared' }, limit: 1000 })).items;
  }

  async function all(now: number): Promise<Freeze[]> {
    const open = (await declared()).map(({ value }) => freezeOf(value));
    return [...catalogFreezes(catalog(), now), ...open.filter(({ until }) => until === undefined || until > now)];
  }

  return {
    declared,
    async apply(id, event) {
      await workflow.apply(id, event, {});
    },
    async stopping(target, action) {
      const now = clock.now();
      return stoppingNow(await all(now), target, action, now);
    },
    async upcoming(target) {
      const now = clock.now();
      return (await all(now))
        .filter((freeze) => freeze.from <= now + weekMs && (target === undefined || covers(freeze, target)))
        .sort((a, b) => a.from - b.from);
    },
  };
}

/** The channels of what is affected are told, but not the place where it was just said. */
function freezeEffects(
  { catalog, outbox }: FeatureDependencies,
  announcements: Announcements,
): ActivityOf<DeclaredFreeze, FreezeVerdict>['effects'] {
  return {
    async tell({ value, effect: { text, saidIn, turn } }) {
      const services = affectedBy(catalog(), value);
      const places = new Set(await Promise.all(services.map((service) => announcements.placeOf(service))));
      for (const placeId of places) {
        if (placeId === undefined || placeId === saidIn) continue;
        await outbox.put({
          key: `freeze:${turn}:${idFrom('place', placeId).slice(0, 12)}`,
          destination: { to: 'place', placeId },
          content: { text },
          revision: 1,
          final: true,
        });
      }
    },
  };
}
