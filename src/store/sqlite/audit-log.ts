import { ConflictError } from '../../core/errors';
import { headsIn, headsText, prunedMark, readAnchors, withHead, withPrune } from '../audit/anchors';
import type { Head } from '../audit/anchors';
import { macOf } from '../audit/chain';
import type { Anchor, Mark } from '../audit/chain';
import { markKeyUsed, openAnchorWriter, replaceAnchors } from '../audit/files';
import { auditLine } from '../audit/lines';
import { pruneChains } from '../audit/prune';
import type { PruneSource } from '../audit/prune';
import { verifyAudit } from '../audit/verify';
import type { AuditEntry, AuditLog } from '../contract';
import { chainEnds, linePages, linesBetween, prepareSearch, readPage, searchLines } from './audit-lines';
import { startAudit } from './audit-start';
import type { AuditStart } from './audit-start';
import type { SqliteFile } from './database';
import { checkAuditIndexes } from './inspect';

interface AuditLogOptions extends AuditStart {
  /** Each instance writes its own chain. */
  readonly instance: string;
  /** The path of the file. */
  readonly path: string;
  /** Only reads a log that another process writes: starts, repairs and refuses nothing. */
  readonly onlyLooks?: boolean;
}

/** The audit log in the embedded store. */
export function openAuditLog(options: AuditLogOptions): AuditLog {
  const { file, key, instance, anchorFile, logger } = options;
  file.exec(
    `CREATE TABLE IF NOT EXISTS "audit-entries" (instance TEXT NOT NULL, sequence INTEGER NOT NULL, key TEXT UNIQUE, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL, mac TEXT NOT NULL, PRIMARY KEY (instance, sequence)) WITHOUT ROWID`,
  );
  file.exec(`CREATE TABLE IF NOT EXISTS "audit-heads" (id INTEGER PRIMARY KEY, body TEXT NOT NULL)`);
  prepareSearch(file);

  const started = options.onlyLooks ? undefined : file.transaction(() => startAudit(options));
  const anchors = openAnchorWriter({ file: anchorFile, key, logger, lines: started?.anchorLines });
  if (started?.entry) {
    const anchor = appendNow(options, { ...started.entry, at: Date.now() });
    if (anchor) void anchors.add([anchor]);
  }

  let written = 0;
  const log: AuditLog = {
    async append(entry) {
      try {
        const anchor = appendNow(options, JSON.parse(JSON.stringify(entry)) as AuditEntry);
        await file.onDisk((written = file.lastChange()));
        // An anchor before its line would make it look like a line was cut off.
        if (anchor) await anchors.add([anchor]);
      } catch (error) {
        // Another process just wrote the entry with this key.
        if (!(error instanceof ConflictError)) throw error;
      }
    },
    async read(filter) {
      const { entries } = await readPage(file, filter);
      await file.mayBeTold(written);
      return entries;
    },
    async search(filter) {
      const page = await searchLines(file, filter);
      await file.mayBeTold(written);
      return page;
    },
    async accept(entry) {
      file.transaction(() => acceptLoss(options, entry.at));
      const anchor = appendNow(options, entry);
      await file.onDisk(file.lastChange());
      if (anchor) await anchors.add([anchor]);
    },
    prune: (request) =>
      pruneChains(
        key,
        { ...prunableRows(file, key), instance, verify: () => log.verify(), append: (entry) => log.append(entry) },
        request,
      ),
    verify: (heads) =>
      verifyAudit(
        key,
        {
          pages: () => linePages(file),
          heads: async () => readHeads(file, key),
          ends: async () => chainEnds(file),
          anchors: () => readAnchors(anchorFile, key),
          otherDamage: () => checkAuditIndexes(options.path),
          isAnchoredHere: () => true,
          mustHaveAnchors: true,
        },
        heads,
      ),
  };
  return log;
}

/**
 * Starts new heads and anchors from the existing lines, and keeps the old anchors in a file next to the new one. Lines that were changed or removed
 * in the middle stay breaks. Only while no Gavel is running.
 */
