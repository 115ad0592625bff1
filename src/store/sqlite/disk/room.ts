import type { CollectionSize } from '../../contract';
import type { SqliteFile } from '../database';

/** What the file takes, and how it gets smaller: always in slices, so that nobody waits for it. */

const removedAtOnce = 200;
const pagesAtOnce = 200;
/** So much stays free in the file for what is written next. */
const freePagesKept = 2_000;

/** Removes the records whose time has come by then. */
export async function removeBefore(file: SqliteFile, name: string, time: number): Promise<number> {
  for (let removed = 0; ;) {
    const rows = file.run(
      `DELETE FROM "${name}" WHERE id IN (SELECT id FROM "${name}" WHERE expiresAt IS NOT NULL AND expiresAt <= ? LIMIT ${removedAtOnce})`,
      time,
    );
    removed += rows;
    if (rows < removedAtOnce) return removed;
    await new Promise(setImmediate);
  }
}

/** Gives pages that nothing lies in back to the disk. A file that was begun before this was possible keeps them and uses them again. */
export async function giveBack(file: SqliteFile): Promise<void> {
  for (;;) {
    const free = Number(file.get('SELECT freelist_count AS free FROM pragma_freelist_count')?.['free'] ?? 0);
    const mode = Number(file.get('SELECT auto_vacuum AS mode FROM pragma_auto_vacuum')?.['mode'] ?? 0);
    if (mode !== 2 || free <= freePagesKept) return;
    file.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    await new Promise(setImmediate);
  }
}

export function collectionSize(file: SqliteFile, name: string): CollectionSize {
  const row = file.get(`SELECT count(*) AS records, total(length(body)) AS bytes FROM "${name}"`);
  const first = file.get(`SELECT min(expiresAt) AS first FROM "${name}" WHERE expiresAt IS NOT NULL`)?.['first'];
  return {
    name,
    records: Number(row?.['records'] ?? 0),
    bytes: Number(row?.['bytes'] ?? 0),
    ...(typeof first === 'number' && { firstExpiresAt: first }),
  };
}
