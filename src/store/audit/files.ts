import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartError } from '../../core/errors';
import type { Logger } from '../../core/telemetry/logger';
import { anchorText, compacted, noAnchors, readAnchors } from './anchors';
import type { AnchorFile, SealedAnchor } from './anchors';
import type { Anchor } from './chain';

/** The parts of the audit log outside the store: its key, and the anchors of its heads. */

/**
 * The key of the chain: the given one, or else the one in the file, which is created on first use and readable only by its owner. Two processes at
 * once get the same one. Throws if there are anchored lines but the key is missing or different, because every old line would look changed.
 */
export function readAuditKey(file: string, anchorFile: string, given?: Buffer, onlyLooks = false): Buffer {
  if (given) {
    if (existsSync(file) && !keyIn(file).equals(given))
      throw new StartError(
        `GAVEL_AUDIT_KEY doesn’t match the key in ${file}. Remove the setting, or set it to that key.`,
      );
    return given;
  }
  if (!existsSync(file)) {
    if (existsSync(anchorFile) && statSync(anchorFile).size > 0)
      throw new StartError(`The audit log has entries, but its key file, ${file}, is gone. Restore it.`);
    if (onlyLooks)
      throw new StartError(
        `There is no audit key at ${file}. Start Gavel once to create it, or set GAVEL_AUDIT_KEY_FILE.`,
      );
    makeKey(file);
  }
  return keyIn(file);
}

function keyIn(file: string): Buffer {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length !== 32) throw new StartError(`${file} doesn’t contain an audit key. Restore the original file.`);
  return key;
}

function makeKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  try {
    // Linking fails if the file exists by now: the first process wins.
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    unlinkSync(draft);
  }
}

const usedMark = 'used since';

/** Whether an audit log was begun with the key in this file. Unknown, and therefore false, for a key from a setting. */
export function wasKeyUsed(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').includes(usedMark);
}

/** Marks the key as used, in the key file itself; a file that only others can write stays as it is. */
export function markKeyUsed(file: string): void {
  if (!existsSync(file) || wasKeyUsed(file)) return;
  try {
    appendFileSync(file, `\n${usedMark} ${new Date().toISOString()}\n`);
  } catch {
    // Someone else provides the key; it works without the mark.
  }
}

const maxLines = 5_000;
const keptLines = 500;

/** Writes the heads of the audit chain outside the store: in order, flushed, all waiting ones in one write. */
export function openAnchorWriter(options: {
  readonly file: string;
  readonly key: Buffer;
  readonly logger: Logger;
  /** The current number of lines in the file. */
  readonly lines?: number;
}) {
  const { file, key, logger } = options;
  let lines = options.lines ?? 0;
  let waiting: SealedAnchor[] = [];
  let writing: Promise<void> | undefined;
  let isFailing = false;

  async function write(): Promise<void> {
    const anchors = waiting;
    waiting = [];
    const text = anchors.map((anchor) => anchorText(key, anchor)).join('');
    try {
      await appendFile(file, text, { mode: 0o600, flush: true } as Parameters<typeof appendFile>[2]);
      lines += anchors.length;
      if (isFailing) logger.warn({ file }, 'The head of the audit log is anchored again');
      isFailing = false;
      if (lines > maxLines) lines = await compact();
    } catch (error) {
      waiting = [...anchors, ...waiting];
      if (!isFailing) logger.error({ error, ...anchors.at(-1) }, 'The head of the audit log could not be anchored');
      isFailing = true;
    }
  }

  /** Returns how many lines are left. A failure here costs only space. */
  async function compact(): Promise<number> {
    try {
      return rewriteAnchors(file, key, await readAnchors(file, key));
    } catch (error) {
      logger.warn({ error, file }, 'The anchors of the audit log could not be compacted');
      return 0;
    }
  }

  return {
    /**
     * Resolves when they're written. The lines themselves are already stored, so a failing anchor isn't a failed write: it is reported, and written with
     * the next one.
     */
    async add(anchors: readonly Anchor[]): Promise<void> {
      const last = anchors.at(-1);
      if (!last) return;
      const head = `${last.instance}/${last.sequence}/${last.mac}`;
      logger.info({ instance: last.instance, sequence: last.sequence, mac: last.mac, head }, 'Audit head');
      waiting.push(...anchors.map((anchor) => ({ ...anchor, from: anchor.sequence })));
      // Anchors that wait during a write go into the next one together.
      const before = writing;
      if (before) await before;
      writing ??= write().finally(() => (writing = undefined));
      await writing;
    },
  };
}

/**
 * Replaces the file that was read with a shorter one, and returns its number of lines. Lines that another process appends in the meantime are carried
 * over; lines that prove nothing stay as evidence.
 */
export function rewriteAnchors(
  file: string,
  key: Buffer,
  read: Pick<AnchorFile, 'anchors' | 'bad' | 'unsealed' | 'bytes'>,
): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const old = existsSync(file) ? openSync(file, 'r') : undefined;
  const sealed = compacted(read.anchors, keptLines);
  const lines = [
    ...read.bad.map((line) => `${line}\n`),
    ...read.unsealed.map((anchor) => `${JSON.stringify(anchor)}\n`),
    ...sealed.map((anchor) => anchorText(key, anchor)),
  ];
  writeFileSync(`${file}.new`, lines.join(''), { mode: 0o600, flush: true } as Parameters<typeof writeFileSync>[2]);
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
  if (old !== undefined) carryOver(old, read.bytes, file);
  return lines.length;
}

/** Starts new anchors, and keeps the old ones in a file next to the new one. */
export function replaceAnchors(file: string, key: Buffer, anchors: readonly SealedAnchor[], now: number): void {
  if (existsSync(file)) renameSync(file, `${file}.${now}.replaced`);
  rewriteAnchors(file, key, { ...noAnchors, anchors });
}

function carryOver(old: number, fromByte: number, file: string): void {
  try {
    const late = Buffer.alloc(Math.max(0, fstatSync(old).size - fromByte));
    if (late.length > 0) appendFileSync(file, late.subarray(0, readSync(old, late, 0, late.length, fromByte)));
  } finally {
    closeSync(old);
  }
}
