import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../core/errors';
import type { Anchor } from './audit-chain';

/** What of the audit log lives outside the store: its key, and the anchors of its head. */

/**
 * The key of the chain: the given one, else that of the file, made on first use and readable by its owner only. Two processes at once get the
 * same one. Throws when lines are anchored but the key is gone or another: every old line would look changed.
 */
export function readAuditKey(file: string, anchorFile: string, given?: Buffer): Buffer {
  if (given) {
    if (existsSync(file) && !keyIn(file).equals(given))
      throw new StartError(
        `GAVEL_AUDIT_KEY is not the key in ${file}. Leave out the setting, or put that key into it.`,
      );
    return given;
  }
  if (!existsSync(file)) {
    if (readAnchors(anchorFile).length > 0)
      throw new StartError(`The audit log has lines, but its key ${file} is gone. Put back the file that was there.`);
    makeKey(file);
  }
  return keyIn(file);
}

function keyIn(file: string): Buffer {
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex');
  if (key.length !== 32) throw new StartError(`${file} does not hold an audit key. Put back the file that was there.`);
  return key;
}

function makeKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  try {
    // A link fails where the file exists by now: the first process wins.
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** Appends one anchor. */
export function writeAnchor(file: string, anchor: Anchor): void {
  writeAnchors(file, [anchor]);
}

/** Appends anchors in one write. */
export function writeAnchors(file: string, anchors: readonly Anchor[]): void {
  const lines = anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join('');
  appendFileSync(file, lines, { mode: 0o600, flush: true } as Parameters<typeof appendFileSync>[2]);
}

/** All anchors; a last line that a crash left unfinished is passed over. */
export function readAnchors(file: string): Anchor[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Anchor];
      } catch {
        return [];
      }
    });
}
