import { macOf } from '../../audit/chain';
import type { Anchor } from '../../audit/chain';
import { headsIn, headsText, withHead } from '../../audit/heads';
import type { Head } from '../../audit/heads';
import { auditLine } from '../../audit/lines';
import type { AuditEntry } from '../../contract';
import type { SqliteFile } from '../database';

/** The sealed heads as they're stored; undefined when they're missing or their seal is wrong. */
export function readHeads(file: SqliteFile, key: Buffer): readonly Head[] | undefined {
  const row = file.get(`SELECT body FROM "audit-heads" WHERE id = 1`);
  return typeof row?.['body'] === 'string' ? headsIn(key, row['body']) : undefined;
}

export function writeHeads(file: SqliteFile, key: Buffer, heads: readonly Head[]): void {
  file.run(`INSERT OR REPLACE INTO "audit-heads" (id, body) VALUES (1, ?)`, headsText(key, heads));
}

interface Chain {
  readonly file: SqliteFile;
  readonly key: Buffer;
  readonly instance: string;
}

/** Adds a line and moves the sealed head with it, in one transaction; undefined when an entry with this key is there already. */
export function appendNow(chain: Chain, entry: AuditEntry): Anchor | undefined {
  const { file, key, instance } = chain;
  return file.transaction(() => {
    if (entry.key && file.get(`SELECT 1 AS found FROM "audit-entries" WHERE key = ?`, entry.key)) return undefined;
    const heads = readHeads(file, key);
    const last = lastOf(
      chain,
      heads?.find((each) => each.instance === instance),
    );
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
function lastOf({ file, instance }: Chain, head: Anchor | undefined): Pick<Anchor, 'sequence' | 'mac'> {
  const row = file.get(
    `SELECT sequence, mac FROM "audit-entries" WHERE instance = ? ORDER BY sequence DESC LIMIT 1`,
    instance,
  );
  const stored = { sequence: Number(row?.['sequence'] ?? 0), mac: macText(row?.['mac']) };
  return head && head.sequence >= stored.sequence ? head : stored;
}

/** A damaged hash is no hash: the next line is then judged by what is known otherwise. */
function macText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
