import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { readingOf } from '../connectors/catalog';
import { readCatalog } from '../core/catalog';
import type { Catalog } from '../core/catalog';
import { settingsNamedIn } from '../core/catalog/bindings';
import { misspelledSettings, registrationProblems } from './problems';
import { createSecrets } from './secrets';
import type { Secrets } from './secrets';
import { settings } from './settings';
import type { Mode } from './settings';
import { isSet, readSettings } from './values';
import type { Environment, SettingValues } from './values';

/** All settings, typed and frozen. */
export type Config = ReturnType<typeof configOf>;

export type ConfigResult = { readonly config: Config } | { readonly problems: readonly string[] };

/** The tenant of the playground's people. */
export const playgroundTenant = '00000000-0000-4000-8000-00000000c0de';
const sandboxCatalog = join(__dirname, '../../sandbox/catalog.yaml');

/** Reads the environment; returns either a typed, frozen configuration or every problem with its fix. */
export function readConfig(environment: Environment): ConfigResult {
  const { mode, values, problems } = readSettings(environment);
  problems.push(
    ...(mode === 'teams' ? registrationProblems(environment, values) : localProblems(values)),
    ...auditKeyProblems(environment, values),
  );
  const file = resolve(values.GAVEL_CATALOG ?? sandboxCatalog);
  const isThere = mode === 'local' || isSet(environment['GAVEL_CATALOG']);
  if (!isThere) problems.push('GAVEL_CATALOG is missing. Set it to your catalog file.');
  const secrets = createSecrets(environment);
  const read = isThere ? readCatalog(file, readingOf(secrets.isSet)) : { problems: [] };
  const named = 'catalog' in read ? settingsNamedIn(read.catalog.connections).map(({ name }) => name) : wordsIn(file);
  const known = [...settings.map(({ name }) => name), ...named.flatMap((name) => [name, `${name}_FILE`])];
  problems.unshift(...misspelledSettings(environment, known));
  if ('problems' in read) return { problems: [...problems, ...read.problems] };
  if (problems.length > 0) return { problems };
  return { config: configOf(mode, values, { file, ...read }, secrets) };
}

function localProblems({ GAVEL_HOST: host, PORT: port, PLAYGROUND_PORT: playgroundPort }: SettingValues): string[] {
  const problems: string[] = [];
  if (!isLoopback(host))
    problems.push(
      `GAVEL_HOST is ${host}, but local mode has no sign-in and listens on 127.0.0.1 only. Remove GAVEL_HOST, or set the MicrosoftApp settings.`,
    );
  if (port === playgroundPort)
    problems.push(`PORT and PLAYGROUND_PORT are both ${port}. Give the playground a port of its own.`);
  return problems;
}

function auditKeyProblems(environment: Environment, values: SettingValues): string[] {
  if (!values.MONGODB_URI || isSet(environment['GAVEL_AUDIT_KEY']) || existsSync(auditKeyFile(values))) return [];
  return [
    'GAVEL_AUDIT_KEY is missing. Instances that share MONGODB_URI need the same audit key. Set GAVEL_AUDIT_KEY to the output of `openssl rand -hex 32`, or set GAVEL_AUDIT_KEY_FILE to a file that contains the key.',
  ];
}

/** Every word of the catalog that could be a setting: while the catalog has problems, nobody knows which are meant. */
function wordsIn(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').match(/GAVEL_[A-Z0-9_]+/g) ?? [];
  } catch {
    return [];
  }
}

interface ReadFile {
  readonly file: string;
  readonly catalog: Catalog;
  readonly warnings: readonly string[];
}

function configOf(mode: Mode, values: SettingValues, { file, catalog, warnings }: ReadFile, secrets: Secrets) {
  const tenant = mode === 'local' ? playgroundTenant : String(values.MicrosoftAppTenantId);
  return Object.freeze({
    mode,
    host: values.GAVEL_HOST,
    port: values.PORT,
    playgroundPort: values.PLAYGROUND_PORT,
    dataDir: resolve(values.GAVEL_DATA),
    auditKeyFile: auditKeyFile(values),
    /** Instead of the key in the file. */
    auditKey: values.GAVEL_AUDIT_KEY,
    /** Where the heads of the audit log are anchored. */
    auditAnchorFolder: resolve(values.GAVEL_AUDIT_ANCHORS ?? values.GAVEL_DATA),
    /** Names the audit chain of this instance. */
    instance: values.GAVEL_INSTANCE ?? (values.MONGODB_URI ? hostInstance() : 'gavel'),
    /** The shared store; if absent, the embedded one. */
    mongo: values.MONGODB_URI
      ? Object.freeze({ url: values.MONGODB_URI, database: values.MONGODB_DATABASE })
      : undefined,
    catalogFile: file,
    catalog,
    /** What the catalog says that only this release still reads. */
    catalogWarnings: freezeList(warnings),
    /** How the catalog is read again when it changes. */
    catalogReading: readingOf(secrets.isSet),
    /** The value of a setting that the catalog names. Throws if it isn't set. */
    secret: secrets.read,
    /** The identity of the bot in Teams; absent in local mode. */
    bot: mode === 'local' ? undefined : registration(values),
    /** The address that Teams sends to. */
    endpoint: values.GAVEL_ENDPOINT,
    identityEndpoint: identityEndpoint(values),
    allowedTenants: freezeList(values.GAVEL_ALLOWED_TENANTS ?? [tenant]),
    /** Admins before anybody was granted a role; in the tenant of the registration. */
    admins: freezeList(
      (values.GAVEL_ADMINS ?? []).map(({ objectId, name }) => ({ id: `entra:${tenant}/${objectId}`, name })),
    ),
    /** Whether guests and members of other organizations are served. */
    guests: values.GAVEL_GUESTS,
    serviceHosts: freezeList(values.GAVEL_SERVICE_HOSTS),
    log: Object.freeze({ level: values.LOG_LEVEL, format: values.LOG_FORMAT }),
    telemetry: Object.freeze({
      /** For Application Insights. */
      connectionString: values.APPLICATIONINSIGHTS_CONNECTION_STRING,
      /** Whether `/metrics` answers. */
      metrics: values.GAVEL_METRICS,
      /** Whether telemetry can include ids of people. */
      people: values.GAVEL_TELEMETRY_PEOPLE,
    }),
    sandboxPace: values.SANDBOX_PACE,
  });
}

function freezeList<T>(list: readonly T[]): readonly T[] {
  return Object.freeze([...list]);
}

function auditKeyFile({ GAVEL_AUDIT_KEY_FILE: file, GAVEL_DATA: folder }: SettingValues): string {
  return resolve(file ?? join(folder, 'audit.key'));
}

/** Instances that share a store need different names. */
function hostInstance(): string {
  return hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63);
}

function registration(values: SettingValues) {
  const { MicrosoftAppType: appType = 'SingleTenant', MicrosoftAppPassword: password } = values;
  const [appId, tenantId] = [String(values.MicrosoftAppId), String(values.MicrosoftAppTenantId)];
  return Object.freeze({ appType, appId, tenantId, password });
}

/** Where the platform issues tokens of a managed identity, from App Service or Container Apps; otherwise, the instance metadata service does. */
function identityEndpoint({ IDENTITY_ENDPOINT: url, IDENTITY_HEADER: header }: SettingValues) {
  return url !== undefined && header !== undefined ? Object.freeze({ url, header }) : undefined;
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
