import type { Person } from '../../chat/contract';
import { createInFlight } from '../../core/in-flight';
import type { CollectionSpec } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { Delegation } from './deciders';

/** Who decides for whom until when: one for each who gives their say away. */
export interface Delegations {
  active(): Promise<readonly Delegation[]>;
  give(delegation: Delegation): Promise<void>;
  /** What was taken back; undefined when nothing was given away. */
  takeBack(personId: string): Promise<Delegation | undefined>;
}

const spec: CollectionSpec<Delegation> = {
  name: 'delegations',
  schema: 1,
  indexes: { until: ({ until }) => until },
  queries: [{ orderBy: 'until' }],
  expiresAt: ({ until }) => until,
};

export function createDelegations({ store, clock }: Pick<FeatureDependencies, 'store' | 'clock'>): Delegations {
  const delegations = store.collection(spec);
  const inFlight = createInFlight();

  async function read(): Promise<readonly Delegation[]> {
    const { items } = await delegations.find({
      where: { until: { atLeast: clock.now() + 1 } },
      orderBy: 'until',
      limit: 1000,
    });
    return items.map(({ value }) => value);
  }

  return {
    // Many click at once: the store is asked once for all of them.
    active: () => inFlight.join('active', read),
    async give(delegation) {
      await delegations.upsert(delegation.from.id, () => delegation);
    },
    async takeBack(personId) {
      const given = (await delegations.get(personId))?.value;
      if (!given || given.until <= clock.now()) return undefined;
      return (await delegations.remove(personId)) ? given : undefined;
    },
  };
}

/** Whether giving it away would end where it began, by whatever way. */
export function wouldCircle(delegations: readonly Delegation[], from: Person, to: Person): boolean {
  const next = new Map(delegations.map((each) => [each.from.id, each.to.id]));
  for (let id: string | undefined = to.id; id !== undefined; id = next.get(id)) {
    if (id === from.id) return true;
    if (next.get(id) === to.id) return false;
  }
  return false;
}
