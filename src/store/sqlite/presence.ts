import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { idFrom } from '../../core/keys';
import type { Presence } from '../contract';

const keptMs = 3_600_000;
const livesForSureMs = 200;

/**
 * Tells live processes from dead ones. Each locks its own file, and the operating system releases the lock the moment its process ends in any way.
 * Process ids aren't used: they are reused, and mean nothing in another container.
 */
export function openPresence(folder: string): Presence & { close(): void } {
  const held = new Map<string, Database.Database>();
  const ended = new Set<string>();
  const seenAlive = new Map<string, number>();
  const fileOf = (owner: string): string => join(folder, idFrom('owner', owner));

  return {
    announce(owner) {
      if (held.has(owner)) return;
      mkdirSync(folder, { recursive: true });
      removeOld(folder);
      const lock = tryLock(fileOf(owner), {});
      if (lock) held.set(owner, lock);
    },
    hasEnded(owner) {
      if (ended.has(owner)) return true;
      if (performance.now() - (seenAlive.get(owner) ?? -Infinity) < livesForSureMs) return false;
      const lock = tryLock(fileOf(owner), { fileMustExist: true });
      lock?.close();
      if (lock) ended.add(owner);
      else seenAlive.set(owner, performance.now());
      return lock !== undefined;
    },
    close() {
      for (const lock of held.values()) lock.close();
      held.clear();
    },
  };
}

/** Undefined: somebody holds it, or it can't be told. */
function tryLock(file: string, options: { fileMustExist?: boolean }): Database.Database | undefined {
  let database: Database.Database | undefined;
  try {
    if (options.fileMustExist) statSync(file);
    database = new Database(file, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return database;
  } catch {
    database?.close();
    return undefined;
  }
}

/** After this time, no lease of a dead process can remain. The file of a live one stays, because it's locked. */
function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    try {
      if (Date.now() - statSync(file).mtimeMs < keptMs) continue;
    } catch {
      continue;
    }
    const lock = tryLock(file, { fileMustExist: true });
    if (!lock) continue;
    try {
      unlinkSync(file);
    } finally {
      lock.close();
    }
  }
}
