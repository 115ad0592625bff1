import type { AuditLog, Collection, CollectionSpec, Store } from '../../../src/store/contract';
import type { Fuse } from './fuse';

/** The same store, but the fuse is called before and after every write that really changes something. */
export function countWrites(store: Store, fuse: Fuse): Store {
  return {
    ...store,
    collection: <T>(spec: CollectionSpec<T>) => countIn(store.collection(spec), fuse),
    audit: countAudit(store.audit, fuse),
  };
}

function countIn<T>(inner: Collection<T>, fuse: Fuse): Collection<T> {
  return {
    ...inner,
    async insert(id, value) {
      const done = fuse.step('write');
      const stored = await inner.insert(id, value);
      done();
      return stored;
    },
    async update(id, change) {
      let done: (() => void) | undefined;
      const result = await inner.update(id, (value, version) => {
        const next = change(value, version);
        if (next !== undefined) done = fuse.step('write');
        return next;
      });
      if (result?.changed) done?.();
      return result;
    },
    async upsert(id, change) {
      let done: (() => void) | undefined;
      const stored = await inner.upsert(id, (value) => {
        done = fuse.step('write');
        return change(value);
      });
      done?.();
      return stored;
    },
    async remove(id) {
      const done = fuse.step('write');
      const removed = await inner.remove(id);
      done();
      return removed;
    },
  };
}

function countAudit(inner: AuditLog, fuse: Fuse): AuditLog {
  return {
    ...inner,
    async append(entry) {
      const done = fuse.step('write');
      await inner.append(entry);
      done();
    },
  };
}
