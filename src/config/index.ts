import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { readCatalog } from '../core/catalog';
import type { Catalog } from '../core/catalog';
import { registerSecret } from '../core/text/secrets';
import { passwordParts } from './forms';
import { misspelledSettings } from './misspelled';
import { settings } from './settings';
import type { Setting, SettingName } from './settings';

/** The identity of the bot in Teams; absent in local mode. */
export interface BotRegistration {
  readonly appType: 'SingleTenant' | 'UserAssignedMSI';
  readonly appId: string;
  readonly tenantId: string;
  readonly password: string | undefined;
}

export interface Config {
  readonly mode: 'local' | 'teams';
  readonly host: string;
  readonly port: number;
  readonly playgroundPort: number;
  readonly dataDir: string;
  readonly auditKeyFile: string;
  /** In place of the one in the file. */
  readonly auditKey: Buffer | undefined;
  /** Where the heads of the audit log are anchored. */
  readonly auditAnchorFolder: string;
  /** Names the audit chain of this instance. */
  readonly instance: string;
  /** The shared store; the embedded one when absent. */
  readonly mongo: { readonly url: string; readonly database: string } | undefined;
  readonly catalogFile: string;
  readonly catalog: Catalog;
  readonly bot: BotRegistration | undefined;
  /** What Teams is told to write to. */
  readonly endpoint: string | undefined;
  /** Where the platform hands out tokens of a managed identity; the instance metadata service when absent. */
  readonly identityEndpoint: { readonly url: string; readonly header: string } | undefined;
  readonly allowedTenants: readonly string[];
  /** Admins before anybody has given any right; in the tenant of the registration. */
  readonly admins: readonly { readonly id: string; readonly name: string }[];
  /** Whether guests and members of other organisations are served like everybody else. */
  readonly guests: boolean;
  readonly serviceHosts: readonly string[];
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'; readonly format: 'text' | 'json' };
  readonly sandboxPace: number;
  readonly telemetry: {
    /** Of Application Insights. */
    readonly connectionString: string | undefined;
    /** Whether `/metrics` answers. */
    readonly metrics: boolean;
    /** Whether ids of people may be sent. */
    readonly people: boolean;
  };
}

export type ConfigResult = { readonly config: Config } | { readonly problems: readonly string[] };

type Values = Partial<Record<SettingName, unknown>>;

/** The tenant of the playground's people. */
export const playgroundTenant = '00000000-0000-4000-8000-00000000c0de';
const sandboxCatalog = join(__dirname, '../../sandbox/catalog.yaml');
const registrationSettings: readonly SettingName[] = [
  'MicrosoftAppType',
  'MicrosoftAppId',
  'MicrosoftAppPassword',
  'MicrosoftAppTenantId',
];

