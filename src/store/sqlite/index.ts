import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { letOthersRun } from '../../core/concurrency';
import { StartError } from '../../core/errors';
import { systemProblem } from '../../core/system-problem';
import type { Logger } from '../../core/telemetry/logger';
import { readAuditKey } from '../audit/files';
import { createReadableOf } from '../collections';
import type { Collection, CollectionSize, CollectionSpec, Store } from '../contract';
import { openAuditLog } from './audit-log';
import { openCollection } from './collection';
import { openSqliteFile } from './database';
import type { SqliteFile } from './database';
import { inspectFile } from './inspect';
import { openPresence } from './presence';

interface SqliteStoreOptions {
  readonly file: string;
  readonly auditKeyFile: string;
  /** Replaces the key in the file. */
  readonly auditKey?: Buffer;
  /** Where the head of the audit chain is anchored outside the store. */
  readonly auditAnchorFile: string;
  /** Names this installation's audit chain; the same after restarts. */
  readonly instance: string;
  readonly logger: Logger;
  /** For use next to a running Gavel: starts, repairs and refuses nothing. */
  readonly onlyLooks?: boolean;
}

/** The embedded store: one SQLite file, the default for one instance. */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const { auditKeyFile: keyFile, auditAnchorFile: anchorFile, auditKey, instance, logger, onlyLooks } = options;
  mkdirSync(dirname(options.file), { recursive: true, mode: 0o700 });
  const file = openOwnFile(options.file);
  const presence = openPresence(`${options.file}-present`);
  const readableOf = createReadableOf(logger);
  const specs = new Map<string, CollectionSpec<unknown>>();
  const key = readAuditKey(keyFile, anchorFile, auditKey, onlyLooks);
  const audit = openAuditLog({ file, path: options.file, key, keyFile, anchorFile, instance, logger, onlyLooks });
  file.exec(`CREATE TABLE IF NOT EXISTS "store-check" (id INTEGER PRIMARY KEY, at INTEGER NOT NULL)`);
  return {
    presence,
    collection<T>(spec: CollectionSpec<T>): Collection<T> {
      specs.set(spec.name, spec as CollectionSpec<unknown>);
      return openCollection(file, spec, readableOf);
    },
    audit,
    async check() {
      file.run(`INSERT OR REPLACE INTO "store-check" (id, at) VALUES (1, ?)`, Date.now());
      file.get(`SELECT at FROM "store-check" WHERE id = 1`);
      await file.onDisk(file.lastChange());
    },
    inspect: (limitMs) => inspectFile(options.file, [...specs.keys()], limitMs),
    async removeExpired(now, longerMs) {
      let removed = 0;
      for (const name of specs.keys()) removed += await removeBefore(file, name, now - (longerMs?.get(name) ?? 0));
      await giveBack(file);
      await file.onDisk(file.lastChange());
      return removed;
    },
    async sizes() {
      return [...specs.keys()].map((name) => collectionSize(file, name));
    },
    async close() {
      presence.close();
      await file.close();
    },
  };
}

/** Opens the file for its owner only, or says in a sentence why it isn't Gavel's store. */
function openOwnFile(path: string): SqliteFile {
  let file: SqliteFile | undefined;
  try {
    if (existsSync(path) && !statSync(path).isFile())
      throw new StartError(`${path} isn’t a file. Move it elsewhere, or set GAVEL_DATA to another folder.`);
    // SQLite gives its log the permissions of the file.
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    file = openSqliteFile(path);
    const tables = file.all(`SELECT name FROM sqlite_schema WHERE type = 'table'`).map(({ name }) => String(name));
    if (tables.length === 0 || tables.includes('audit-entries') || tables.includes('store-check')) return file;
  } catch (error) {
    void file?.close();
    const sentence = error instanceof StartError ? undefined : systemProblem(error);
    throw sentence === undefined ? error : new StartError(sentence.replace('gavel.db', path), { cause: error });
  }
  void file.close();
  throw new StartError(
    `${path} is another program’s database. Move it elsewhere, or set GAVEL_DATA to another folder.`,
  );
}

/** The size of the file, and how it shrinks: always in slices, so that nobody has to wait. */

const removedAtOnce = 200;
const pagesAtOnce = 200;
/** This much stays free in the file for the next writes. */
const freePagesKept = 2_000;

/** Removes the records that have expired by then. */
export async function removeBefore(file: SqliteFile, name: string, time: number): Promise<number> {
  for (let removed = 0; ;) {
    const rows = file.run(
      `DELETE FROM "${name}" WHERE id IN (SELECT id FROM "${name}" WHERE expiresAt IS NOT NULL AND expiresAt <= ? LIMIT ${removedAtOnce})`,
      time,
    );
    removed += rows;
    if (rows < removedAtOnce) return removed;
    await letOthersRun();
  }
}

/** Returns empty pages to the disk. A file that was created before this was possible keeps them and reuses them. */
export async function giveBack(file: SqliteFile): Promise<void> {
  for (;;) {
    const free = Number(file.get('SELECT freelist_count AS free FROM pragma_freelist_count')?.['free'] ?? 0);
    const mode = Number(file.get('SELECT auto_vacuum AS mode FROM pragma_auto_vacuum')?.['mode'] ?? 0);
    if (mode !== 2 || free <= freePagesKept) return;
    file.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`);
    await letOthersRun();
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
