import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { withPrune } from '../../audit/heads';
import { chainEnds, linesBetween } from './rows';
import { readHeads, writeHeads } from './start';
import type { SqliteFile } from '../database';

const linesAtOnce = 200;

/** Lines of one chain that were exported and may now go. */
interface PrunedPart {
  readonly instance: string;
  readonly from: number;
  readonly to: number;
  /** The hash of the last of them: what the rest of the chain is chained to. */
  readonly mac: string;
  readonly file: string;
  /** Of the exported file. */
  readonly sha256: string;
}

/** Writes the lines of each chain before that moment into a file of their own, whole as they are signed, flushed before anything is removed. */
export async function exportBefore(file: SqliteFile, before: number, folder: string): Promise<readonly PrunedPart[]> {
  const parts: PrunedPart[] = [];
  for (const [instance, end] of chainEnds(file)) {
    const first = Number(
      file.get(`SELECT sequence FROM "audit-entries" WHERE instance = ? ORDER BY sequence LIMIT 1`, instance)?.[
        'sequence'
      ] ?? 0,
    );
    const last = lastBefore(file, instance, first, end, before);
    if (last === undefined) continue;
    parts.push(await exportPart(file, folder, { instance, from: first, to: last }));
  }
  return parts;
}

/** The last line of the unbroken stretch of old ones; the newest line of a chain always stays. */
function lastBefore(
  file: SqliteFile,
  instance: string,
  first: number,
  end: number,
  before: number,
): number | undefined {
  let [low, high] = [first - 1, end - 1];
  // Times in a chain only grow but for a clock that was set; one line too many stays rather than one too few.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const at = file.get(`SELECT at FROM "audit-entries" WHERE instance = ? AND sequence = ?`, instance, middle)?.['at'];
    if (typeof at === 'number' && at < before) low = middle;
    else high = middle - 1;
  }
  return low < first ? undefined : low;
}

async function exportPart(
  file: SqliteFile,
  folder: string,
  { instance, from, to }: Pick<PrunedPart, 'instance' | 'from' | 'to'>,
): Promise<PrunedPart> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const target = join(folder, `audit.${instance}.${from}-${to}.ndjson`);
  const draft = `${target}.draft`;
  const descriptor = openSync(draft, 'w', 0o600);
  const hash = createHash('sha256');
  let mac = '';
  try {
    for (let at = from; at <= to; at += linesAtOnce) {
      for (const line of linesBetween(file, instance, at, Math.min(to, at + linesAtOnce - 1))) {
        if ('problem' in line) throw new Error(line.problem);
        const { sequence, body } = line;
        mac = line.mac;
        const text = `${JSON.stringify({ instance, sequence, body, mac })}\n`;
        hash.update(text);
        writeSync(descriptor, text);
      }
      await new Promise(setImmediate);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, target);
  return { instance, from, to, mac, file: target, sha256: hash.digest('hex') };
}

/** Removes what was exported, a few lines in each transaction, and moves the sealed mark of the prune on with them: at any moment the chain is whole. */
export async function removePart(
  file: SqliteFile,
  key: Buffer,
  { instance, from, to, file: target }: PrunedPart,
): Promise<void> {
  if (!existsSync(target)) throw new Error(`${target} is gone, so nothing was removed`);
  for (let at = from; at <= to; at += linesAtOnce) {
    const last = Math.min(to, at + linesAtOnce - 1);
    file.transaction(() => {
      const heads = readHeads(file, key);
      const mac = file.get(`SELECT mac FROM "audit-entries" WHERE instance = ? AND sequence = ?`, instance, last)?.[
        'mac'
      ];
      if (!heads || typeof mac !== 'string') throw new Error('The sealed head of the audit log is missing');
      file.run(`DELETE FROM "audit-entries" WHERE instance = ? AND sequence BETWEEN ? AND ?`, instance, at, last);
      writeHeads(file, key, withPrune(heads, { instance, sequence: last, mac }));
    });
    await new Promise(setImmediate);
  }
}
