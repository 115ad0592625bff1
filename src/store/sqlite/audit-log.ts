import { ConflictError } from '../../core/errors';
import { macOf } from '../audit-chain';
import type { Anchor } from '../audit-chain';
import { auditLine, breaksOfLines, entryOf } from '../audit-lines';
import type { AuditLine } from '../audit-lines';
import type { AuditEntry, AuditFilter, AuditLog } from '../contract';
import type { Anchors } from './anchors';
import type { Row, SqliteFile, SqlValue } from './database';

export interface AuditLogOptions {
  readonly file: SqliteFile;
  readonly key: Buffer;
  /** Each instance writes a chain of its own. */
  readonly instance: string;
  /** What is anchored outside the store by now. */
  readonly readAnchors: () => readonly Anchor[];
  /** Where the head is anchored as soon as its line is stored. */
  readonly anchors: Anchors;
}

const defaultLimit = 50;
const highestLimit = 1_000;

/** The audit log in the embedded store. */
export function openAuditLog({ file, key, instance, readAnchors, anchors }: AuditLogOptions): AuditLog {
  file.exec(
    `CREATE TABLE IF NOT EXISTS "audit-entries" (instance TEXT NOT NULL, sequence INTEGER NOT NULL, key TEXT UNIQUE, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL, mac TEXT NOT NULL, PRIMARY KEY (instance, sequence)) WITHOUT ROWID`,
  );
  file.exec(`CREATE INDEX IF NOT EXISTS "audit-entries-at" ON "audit-entries" (at)`);

  function appendNow(entry: AuditEntry): Anchor | undefined {
    return file.transaction(() => {
      if (entry.key && file.get(`SELECT 1 AS found FROM "audit-entries" WHERE key = ?`, entry.key)) return undefined;
      const head = file.get(
        `SELECT sequence, mac FROM "audit-entries" WHERE instance = ? ORDER BY sequence DESC LIMIT 1`,
        instance,
      );
      const sequence = Number(head?.['sequence'] ?? 0) + 1;
      const mac = macOf(key, String(head?.['mac'] ?? ''), instance, sequence, entry);
      const line = auditLine({ instance, sequence, mac }, entry);
      file.run(
        `INSERT INTO "audit-entries" (instance, sequence, key, at, who, what, target, body, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[instance, sequence, line.key ?? null, line.at, line.who, line.what, line.target, line.body, mac],
      );
      return { instance, sequence, mac };
    });
  }

  let lastLine = 0;
  return {
    async append(entry) {
      try {
        const anchor = appendNow(JSON.parse(JSON.stringify(entry)) as AuditEntry);
        await file.onDisk((lastLine = file.lastChange()));
        // An anchor before its line would look like a line cut off.
        if (anchor) await anchors.add(anchor);
      } catch (error) {
        // Another process wrote the entry with this key a moment ago.
        if (!(error instanceof ConflictError)) throw error;
      }
    },
    async read(filter) {
      const { sql, values } = readSql(filter);
      const entries = file.all(sql, ...values).map((row) => entryOf(String(row['body'])));
      await file.mayBeTold(lastLine);
      return entries;
    },
    async verify() {
      // The anchors first: a line appended meanwhile must not look cut off, nor an anchor written meanwhile.
      const known = readAnchors();
      const rows = file.all(`SELECT * FROM "audit-entries" ORDER BY instance, sequence`);
      return { entries: rows.length, breaks: breaksOfLines(key, rows.map(lineOf), known) };
    },
  };
}

function lineOf(row: Row): AuditLine {
  const [instance, body, mac] = [String(row['instance']), String(row['body']), String(row['mac'])];
  return { ...row, instance, sequence: Number(row['sequence']), key: row['key'] ?? undefined, body, mac } as AuditLine;
}

function readSql(filter: AuditFilter): { sql: string; values: SqlValue[] } {
  const conditions: [string, SqlValue | undefined][] = [
    ['who = ?', filter.who],
    ['what = ?', filter.what],
    [`instr(lower(target), ?) > 0`, filter.target?.toLowerCase()],
    ['at >= ?', filter.since],
    ['at <= ?', filter.until],
  ];
  const used = conditions.filter((each): each is [string, SqlValue] => each[1] !== undefined);
  const where = used.length > 0 ? `WHERE ${used.map(([sql]) => sql).join(' AND ')}` : '';
  const limit = Math.min(highestLimit, Math.max(1, Math.floor(filter.limit ?? defaultLimit)));
  const sql = `SELECT body FROM "audit-entries" ${where} ORDER BY at DESC, instance DESC, sequence DESC LIMIT ${limit}`;
  return { sql, values: used.map(([, value]) => value) };
}
