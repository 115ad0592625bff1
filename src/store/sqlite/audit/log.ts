import { ConflictError } from '../../../core/errors';
import type { Logger } from '../../../core/telemetry/logger';
import { openAnchorWriter } from '../../audit/anchor-writer';
import { readAnchors } from '../../audit/anchors';
import { macOf } from '../../audit/chain';
import type { Anchor } from '../../audit/chain';
import { withHead } from '../../audit/heads';
import { auditLine } from '../../audit/lines';
import { verifyAudit } from '../../audit/verify';
import type { AuditEntry, AuditLog } from '../../contract';
import { acceptLoss } from './accept';
import { exportBefore, removePart } from './prune';
import { chainEnds, linePages } from './rows';
import { prepareSearch, readPage, searchLines } from './search';
import { readHeads, startAudit, writeHeads } from './start';
import type { SqliteFile } from '../database';
import { checkAuditIndexes } from '../inspect';

interface AuditLogOptions {
  readonly file: SqliteFile;
  readonly key: Buffer;
  /** Each instance writes a chain of its own. */
  readonly instance: string;
  /** Where the file lies. */
  readonly path: string;
  readonly keyFile: string;
  readonly anchorFile: string;
  readonly logger: Logger;
  /** Only looks at a log that another process writes: nothing is begun, mended or refused. */
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

  function appendNow(entry: AuditEntry): Anchor | undefined {
    return file.transaction(() => {
      if (entry.key && file.get(`SELECT 1 AS found FROM "audit-entries" WHERE key = ?`, entry.key)) return undefined;
      const heads = readHeads(file, key);
      const last = lastOf(heads?.find((each) => each.instance === instance));
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

  /** Where the chain goes on: after its sealed head even when lines were cut off, so that the gap stays visible. */
  function lastOf(head: Anchor | undefined): Pick<Anchor, 'sequence' | 'mac'> {
    const row = file.get(
      `SELECT sequence, mac FROM "audit-entries" WHERE instance = ? ORDER BY sequence DESC LIMIT 1`,
      instance,
    );
    const stored = { sequence: Number(row?.['sequence'] ?? 0), mac: macText(row?.['mac']) };
    return head && head.sequence >= stored.sequence ? head : stored;
  }

  const started = options.onlyLooks ? undefined : file.transaction(() => startAudit(options));
  const anchors = openAnchorWriter({ file: anchorFile, key, logger, lines: started?.anchorLines });
  if (started?.entry) {
    const anchor = appendNow({ ...started.entry, at: Date.now() });
    if (anchor) void anchors.add([anchor]);
  }

  let lastLine = 0;
  const log: AuditLog = {
    async append(entry) {
      try {
        const anchor = appendNow(JSON.parse(JSON.stringify(entry)) as AuditEntry);
        await file.onDisk((lastLine = file.lastChange()));
        // An anchor before its line would look like a line cut off.
        if (anchor) await anchors.add([anchor]);
      } catch (error) {
        // Another process wrote the entry with this key a moment ago.
        if (!(error instanceof ConflictError)) throw error;
      }
    },
    async read(filter) {
      const { entries } = await readPage(file, filter);
      await file.mayBeTold(lastLine);
      return entries;
    },
    async search(filter) {
      const page = await searchLines(file, filter);
      await file.mayBeTold(lastLine);
      return page;
    },
    async accept(entry) {
      file.transaction(() => acceptLoss(options, entry.at));
      const anchor = appendNow(entry);
      await file.onDisk(file.lastChange());
      if (anchor) await anchors.add([anchor]);
    },
    async prune(before, folder, record) {
      if (!file.get(`SELECT at FROM "audit-entries" WHERE at < ? LIMIT 1`, before)) return { removed: 0, files: [] };
      const { breaks } = await log.verify();
      if (breaks.length > 0)
        return { removed: 0, files: [], problem: 'The audit log is broken, so nothing was removed from it.' };
      const parts = await exportBefore(file, before, folder);
      let removed = 0;
      for (const part of parts) {
        await log.append(record(part));
        await removePart(file, key, part);
        removed += part.to - part.from + 1;
      }
      await file.onDisk((lastLine = file.lastChange()));
      return { removed, files: parts.map((part) => part.file) };
    },
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

/** A damaged hash is no hash: the next line is then judged by what is known otherwise. */
function macText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
