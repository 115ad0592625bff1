import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hookSecret } from '../connectors/hooks/signing';
import { credentials } from '../servers/daemon';
import { writeQuickCatalog } from './quick-catalog';

interface Addressed {
  readonly url: string;
}

/** The settings of a product whose catalog also names an Alertmanager that calls it, and a Nagios if there is one. */
export function settingsWithMonitoring(
  folder: string,
  { alertmanager, nagios }: { readonly alertmanager: Addressed; readonly nagios?: Addressed },
): Readonly<Record<string, string>> {
  const connection = (kind: string, { url }: Addressed): string =>
    `  ${kind}: { kind: ${kind}, url: "${url}", user: ${credentials.user}, credential: GAVEL_SOURCE, hook: { secret: GAVEL_HOOK } }`;
  const connections = [
    connection('alertmanager', alertmanager),
    ...(nagios ? [connection('nagios', nagios)] : []),
  ].join('\n');
  const bindings = [
    '{ connection: alertmanager, match: { service: "{service}", environment: "{environment}" } }',
    ...(nagios ? ['{ connection: nagios, host: "{service}-{environment}" }'] : []),
  ].join(', ');
  const file = join(folder, 'with-sources.yaml');
  const text = readFileSync(writeQuickCatalog(folder), 'utf8')
    .replace(/^connections:$/m, `connections:\n${connections}`)
    .replace(/^bindings:$/m, `bindings:\n  alerts: [${bindings}]`);
  writeFileSync(file, text);
  return { GAVEL_CATALOG: file, GAVEL_SOURCE: credentials.password, GAVEL_HOOK: hookSecret };
}
