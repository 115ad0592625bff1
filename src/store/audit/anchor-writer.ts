import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '../../core/telemetry/logger';
import { anchorText, compacted, readAnchors } from './anchors';
import type { AnchorFile, SealedAnchor } from './anchors';
import type { Anchor } from './chain';

/** Writes the heads of the audit chain outside the store: in order, flushed, all that wait in one write. */
export interface AnchorWriter {
  /**
   * Resolves when they're written. The lines themselves are stored by then: an anchor that can't be written is reported, not a failed write, and
   * written with the next one.
   */
  add(anchors: readonly Anchor[]): Promise<void>;
}

const maxLines = 5_000;
const keptLines = 500;

export function openAnchorWriter(options: {
  readonly file: string;
  readonly key: Buffer;
  readonly logger: Logger;
  /** How many lines the file has by now. */
  readonly lines?: number;
}): AnchorWriter {
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

  /** How many lines are left. A failure here costs nothing but room. */
  async function compact(): Promise<number> {
    try {
      return rewriteAnchors(file, key, await readAnchors(file, key));
    } catch (error) {
      logger.warn({ error, file }, 'The anchors of the audit log could not be compacted');
      return 0;
    }
  }

  return {
    async add(anchors) {
      const last = anchors.at(-1);
      if (!last) return;
      const head = `${last.instance}/${last.sequence}/${last.mac}`;
      logger.info({ instance: last.instance, sequence: last.sequence, mac: last.mac, head }, 'Audit head');
      waiting.push(...anchors.map((anchor) => ({ ...anchor, from: anchor.sequence })));
      // What waits behind a write that is underway goes into the next one, together with all others.
      const before = writing;
      if (before) await before;
      writing ??= write().finally(() => (writing = undefined));
      await writing;
    },
  };
}

/**
 * Puts a shorter file in place of the one that was read, and gives back its number of lines. What another process appends meanwhile is carried over;
 * lines that prove nothing stay as they are, as evidence.
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

function carryOver(old: number, fromByte: number, file: string): void {
  try {
    const late = Buffer.alloc(Math.max(0, fstatSync(old).size - fromByte));
    if (late.length > 0) appendFileSync(file, late.subarray(0, readSync(old, late, 0, late.length, fromByte)));
  } finally {
    closeSync(old);
  }
}
