import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry, AuditPart, AuditPrune, AuditPruneRequest, AuditVerdict } from '../contract';
import { createChainCheck } from './chain';
import type { Mark } from './chain';
import { linkOf } from './lines';
import type { AuditLine, DamagedLine } from './lines';

/** Few enough lines at once that nobody has to wait. */
const linesAtOnce = 200;

/** One chain that may be pruned. */
export interface PrunableChain {
  readonly instance: string;
  /** The last removed line; the chain continues after it. */
  readonly pruned: Mark;
  /** Its newest line, which always stays. */
  readonly end: number;
}

/** What a store provides for a prune. */
export interface PruneSource {
  /** The instance that prunes. */
  readonly instance: string;
  isOlderThan(before: number): Promise<boolean>;
  verify(): Promise<AuditVerdict>;
  append(entry: AuditEntry): Promise<void>;
  /** Finishes a removal that a crash interrupted, then lists the chains. */
  chains(): Promise<readonly PrunableChain[]>;
  lines(instance: string, from: number, to: number): Promise<readonly (AuditLine | DamagedLine)[]>;
  /** Removes the first lines of a chain up to this one and moves its mark. The chain is intact at any moment, even after a crash. */
  remove(instance: string, upTo: Mark): Promise<void>;
}

/**
 * Exports the old lines of each chain, records that in the log, then removes them. The order makes any interruption safe: a line is removed only
 * after it is on disk in a file that the log vouches for, and the next prune continues where this one ended.
 */
export async function pruneChains(key: Buffer, source: PruneSource, request: AuditPruneRequest): Promise<AuditPrune> {
  const { before, folder, record, mayGoOn } = request;
  let removed = 0;
  const files: string[] = [];
  if (!(await source.isOlderThan(before))) return { removed, files };
  const { breaks } = await source.verify();
  if (breaks.length > 0)
    return {
      removed,
      files,
      problem: 'The audit log failed verification. Nothing was removed. Run `npx gavel audit verify`.',
    };
  for (const chain of await source.chains()) {
    if (!mayGoOn()) break;
    const exported = await exportOldLines(key, source, chain, before, folder);
    if (!exported) continue;
    const { part, steps } = exported;
    await source.append(record(part));
    await refuseChanged(part);
    files.push(part.file);
    let last = chain.pruned.sequence;
    for (const step of steps) {
      if (!mayGoOn()) break;
      await source.remove(part.instance, step);
      removed += step.sequence - last;
      last = step.sequence;
      await new Promise(setImmediate);
    }
  }
  return { removed, files };
}

/**
 * Writes the old lines at the beginning of a chain, exactly as signed, into a separate file that is on disk when this resolves. `steps` are the last
 * lines of each batch for removal.
 */
async function exportOldLines(
  key: Buffer,
  source: PruneSource,
  { instance, pruned, end }: PrunableChain,
  before: number,
  folder: string,
): Promise<{ readonly part: AuditPart; readonly steps: readonly Mark[] } | undefined> {
  const from = pruned.sequence + 1;
  const check = createChainCheck(key, instance, { known: [], start: pruned }, (_, problem) => {
    throw new Error(`${problem} It was changed while it was exported. Nothing was removed.`);
  });
  const hash = createHash('sha256');
  const steps: Mark[] = [];
  const draft = join(folder, `audit.${instance}.${from}.draft`);
  let file: FileHandle | undefined;
  try {
    for (let isOld = true, next = from; isOld && next < end; next += linesAtOnce) {
      const found = await source.lines(instance, next, Math.min(next + linesAtOnce, end) - 1);
      const young = found.findIndex((line) => !('problem' in line) && line.at >= before);
      const old = young < 0 ? found : found.slice(0, young);
      isOld = young < 0 && found.length > 0;
      let text = '';
      for (const line of old) {
        check.add(linkOf(line));
        const { sequence, body, mac } = line as AuditLine;
        text += `${JSON.stringify({ instance, sequence, body, mac })}\n`;
      }
      const last = old.at(-1) as AuditLine | undefined;
      if (!last) break;
      steps.push({ sequence: last.sequence, mac: last.mac });
      file ??= await openDraft(folder, draft);
      hash.update(text);
      await file.appendFile(text);
    }
    await file?.sync();
  } finally {
    await file?.close();
  }
  const last = steps.at(-1);
  if (!last) return undefined;
  const target = join(folder, `audit.${instance}.${from}-${last.sequence}.ndjson`);
  await rename(draft, target);
  await flushFolder(folder);
  const exported = { file: target, sha256: hash.digest('hex'), exportedBy: source.instance };
  return { part: { instance, from, to: last.sequence, mac: last.mac, ...exported }, steps };
}

async function openDraft(folder: string, draft: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return open(draft, 'w', 0o600);
}

/** Without it, a power failure could undo the creation of a file whose lines are already removed. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The log vouches for this file; lines that it no longer contains must not be removed. */
async function refuseChanged({ file, sha256 }: AuditPart): Promise<void> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  } catch (cause) {
    throw new Error(`${file} can’t be read. Nothing was removed from the audit log`, { cause });
  }
  if (hash.digest('hex') !== sha256)
    throw new Error(`${file} was changed after it was exported. Nothing was removed from the audit log`);
}
