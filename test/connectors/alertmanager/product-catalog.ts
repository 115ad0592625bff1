import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeQuickCatalog } from '../../e2e/quick-catalog';
import { credentials } from '../../servers/daemon';
import { hookSecret } from '../hooks/signing';

/** The settings of a product whose catalog also names an Alertmanager that calls it. */
export function settingsWithAlertmanager(folder: string, url: string): Readonly<Record<string, string>> {
  const file = join(folder, 'with-alertmanager.yaml');
  const connection = `{ kind: alertmanager, url: "${url}", user: ${credentials.user}, credential: GAVEL_ALERTMANAGER, hook: { secret: GAVEL_ALERTMANAGER_HOOK } }`;
  const binding = '{ connection: alertmanager, match: { service: "{service}", environment: "{environment}" } }';
  const text = readFileSync(writeQuickCatalog(folder), 'utf8')
    .replace(/^connections:$/m, `connections:\n  alertmanager: ${connection}`)
    .replace(/^bindings:$/m, `bindings:\n  alerts: [${binding}]`);
  writeFileSync(file, text);
  return { GAVEL_CATALOG: file, GAVEL_ALERTMANAGER: credentials.password, GAVEL_ALERTMANAGER_HOOK: hookSecret };
}