/** Reads the environment; either a typed, frozen configuration or every problem with its cure. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const { values, problems } = parseSettings(environment);
  problems.push(
    ...misspelledSettings(
      environment,
      settings.map(({ name }) => name),
    ),
  );
  const registered = registrationSettings.some((name) => isSet(environment[name]));
  const local = !registered && values.NODE_ENV !== 'production';
  if (!local) problems.push(...registrationProblems(environment, values));
  const named = values.GAVEL_CATALOG as string | undefined;
  const catalogFile = resolve(named ?? sandboxCatalog);
  if (!named && !local) problems.push('GAVEL_CATALOG is missing. Set it to your catalog file.');
  const catalog = named || local ? readCatalog(catalogFile) : { problems: [] };
  if ('problems' in catalog) problems.push(...catalog.problems);
  const host = values.GAVEL_HOST as string | undefined;
  if (local && host !== undefined && !isLoopback(host))
    problems.push(
      `GAVEL_HOST is ${host}, but local mode has no sign-in and listens on 127.0.0.1 only. Leave it out, or set the MicrosoftApp settings.`,
    );
  const port = (values.PORT as number | undefined) ?? 3978;
  const playgroundPort = (values.PLAYGROUND_PORT as number | undefined) ?? 3979;
  if (local && port === playgroundPort)
    problems.push(`PORT and PLAYGROUND_PORT are both ${port}. Give the playground a port of its own.`);
  const dataDir = resolve((values.GAVEL_DATA as string | undefined) ?? './data');
  const storing = storeConfig(values, dataDir);
  if (storing.mongo && !isSet(environment['GAVEL_AUDIT_KEY']) && !existsSync(storing.auditKeyFile))
    problems.push(
      'GAVEL_AUDIT_KEY is missing. Instances that share MONGODB_URI share one audit key: set it to what `openssl rand -hex 32` prints, or GAVEL_AUDIT_KEY_FILE to a file that holds it.',
    );
  if (problems.length > 0 || 'problems' in catalog) return { problems };
  const config: Config = {
    mode: local ? 'local' : 'teams',
    host: host ?? (local ? '127.0.0.1' : '0.0.0.0'),
    port,
    playgroundPort,
    dataDir,
    ...storing,
    catalogFile,
    catalog: catalog.catalog,
    bot: local ? undefined : registration(values),
    endpoint: values.GAVEL_ENDPOINT as string | undefined,
    identityEndpoint: identityEndpoint(values),
    allowedTenants: Object.freeze(
      (values.GAVEL_ALLOWED_TENANTS as string[] | undefined) ?? [
        local ? playgroundTenant : String(values.MicrosoftAppTenantId),
      ],
    ),
    admins: Object.freeze(firstAdmins(values, local)),
    guests: values.GAVEL_GUESTS === 'on',
    serviceHosts: Object.freeze((values.GAVEL_SERVICE_HOSTS as string[] | undefined) ?? ['smba.trafficmanager.net']),
    log: Object.freeze({
      level: (values.LOG_LEVEL as Config['log']['level'] | undefined) ?? (local ? 'warn' : 'info'),
      format: (values.LOG_FORMAT as Config['log']['format'] | undefined) ?? (local ? 'text' : 'json'),
    }),
    telemetry: Object.freeze({
      connectionString: values.APPLICATIONINSIGHTS_CONNECTION_STRING as string | undefined,
      metrics: values.GAVEL_METRICS === 'on',
      people: values.GAVEL_TELEMETRY_PEOPLE === 'on',
    }),
    sandboxPace: (values.SANDBOX_PACE as number | undefined) ?? 1,
  };
  return { config: Object.freeze(config) };
}

function firstAdmins(values: Values, local: boolean): Config['admins'] {
  const named = (values.GAVEL_ADMINS as { objectId: string; name: string }[] | undefined) ?? [];
  const tenant = local ? playgroundTenant : String(values.MicrosoftAppTenantId);
  return named.map(({ objectId, name }) => ({ id: `entra:${tenant}/${objectId}`, name }));
}

function storeConfig(
  values: Values,
  dataDir: string,
): Pick<Config, 'auditKeyFile' | 'auditKey' | 'auditAnchorFolder' | 'instance' | 'mongo'> {
  const url = values.MONGODB_URI as string | undefined;
  const usualInstance = url
    ? hostname()
        .replaceAll(/[^A-Za-z0-9._-]/g, '-')
        .slice(0, 63)
    : 'gavel';
  return {
    auditKeyFile: resolve((values.GAVEL_AUDIT_KEY_FILE as string | undefined) ?? join(dataDir, 'audit.key')),
    auditKey: values.GAVEL_AUDIT_KEY as Buffer | undefined,
    auditAnchorFolder: resolve((values.GAVEL_AUDIT_ANCHORS as string | undefined) ?? dataDir),
    instance: (values.GAVEL_INSTANCE as string | undefined) ?? usualInstance,
    mongo: url
      ? Object.freeze({ url, database: (values.MONGODB_DATABASE as string | undefined) ?? 'gavel' })
      : undefined,
  };
}

/** Each setting by itself; what belongs together is for the caller to say. */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): {
  values: Values;
  problems: string[];
} {
  const values: Values = {};
  const problems: string[] = [];
  for (const setting of settings as readonly (Setting & { name: SettingName })[]) {
    const text = environment[setting.name]?.trim();
    if (!isSet(text)) continue;
    const parsed = setting.parse.safeParse(text);
    if (parsed.success) values[setting.name] = parsed.data;
    else
      problems.push(
        `${setting.name} is ${setting.secret ? 'not valid' : `"${text}"`}. It must be ${parsed.error.issues[0]?.message}.`,
      );
    if (setting.secret) registerSecret(text);
    if (setting.name === 'MONGODB_URI') passwordParts(text).forEach(registerSecret);
  }
  return { values, problems };
}

function registrationProblems(environment: Readonly<Record<string, string | undefined>>, values: Values): string[] {
  const missing = (name: SettingName, cure: string): string[] =>
    isSet(environment[name]) ? [] : [`${name} is missing. ${cure}`];
  const problems = [
    ...missing(
      'MicrosoftAppType',
      'Set it to SingleTenant or UserAssignedMSI; without sign-in Gavel runs in local mode only.',
    ),
    ...missing('MicrosoftAppId', 'Set it to the app id of your bot registration.'),
    ...missing('MicrosoftAppTenantId', 'Set it to the tenant id of your bot registration.'),
  ];
  if (values.MicrosoftAppType === 'SingleTenant')
    problems.push(
      ...missing('MicrosoftAppPassword', 'Set it to a client secret of the registration, or use UserAssignedMSI.'),
    );
  if (values.MicrosoftAppType === 'UserAssignedMSI' && isSet(environment['MicrosoftAppPassword']))
    problems.push(
      'MicrosoftAppPassword is set, but a managed identity has none. Remove it, or set MicrosoftAppType to SingleTenant.',
    );
  return problems;
}

function registration(values: Values): BotRegistration {
  return Object.freeze({
    appType: values.MicrosoftAppType as BotRegistration['appType'],
    appId: String(values.MicrosoftAppId),
    tenantId: String(values.MicrosoftAppTenantId),
    password: values.MicrosoftAppPassword as string | undefined,
  });
}

/** App Service and Container Apps set both; without the header there is no such endpoint. */
function identityEndpoint(values: Values): Config['identityEndpoint'] {
  const { IDENTITY_ENDPOINT: url, IDENTITY_HEADER: header } = values;
  return typeof url === 'string' && typeof header === 'string' ? Object.freeze({ url, header }) : undefined;
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

/** Whether only this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
