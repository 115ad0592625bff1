import { z } from 'zod';
import { auditKey, databaseName, instanceName, mongoUrl, onOrOff, port } from './forms';
import type { Setting } from './setting';
import { teamsSettings } from './settings-teams';

/** Every setting there is, declared once: what may be written, what holds without it, and what `.env.example` says of it. */
export const settings = [
  { name: 'PORT', group: 'Where it runs', summary: 'Port of the bot', parse: port, default: '3978' },
  {
    name: 'GAVEL_HOST',
    group: 'Where it runs',
    summary: 'Address the bot listens on; in local mode always this machine only',
    parse: z.string().min(1),
    default: { local: '127.0.0.1', teams: '0.0.0.0' },
  },
  {
    name: 'PLAYGROUND_PORT',
    group: 'Where it runs',
    summary: 'Port of the playground, local mode only',
    parse: port,
    default: '3979',
  },
  {
    name: 'GAVEL_DATA',
    group: 'Where it runs',
    summary: 'Folder of the store, the audit key and the logs of runs',
    parse: z.string().min(1),
    default: './data',
  },
  {
    name: 'GAVEL_CATALOG',
    group: 'Where it runs',
    summary: 'Catalog file: services, environments, people, roles, policy',
    parse: z.string().min(1),
    without: 'sandbox/catalog.yaml in local mode, else required',
  },
  {
    name: 'GAVEL_AUDIT_KEY_FILE',
    group: 'Where it runs',
    summary: 'File with the key of the audit chain; made on first start',
    parse: z.string().min(1),
    without: 'audit.key in GAVEL_DATA',
  },
  {
    name: 'GAVEL_AUDIT_KEY',
    group: 'Where it runs',
    summary:
      'Key of the audit chain in place of the file, 32 bytes in hexadecimal or base64; the same for all instances',
    parse: auditKey,
    without: 'the key in GAVEL_AUDIT_KEY_FILE',
    secret: true,
  },
  {
    name: 'GAVEL_AUDIT_ANCHORS',
    group: 'Where it runs',
    summary:
      'Folder for the anchors of the audit log; put it on another disk or append-only storage, so that whoever can change the store can’t change them',
    parse: z.string().min(1),
    without: 'GAVEL_DATA',
  },
  {
    name: 'GAVEL_INSTANCE',
    group: 'Where it runs',
    summary: 'Name of this instance in the audit log; the same over restarts, another for each instance',
    parse: instanceName,
    without: 'the host name with MONGODB_URI, else gavel',
  },
  {
    name: 'MONGODB_URI',
    group: 'Where it runs',
    summary: 'Address of a MongoDB replica set, for several instances on one store; then GAVEL_AUDIT_KEY too',
    parse: mongoUrl,
    without: 'none: an embedded store in GAVEL_DATA',
    secret: true,
  },
  {
    name: 'MONGODB_DATABASE',
    group: 'Where it runs',
    summary: 'Database in that MongoDB',
    parse: databaseName,
    default: 'gavel',
  },
  {
    name: 'NODE_ENV',
    group: 'Where it runs',
    summary: 'production switches local mode off',
    parse: z.enum(['production', 'development', 'test'], 'production, development or test'),
    default: 'development',
  },
  ...teamsSettings,
  {
    name: 'LOG_LEVEL',
    group: 'Log',
    summary: 'debug, info, warn, error or silent',
    parse: z.enum(['debug', 'info', 'warn', 'error', 'silent'], 'debug, info, warn, error or silent'),
    default: { local: 'warn', teams: 'info' },
  },
  {
    name: 'LOG_FORMAT',
    group: 'Log',
    summary: 'text for people, json for machines',
    parse: z.enum(['text', 'json'], 'text or json'),
    default: { local: 'text', teams: 'json' },
  },
  {
    name: 'APPLICATIONINSIGHTS_CONNECTION_STRING',
    group: 'Telemetry',
    summary: 'Sends requests, dependencies, events and exceptions to Application Insights',
    parse: z
      .string()
      .regex(/^InstrumentationKey=[0-9a-f-]{36}(;|$)/i, 'a connection string that begins with InstrumentationKey='),
    without: 'none: nothing is sent',
    secret: true,
  },
  {
    name: 'GAVEL_METRICS',
    group: 'Telemetry',
    summary: 'on: numbers of Gavel itself for Prometheus at /metrics',
    parse: onOrOff,
    default: 'off',
  },
  {
    name: 'GAVEL_TELEMETRY_PEOPLE',
    group: 'Telemetry',
    summary: 'on: telemetry says by person id who did something',
    parse: onOrOff,
    default: 'off',
  },
  {
    name: 'SANDBOX_PACE',
    group: 'Sandbox',
    summary: 'How long the steps of the sandbox take: 1 as in life, 0.05 for tests',
    parse: z.coerce.number('a number').min(0.01, 'from 0.01 to 10').max(10, 'from 0.01 to 10'),
    default: '1',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]['name'];
