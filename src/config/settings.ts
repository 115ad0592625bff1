import { z } from 'zod';
import {
  auditKey,
  commaList,
  databaseName,
  firstAdmin,
  guid,
  httpAddress,
  httpsAddress,
  instanceName,
  mongoUrl,
  onOrOff,
  port,
} from './forms';

/** Local mode serves only this machine; with a registration, Gavel serves Teams. */
export type Mode = 'local' | 'teams';

/** The allowed values of a setting, its default, and its description in `.env.example`. */
type Declaration = {
  readonly summary: string;
  /** Reads the text; the message for a text it refuses completes "It must be …". */
  readonly parse: z.ZodType;
  readonly secret?: true;
} & (
  | {
      /** The default, written as a person would write it and read by `parse`; for both modes if they differ. */
      readonly default: string | Readonly<Record<Mode, string>>;
      readonly without?: never;
    }
  | {
      /** There is no default: what happens without the setting, in words. */
      readonly without: string;
      readonly default?: never;
    }
);

/** Every setting, declared once, in the groups of `.env.example`. */
const groups = {
  'Where it runs': {
    PORT: { summary: 'Port of the bot', parse: port, default: '3978' },
    GAVEL_HOST: {
      summary: 'Address the bot listens on; local mode always listens on 127.0.0.1',
      parse: z.string().min(1),
      default: { local: '127.0.0.1', teams: '0.0.0.0' },
    },
    PLAYGROUND_PORT: { summary: 'Port of the playground, local mode only', parse: port, default: '3979' },
    GAVEL_DATA: {
      summary: 'Data folder: the store, the audit key, and the logs of runs',
      parse: z.string().min(1),
      default: './data',
    },
    GAVEL_CATALOG: {
      summary: 'Catalog file: services, environments, people, roles, policy',
      parse: z.string().min(1),
      without: 'sandbox/catalog.yaml in local mode, else required',
    },
    GAVEL_AUDIT_KEY_FILE: {
      summary: 'File with the key of the audit log; created at the first start',
      parse: z.string().min(1),
      without: 'audit.key in GAVEL_DATA',
    },
    GAVEL_AUDIT_KEY: {
      summary:
        'Key of the audit log instead of the file: 32 bytes in hexadecimal or base64, the same for all instances',
      parse: auditKey,
      without: 'the key in GAVEL_AUDIT_KEY_FILE',
      secret: true,
    },
    GAVEL_AUDIT_ANCHORS: {
      summary:
        'Folder for the anchors of the audit log; use another disk or append-only storage, so that people who can change the store can’t change them',
      parse: z.string().min(1),
      without: 'GAVEL_DATA',
    },
    GAVEL_INSTANCE: {
      summary: 'Name of this instance in the audit log; the same after restarts, different for each instance',
      parse: instanceName,
      without: 'the host name with MONGODB_URI, else gavel',
    },
    MONGODB_URI: {
      summary: 'Address of a MongoDB replica set, for several instances on one store; also set GAVEL_AUDIT_KEY',
      parse: mongoUrl,
      without: 'none: an embedded store in GAVEL_DATA',
      secret: true,
    },
    MONGODB_DATABASE: { summary: 'Name of the MongoDB database', parse: databaseName, default: 'gavel' },
    NODE_ENV: {
      summary: 'production turns local mode off',
      parse: z.enum(['production', 'development', 'test'], 'production, development, or test'),
      default: 'development',
    },
  },
  'Microsoft Teams': {
    MicrosoftAppType: {
      summary: 'Kind of the bot registration',
      parse: z.enum(['SingleTenant', 'UserAssignedMSI'], 'exactly SingleTenant or UserAssignedMSI'),
      without: 'none: local mode',
    },
    MicrosoftAppId: { summary: 'App ID of the bot registration', parse: guid, without: 'none' },
    MicrosoftAppPassword: {
      summary: 'Client secret; for SingleTenant only',
      parse: z.string().min(8, 'the client secret of the registration'),
      without: 'none',
      secret: true,
    },
    MicrosoftAppTenantId: { summary: 'Tenant of the registration', parse: guid, without: 'none' },
    GAVEL_ALLOWED_TENANTS: {
      summary: 'Tenants whose people can use Gavel, separated by commas',
      parse: commaList.pipe(z.array(guid).min(1)),
      without: 'the tenant of the registration',
    },
    GAVEL_ADMINS: {
      summary:
        'The first admins, who grant roles to everybody else: object IDs separated by commas, each with an optional =Name',
      parse: commaList.pipe(z.array(firstAdmin).min(1)),
      without: 'none: the catalog names them',
    },
    GAVEL_GUESTS: {
      summary: 'on: guests and members of other organizations in shared channels can use Gavel, too',
      parse: onOrOff,
      default: 'off',
    },
    GAVEL_SERVICE_HOSTS: {
      summary: 'Hosts that can receive the bot’s token: exact names, separated by commas',
      parse: commaList.pipe(
        z
          .array(
            z
              .string()
              .toLowerCase()
              .regex(/^[a-z0-9.-]+$/, 'host names without https:// and without a path'),
          )
          .min(1),
      ),
      default: 'smba.trafficmanager.net',
    },
    GAVEL_ENDPOINT: {
      summary:
        'The messaging endpoint from the registration, https://…/api/messages; doctor checks that it reaches Gavel',
      parse: httpsAddress,
      without: 'none; doctor doesn’t check it',
    },
    IDENTITY_ENDPOINT: {
      summary: 'Where a managed identity gets its tokens; App Service and Container Apps set it',
      parse: httpAddress,
      without: 'the instance metadata service',
    },
    IDENTITY_HEADER: {
      summary: 'Secret for IDENTITY_ENDPOINT; App Service and Container Apps set it, too',
      parse: z.string().min(1),
      without: 'none',
      secret: true,
    },
  },
  'App package': {
    GAVEL_APP_NAME: {
      summary: 'Gavel’s name in Teams, at most 30 characters; `npm run manifest` reads this group',
      parse: z.string().max(30, 'at most 30 characters'),
      default: 'Gavel',
    },
    GAVEL_ORGANISATION: {
      summary: 'The organization that provides Gavel, at most 32 characters',
      parse: z.string().max(32, 'at most 32 characters'),
      default: 'Gavel',
    },
    GAVEL_WEBSITE_URL: {
      summary: 'Your page about Gavel, with contact details; Teams links to it',
      parse: httpsAddress,
      without: 'none; the package requires one',
    },
    GAVEL_PRIVACY_URL: {
      summary: 'Your page about the personal data that Gavel stores',
      parse: httpsAddress,
      without: 'GAVEL_WEBSITE_URL',
    },
    GAVEL_TERMS_URL: { summary: 'Your terms of use', parse: httpsAddress, without: 'GAVEL_WEBSITE_URL' },
  },
  Log: {
    LOG_LEVEL: {
      summary: 'debug, info, warn, error, or silent',
      parse: z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'debug, info, warn, error, or silent'),
      default: { local: 'warn', teams: 'info' },
    },
    LOG_FORMAT: {
      summary: 'text for people, json for machines',
      parse: z.enum(['text', 'json'], 'text or json'),
      default: { local: 'text', teams: 'json' },
    },
  },
  Telemetry: {
    APPLICATIONINSIGHTS_CONNECTION_STRING: {
      summary: 'Sends requests, dependencies, events, and exceptions to Application Insights',
      parse: z
        .string()
        .regex(/^InstrumentationKey=[0-9a-f-]{36}(;|$)/i, 'a connection string that begins with InstrumentationKey='),
      without: 'none: nothing is sent',
      secret: true,
    },
    GAVEL_METRICS: {
      summary: 'on: Gavel’s own metrics for Prometheus at /metrics',
      parse: onOrOff,
      default: 'off',
    },
    GAVEL_TELEMETRY_PEOPLE: {
      summary: 'on: telemetry includes the ID of the person who did something',
      parse: onOrOff,
      default: 'off',
    },
  },
  Sandbox: {
    SANDBOX_PACE: {
      summary: 'Speed of the sandbox: 1 is realistic, 0.05 is for tests',
      parse: z.coerce.number('a number').min(0.01, 'from 0.01 to 10').max(10, 'from 0.01 to 10'),
      default: '1',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Declaration>>>>;

type Group = (typeof groups)[keyof typeof groups];
type NameIn<Each> = Each extends unknown ? keyof Each : never;

export type SettingName = NameIn<Group>;

/** The declaration of a setting, by its name. */
export type Declared<Name extends SettingName> = Extract<Group, Readonly<Record<Name, Declaration>>>[Name];

export type Setting = Declaration & { readonly name: SettingName; readonly group: string };

/** All settings in one list. */
export const settings: readonly Setting[] = Object.entries(groups).flatMap(([group, declared]) =>
  Object.entries<Declaration>(declared).map(([name, each]) => ({ ...each, group, name: name as SettingName })),
);
