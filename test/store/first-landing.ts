import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';

// What the first release left, row by row as it stored it: D-1001 (shop 2.14.0 to production) is done, D-1002 (payments 1.10.1 to
// production) waits for its approval. The times of work, past and future, are moved, as if it had been written a minute ago; the audit log is signed and
// stays.

const source = join(__dirname, 'first-landing');
const writtenAt = 1_795_395_801_000;
const aMinuteMs = 60_000;

/** Creates a data folder of the first release. `commits` replace those of its deployments. */
export function layFirstLanding(folder: string, commits: Readonly<Record<string, string>> = {}): void {
  const shift = Date.now() - aMinuteMs - writtenAt;
  const written = readFileSync(join(source, 'gavel.sql'), 'utf8');
  const lines = Object.entries(commits)
    .reduce((text, [old, commit]) => text.replaceAll(old, commit), written)
    .split('\n');
  const moved = lines.map((line) =>
    line.startsWith('INSERT INTO "audit-entries"')
      ? line
      : line.replaceAll(/(?<!\d)1(?:79[5-9]|8[01]\d)\d{9}(?!\d)/g, (time) => String(Number(time) + shift)),
  );
  const database = new Database(join(folder, 'gavel.db'));
  database.exec(moved.join('\n'));
  database.close();
  for (const name of ['audit.key', 'audit.anchor.ndjson']) copyFileSync(join(source, name), join(folder, name));
}
