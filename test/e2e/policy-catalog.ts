import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quickly } from './quick-catalog';

/** Two stages, with a reminder and an escalation within seconds. */
const rule =
  '{ stages: [{ name: owners, required: 1, role: approver }, { name: change board, required: 1, group: board }], ' +
  'remindAfterSeconds: 3, escalateAfterSeconds: 6, escalateTo: { group: board }, expiresAfterSeconds: 7200 }';

/** The path of the sandbox's catalog in this folder, with that rule in production. */
export function writePolicyCatalog(folder: string): string {
  const text = quickly(readFileSync(join(__dirname, '../../sandbox/catalog.yaml'), 'utf8')).replace(
    /(production:[\s\S]*?deploy: )\{[^}]*\}/,
    (_, before: string) => `${before}${rule}`,
  );
  assert.ok(text.includes('change board'));
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, `${text}\ngroups: { board: [ada] }\n`);
  return file;
}
