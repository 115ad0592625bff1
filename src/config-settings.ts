import { z } from 'zod';

/** Every setting there is, declared once: `config.ts` reads them, `.env.example` is made from them. */

const guid = z
  .string()
  .regex(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i, 'a GUID such as 11111111-2222-4333-8444-555555555555')
  .toLowerCase();
const port = z.coerce
  .number('a port number')
  .int()
  .min(1, 'a port from 1 to 65535')
  .max(65_535, 'a port from 1 to 65535');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const mongoUrl = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/.+/, 'a MongoDB address such as mongodb://host:27017/?replicaSet=name');
const databaseName = z.string().regex(/^[A-Za-z0-9_-]{1,38}$/, 'letters, digits, - and _ only, at most 38');
const instanceName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dots, - and _ only, at most 63');
const auditKey = z
  .string()
  .transform((text) => Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64'))
  .refine((key) => key.length === 32, '32 random bytes in hexadecimal or base64: openssl rand -hex 32 prints some');

export interface Setting {
  readonly name: string;
  readonly summary: string;
  readonly parse: z.ZodType;
  /** Shown in `.env.example`; also the value when the setting is absent, unless it says something else in brackets. */
  readonly fallback: string;
  readonly secret?: true;
  readonly group: 'Where it runs' | 'Microsoft Teams' | 'Log' | 'Sandbox';
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
