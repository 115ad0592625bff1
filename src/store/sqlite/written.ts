import type { SqliteFile } from './database';

/** When a collection may speak of what it holds. */
interface Written {
  /** Changes a record, with other changes of the same moment; gives back what `work` gave as soon as it is on the disk. */
  kept<R>(id: string, work: () => R): Promise<R>;
  /** Gives back what was read as soon as nothing in it can be lost any more: of one record, or of the whole collection. */
  shown<R>(id: string | undefined, result: R): Promise<R>;
}

/** Knows which records of a collection are not on the disk yet, so that only their readers wait. */
export function openWritten(file: SqliteFile): Written {
  const underway = new Map<string, number>();
  let last = 0;
  return {
    async kept(id, work) {
      let change = 0;
      const result = await file.writes.add(work, (number) => underway.set(id, (change = last = number)));
      await file.onDisk(change);
      if (underway.get(id) === change) underway.delete(id);
      return result;
    },
    async shown(id, result) {
      await file.mayBeTold(id === undefined ? last : (underway.get(id) ?? 0));
      return result;
    },
  };
}