function acceptLoss({ file, key, keyFile, anchorFile }: AuditStart, now: number): void {
  const before = readHeads(file, key) ?? [];
  const heads = [...chainEnds(file)].map(([instance, sequence]): Head => {
    const row = file.get(`SELECT mac FROM "audit-entries" WHERE instance = ? AND sequence = ?`, instance, sequence);
    return { instance, sequence, mac: String(row?.['mac']), pruned: prunedMark(before, instance) };
  });
  const anchors = heads.map((head) => ({ ...head, from: prunedMark(heads, head.instance).sequence + 1 }));
  replaceAnchors(anchorFile, key, [{ instance: '', from: 0, sequence: 0, mac: '' }, ...anchors], now);
  writeHeads(file, key, heads);
  markKeyUsed(keyFile);
}

/** The sealed heads as stored; undefined if they're missing or their seal is wrong. */
export function readHeads(file: SqliteFile, key: Buffer): readonly Head[] | undefined {
  const row = file.get(`SELECT body FROM "audit-heads" WHERE id = 1`);
  return typeof row?.['body'] === 'string' ? headsIn(key, row['body']) : undefined;
}

export function writeHeads(file: SqliteFile, key: Buffer, heads: readonly Head[]): void {
  file.run(`INSERT OR REPLACE INTO "audit-heads" (id, body) VALUES (1, ?)`, headsText(key, heads));
}

/** Adds a line and moves the sealed head with it, in one transaction; undefined if an entry with this key already exists. */
function appendNow({ file, key, instance }: AuditLogOptions, entry: AuditEntry): Anchor | undefined {
  return file.transaction(() => {
    if (entry.key && file.get(`SELECT 1 AS found FROM "audit-entries" WHERE key = ?`, entry.key)) return undefined;
    const heads = readHeads(file, key);
    const head = heads?.find((each) => each.instance === instance);
    const stored = lastLine(file, instance);
    // After its sealed head even if lines were cut off, so that the gap stays visible.
    const last = head && head.sequence >= stored.sequence ? head : stored;
    const sequence = last.sequence + 1;
    const mac = macOf(key, last.mac, instance, sequence, entry);
    const line = auditLine({ instance, sequence, mac }, entry);
    file.run(
      `INSERT INTO "audit-entries" (instance, sequence, key, at, who, what, target, body, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[instance, sequence, line.key ?? null, line.at, line.who, line.what, line.target, line.body, mac],
    );
    if (heads) writeHeads(file, key, withHead(heads, { instance, sequence, mac }));
    return { instance, sequence, mac };
  });
}

/** A damaged hash doesn't count: the next line is then checked against other known hashes. */
function lastLine(file: SqliteFile, instance: string): Mark {
  const row = file.get(
    `SELECT sequence, mac FROM "audit-entries" WHERE instance = ? ORDER BY sequence DESC LIMIT 1`,
    instance,
  );
  return { sequence: Number(row?.['sequence'] ?? 0), mac: typeof row?.['mac'] === 'string' ? row['mac'] : '' };
}

/** What a prune reads and removes here. A few lines and the mark of the chain change in one transaction. */
function prunableRows(file: SqliteFile, key: Buffer): Pick<PruneSource, 'isOlderThan' | 'chains' | 'lines' | 'remove'> {
  return {
    isOlderThan: async (before) =>
      file.get(`SELECT at FROM "audit-entries" WHERE at < ? LIMIT 1`, before) !== undefined,
    async chains() {
      const heads = readHeads(file, key) ?? [];
      return [...chainEnds(file)].map(([instance, end]) => ({ instance, end, pruned: prunedMark(heads, instance) }));
    },
    lines: async (instance, from, to) => linesBetween(file, instance, from, to),
    async remove(instance, upTo) {
      file.transaction(() => {
        const heads = readHeads(file, key);
        if (!heads) throw new Error('The sealed head of the audit log is missing');
        // Another process was faster.
        if (prunedMark(heads, instance).sequence >= upTo.sequence) return;
        file.run(`DELETE FROM "audit-entries" WHERE instance = ? AND sequence <= ?`, instance, upTo.sequence);
        writeHeads(file, key, withPrune(heads, instance, upTo));
      });
      await file.onDisk(file.lastChange());
    },
  };
}
