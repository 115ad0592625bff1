import { ConflictError, UserError } from '../../core/errors';
import type { Query, Stored } from '../../store/contract';
import type { FeatureDependencies } from '../contract';
import type { Deployment } from './contract';
import { next } from './life';
import type { DeploymentEvent } from './life';
import { deploymentsSpec, numbersSpec, targetKey } from './record';
import { isRefusal } from './refusal';
import { nextWake } from './wake-time';

export const sweepName = 'deployments';
const firstNumber = 1001;

export interface Changed {
  readonly id: string;
  readonly deployment: Deployment;
  readonly version: number;
  /** Why nothing changed; undefined when the event had its effect. */
  readonly refused: string | undefined;
}

/** Deployments in the store, changed by events only. */
export interface Ledger {
  get(id: string): Promise<Stored<Deployment> | undefined>;
  find(query: Query): Promise<readonly Stored<Deployment>[]>;
  nextNumber(): Promise<number>;
  /** Puts a new one in, or gives the one that has this id already. */
  insert(id: string, deployment: Deployment): Promise<Stored<Deployment>>;
  /** Rejects with `ConflictError` when its service and environment are held by another. */
  apply(id: string, event: DeploymentEvent): Promise<Changed>;
}

export interface LedgerOptions extends Pick<FeatureDependencies, 'store' | 'sweeper' | 'clock'> {
  readonly pollMs: number;
}

/** Opens the collection; every change wakes the sweeper. */
export function createLedger({ store, sweeper, clock, pollMs }: LedgerOptions): Ledger & {
  readonly collection: ReturnType<typeof store.collection<Deployment>>;
} {
  const collection = store.collection(deploymentsSpec);
  const numbers = store.collection(numbersSpec);
  return {
    collection,
    get: (id) => collection.get(id),
    find: async (query) => (await collection.find(query)).items,
    async nextNumber() {
      const counted = await numbers.upsert('deployments', (value) => ({ last: value ? value.last + 1 : firstNumber }));
      return counted.value.last;
    },
    async insert(id, deployment) {
      try {
        const stored = await collection.insert(id, deployment);
        sweeper.kick(sweepName, id);
        return stored;
      } catch (error) {
        const present = error instanceof ConflictError ? await collection.get(id) : undefined;
        if (present) return present;
        throw error;
      }
    },
    async apply(id, event) {
      const now = clock.now();
      let refused: string | undefined;
      const stored = await collection.update(id, (deployment) => {
        const result = next(deployment, event, now);
        refused = isRefusal(result) ? result.refused : undefined;
        return isRefusal(result) ? undefined : { ...result, wakeAt: nextWake(result, now, pollMs) };
      });
      if (!stored) throw new UserError('That deployment is no longer there. Write deployments to see the latest.');
      if (stored.changed) sweeper.kick(sweepName, id);
      return { id, deployment: stored.value, version: stored.version, refused };
    },
  };
}

/** The one that holds this service and environment now, if any. */
export async function holderOf(
  ledger: Ledger,
  target: Pick<Deployment, 'service' | 'environment'>,
): Promise<Stored<Deployment> | undefined> {
  const held = await ledger.find({
    where: { target: targetKey(target), state: { in: ['running', 'verifying', 'unclear'] } },
    orderBy: 'requestedAt',
    limit: 10,
  });
  return held.find(({ value }) => value.rollbackOf === undefined) ?? held[0];
}
