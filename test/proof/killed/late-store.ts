import { join } from 'node:path';
import type { Collection, CollectionSpec, Store } from '../../../src/store/contract';
import { copyStore, openStoreOf } from './store-files';

/**
 * The negative control: a store that reports a write at once and writes a while later. It works on a copy; only what reached the folder itself survives a
 * kill.
 */
export function openLateStore(folder: string, delayMs: number): Store {
  const ahead = join(folder, `ahead-${process.pid}`);
  copyStore(folder, ahead);
  const front = openStoreOf(ahead);
  const back = openStoreOf(folder);
  const later = (write: () => Promise<unknown>): void =>
    void setTimeout(() => void write().catch(() => undefined), delayMs);
  return {
    ...front,
    collection: <T>(spec: CollectionSpec<T>) => writeLate(front.collection(spec), back.collection(spec), later),
    audit: {
      ...front.audit,
      async append(entry) {
        await front.audit.append(entry);
        later(() => back.audit.append(entry));
      },
    },
    async close() {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await front.close();
      await back.close();
    },
  };
}

function writeLate<T>(
  front: Collection<T>,
  back: Collection<T>,
  later: (write: () => Promise<unknown>) => void,
): Collection<T> {
  return {
    ...front,
    async insert(id, value) {
      const stored = await front.insert(id, value);
      later(() => back.upsert(id, () => stored.value));
      return stored;
    },
    async update(id, change) {
      const result = await front.update(id, change);
      if (result?.changed) later(() => back.upsert(id, () => result.value));
      return result;
    },
    async upsert(id, change) {
      const stored = await front.upsert(id, change);
      later(() => back.upsert(id, () => stored.value));
      return stored;
    },
    async remove(id) {
      const removed = await front.remove(id);
      later(() => back.remove(id));
      return removed;
    },
  };
}
