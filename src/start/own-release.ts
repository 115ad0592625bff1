import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The release of Gavel that this process runs. */
interface OwnRelease {
  readonly version: string;
  /** Undefined without a `release.json` next to the code: a working copy. */
  readonly commit?: string;
  readonly since: number;
  readonly processId: number;
}

const root = join(__dirname, '../..');

/** Read once, at the start: later, the folder may contain another release. */
export function readOwnRelease(now: number, folder = root): OwnRelease {
  const { version, commit } = { ...wordsIn(join(folder, 'package.json')), ...wordsIn(join(folder, 'release.json')) };
  return {
    version: typeof version === 'string' ? version : 'unknown',
    ...(typeof commit === 'string' && { commit }),
    since: now,
    processId: process.pid,
  };
}

function wordsIn(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
