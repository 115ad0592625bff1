import { z } from 'zod';
import {
  auditKey,
  databaseName,
  guid,
  httpAddress,
  httpsAddress,
  instanceName,
  list,
  mongoUrl,
  port,
} from './config-forms';

/** Every setting there is, declared once: `config.ts` reads them, `.env.example` is made from them. */

export interface Setting {
  readonly name: string;
  readonly summary: string;
  readonly parse: z.ZodType;
  /** Shown in `.env.example`; also the value when the setting is absent, unless it says something else in brackets. */
  readonly fallback: string;
  readonly secret?: true;
  readonly group: 'Where it runs' | 'Microsoft Teams' | 'App package' | 'Log' | 'Sandbox';
}

export const settings = [
  { name: 'PORT', group: 'Where it runs', summary: 'Port of the bot', parse: port, fallback: '3978' },
  {
    name: 'GAVEL_HOST',
    group: 'Where it runs',
    summary: 'Address the bot listens on; in local mode always this machine only',
    parse: z.string().min(1),
    fallback: '(127.0.0.1 in local mode, else 0.0.0.0)',
  },
  {
    name: 'PLAYGROUND_PORT',
    group: 'Where it runs',
    summary: 'Port of the playground, local mode only',
    parse: port,
    fallback: '3979',
  },
  {
    name: 'GAVEL_DATA',
    group: 'Where it runs',
    summary: 'Folder of the store, the audit key and the logs of runs',
    parse: z.string().min(1),
    fallback: './data',
  },
  {
    name: 'GAVEL_CATALOG',
    group: 'Where it runs',
    summary: 'Catalog file: services, environments, people, roles, policy',
    parse: z.string().min(1),
    fallback: '(sandbox/catalog.yaml in local mode, else required)',
  },
  {
    name: 'GAVEL_AUDIT_KEY_FILE',
    group: 'Where it runs',
    summary: 'File with the key of the audit chain; made on first start',
    parse: z.string().min(1),
    fallback: '(audit.key in GAVEL_DATA)',
  },
  {
    name: 'GAVEL_AUDIT_KEY',
    group: 'Where it runs',
    summary:
      'Key of the audit chain in place of the file, 32 bytes in hexadecimal or base64; the same for all instances',
    parse: auditKey,
    fallback: '(the key in GAVEL_AUDIT_KEY_FILE)',
    secret: true,
  },
  {
    name: 'GAVEL_INSTANCE',
    group: 'Where it runs',
    summary: 'Name of this instance in the audit log; the same over restarts, another for each instance',
    parse: instanceName,
    fallback: '(the host name with MONGODB_URI, else gavel)',
  },
  {
    name: 'MONGODB_URI',
    group: 'Where it runs',
    summary: 'Address of a MongoDB replica set, for several instances on one store; then GAVEL_AUDIT_KEY too',
    parse: mongoUrl,
    fallback: '(none: an embedded store in GAVEL_DATA)',
    secret: true,
  },
  {
    name: 'MONGODB_DATABASE',
    group: 'Where it runs',
    summary: 'Database in that MongoDB',
    parse: databaseName,
    fallback: 'gavel',
  },
  {
    name: 'NODE_ENV',
    group: 'Where it runs',
    summary: 'production switches local mode off',
    parse: z.enum(['production', 'development', 'test'], 'production, development or test'),
    fallback: 'development',
  },
  {
    name: 'MicrosoftAppType',
    group: 'Microsoft Teams',
    summary: 'Kind of the bot registration',
    parse: z.enum(['SingleTenant', 'UserAssignedMSI'], 'exactly SingleTenant or UserAssignedMSI'),
    fallback: '(none: local mode)',
  },
  {
    name: 'MicrosoftAppId',
    group: 'Microsoft Teams',
    summary: 'App id of the bot registration',
    parse: guid,
    fallback: '(none)',
  },
  {
    name: 'MicrosoftAppPassword',
    group: 'Microsoft Teams',
    summary: 'Client secret; for SingleTenant only',
    parse: z.string().min(8, 'the client secret of the registration'),
    fallback: '(none)',
    secret: true,
  },
  {
    name: 'MicrosoftAppTenantId',
    group: 'Microsoft Teams',
    summary: 'Tenant of the registration',
    parse: guid,
    fallback: '(none)',
  },
  {
    name: 'GAVEL_ALLOWED_TENANTS',
    group: 'Microsoft Teams',
    summary: 'Tenants whose people may talk to Gavel, separated by commas',
    parse: list.pipe(z.array(guid).min(1)),
    fallback: '(the tenant of the registration)',
  },
  {
    name: 'GAVEL_SERVICE_HOSTS',
    group: 'Microsoft Teams',
    summary: 'Hosts that may receive the token of the bot, exact names separated by commas',
    parse: list.pipe(
      z
        .array(
          z
            .string()
            .toLowerCase()
            .regex(/^[a-z0-9.-]+$/, 'host names without https:// and without a path'),
        )
        .min(1),
    ),
    fallback: 'smba.trafficmanager.net',
  },
  {
    name: 'IDENTITY_ENDPOINT',
    group: 'Microsoft Teams',
    summary: 'Where tokens of a managed identity are handed out; set by App Service and Container Apps themselves',
    parse: httpAddress,
    fallback: '(the instance metadata service)',
  },
  {
    name: 'IDENTITY_HEADER',
    group: 'Microsoft Teams',
    summary: 'What proves to IDENTITY_ENDPOINT that the question comes from inside; set by the platform as well',
    parse: z.string().min(1),
    fallback: '(none)',
    secret: true,
  },
  {
    name: 'GAVEL_APP_NAME',
    group: 'App package',
    summary: 'Name under which Teams shows Gavel, at most 30 characters; `npm run manifest` reads this group',
    parse: z.string().max(30, 'at most 30 characters'),
    fallback: 'Gavel',
  },
  {
    name: 'GAVEL_ORGANISATION',
    group: 'App package',
    summary: 'Who offers Gavel to these people, at most 32 characters',
    parse: z.string().max(32, 'at most 32 characters'),
    fallback: 'Gavel',
  },
  {
    name: 'GAVEL_WEBSITE_URL',
    group: 'App package',
    summary: 'Page of yours about Gavel, with whom to ask; Teams links to it',
    parse: httpsAddress,
    fallback: '(none; the package needs one)',
  },
  {
    name: 'GAVEL_PRIVACY_URL',
    group: 'App package',
    summary: 'Page about what is kept of whom',
    parse: httpsAddress,
    fallback: '(GAVEL_WEBSITE_URL)',
  },
  {
    name: 'GAVEL_TERMS_URL',
    group: 'App package',
    summary: 'Page with the terms of use',
    parse: httpsAddress,
    fallback: '(GAVEL_WEBSITE_URL)',
  },
  {
    name: 'LOG_LEVEL',
    group: 'Log',
    summary: 'debug, info, warn, error or silent',
    parse: z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'debug, info, warn, error or silent'),
    fallback: '(warn in local mode, else info)',
  },
  {
    name: 'LOG_FORMAT',
    group: 'Log',
    summary: 'text for people, json for machines',
    parse: z.enum(['text', 'json'], 'text or json'),
    fallback: '(text in local mode, else json)',
  },
  {
    name: 'SANDBOX_PACE',
    group: 'Sandbox',
    summary: 'How long the steps of the sandbox take: 1 as in life, 0.05 for tests',
    parse: z.coerce.number('a number').min(0.01, 'from 0.01 to 10').max(10, 'from 0.01 to 10'),
    fallback: '1',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]['name'];

/** The text of `.env.example`. */
export function exampleEnvironment(): string {
  const groups = [...new Set(settings.map((setting) => setting.group))];
  const parts = groups.map((group) => {
    const lines = settings
      .filter((setting) => setting.group === group)
      .map(
        (setting) =>
          `# ${setting.summary}. Default: ${setting.fallback}\n# ${setting.name}=${setting.fallback.startsWith('(') ? '' : setting.fallback}`,
      );
    return `## ${group}\n\n${lines.join('\n\n')}\n`;
  });
  return `# Made by \`npm run env\` from the settings declared in src/config-settings.ts. Without any, Gavel runs in local mode.\n\n${parts.join('\n')}`;
}
