import type { Store } from '../../store/contract';
import type { HealthState } from './contract';

/** The state a service was last seen in, and since when: written only when it changes. */
export interface SeenState {
  readonly state: HealthState;
  readonly since: number;
}

export interface HealthStates {
  /** Since when it has been in this state. `began` is asked only when the state is new. */
  since(target: string, state: HealthState, began: () => Promise<number>): Promise<number>;
  /** Since when, if this is the state last seen; writes nothing. */
  known(target: string, state: HealthState): Promise<number | undefined>;
}

/** Light memory of state changes in the store, shared by all instances. */
export function createHealthStates(store: Store): HealthStates {
  const states = store.collection<SeenState>({ name: 'health-states', schema: 1, indexes: {}, queries: [] });
  async function known(target: string, state: HealthState): Promise<number | undefined> {
    const seen = await states.get(target);
    return seen?.value.state === state ? seen.value.since : undefined;
  }
  return {
    known,
    async since(target, state, began) {
      const remembered = await known(target, state);
      if (remembered !== undefined) return remembered;
      const since = await began();
      const stored = await states.upsert(target, (value) => (value?.state === state ? value : { state, since }));
      return stored.value.since;
    },
  };
}
