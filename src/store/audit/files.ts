import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../../core/errors';

/** What of the audit log lives outside the store: its key, and the anchors of its head. */

/**
 * The key of the chain: the given one, else that of the file, made on first use and readable by its owner only. Two processes at once get the
 * same one. Throws when lines are anchored but the key is gone or another: every old line would look changed.
 */
export function readAuditKey(file: string, anchorFile: string, given?: Buffer, onlyLooks = false): Buffer {
  if (given) {
    if (existsSync(file) && !keyIn(file).equals(given))
      throw new StartError(
        `GAVEL_AUDIT_KEY is not the key in ${file}. Leave out the setting, or put that key into it.`,
      );
    return given;
  }
  if (!existsSync(file)) {
    if (existsSync(anchorFile) && statSync(anchorFile).size > 0)
      throw new StartError(`The audit log has lines, but its key ${file} is gone. Put back the file that was there.`);
    if (onlyLooks)
      throw new StartError(`There is no audit key in ${file}. Start Gavel once, or set GAVEL_AUDIT_KEY_FILE.`);
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

const usedMark = 'used since';

/** Whether an audit log was begun with the key in this file. Unknown, and so false, for a key that comes from a setting. */
export function wasKeyUsed(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').includes(usedMark);
}

/** Marks the key as used, behind the key itself; a file that only others may write stays as it is. */
export function markKeyUsed(file: string): void {
  if (!existsSync(file) || wasKeyUsed(file)) return;
  try {
    appendFileSync(file, `\n${usedMark} ${new Date().toISOString()}\n`);
  } catch {
    // Someone else provides the key: it can be used before it is marked.
  }
}
