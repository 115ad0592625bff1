import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LineCall, LineCommand } from './contract';

export const init: LineCommand = {
  name: 'init',
  summary: 'write the settings file and the catalog of a new installation',
  options: [
    { name: 'folder', value: 'folder', summary: 'where to write them; the current folder by default' },
    { name: 'data', value: 'folder', summary: 'where Gavel keeps its store; /var/lib/gavel by default' },
    { name: 'app-id', value: 'id', summary: 'the app ID of the bot registration' },
    { name: 'tenant-id', value: 'id', summary: 'the tenant of the registration' },
    { name: 'admin', value: 'id', multiple: true, summary: 'the object ID of a first admin, with =Name if you like' },
    { name: 'managed-identity', summary: 'the bot is registered with a managed identity and has no secret' },
  ],
  readsSettings: false,
  run: async ({ options, print }) => runInit(answersIn(options), print),
};

function answersIn(options: LineCall['options']): InitAnswers {
  const first = (name: string, otherwise: string): string => options.get(name)?.[0] ?? otherwise;
  return {
    folder: first('folder', '.'),
    dataFolder: resolve(first('data', '/var/lib/gavel')),
    isManagedIdentity: options.has('managed-identity'),
    appId: first('app-id', ''),
    tenantId: first('tenant-id', ''),
    admins: options.get('admin') ?? [],
  };
}

/** Writes both files and overwrites nothing. Returns 0, or 2 if a file already exists. */
export function runInit(answers: InitAnswers, print: (line: string) => void): number {
  const folder = resolve(answers.folder);
  const files = [
    // The settings contain the client secret.
    { path: join(folder, 'gavel.env'), text: initialSettings({ ...answers, folder }), mode: 0o600 },
    { path: join(folder, 'catalog.yaml'), text: initialCatalog(), mode: 0o644 },
  ];
  const taken = files.find(({ path }) => existsSync(path));
  if (taken) {
    print(`${taken.path} already exists. Nothing was written. Name another folder with --folder.`);
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  for (const { path, text, mode } of files) {
    writeFileSync(path, text, { mode, flag: 'wx' });
    print(`Wrote ${path}.`);
  }
  print(nextSteps(answers, join(folder, 'gavel.env')));
  return 0;
}

function nextSteps({ appId, tenantId, admins, isManagedIdentity }: InitAnswers, settings: string): string {
  const missing = [
    ...(appId === '' ? ['MicrosoftAppId'] : []),
    ...(isManagedIdentity ? [] : ['MicrosoftAppPassword']),
    ...(tenantId === '' ? ['MicrosoftAppTenantId'] : []),
    ...(admins.length === 0 ? ['GAVEL_ADMINS'] : []),
  ];
  const fill = missing.length === 0 ? '' : `Fill in ${missing.join(', ')}. `;
  return `${fill}Then check everything with: npx gavel doctor --settings ${settings}`;
}

/** The first files of a new installation: a settings file and a catalog with comments. Pure. */

interface InitAnswers {
  /** The folder of the files: their comments and `GAVEL_CATALOG` name it. */
  readonly folder: string;
  /** The folder of the store. */
  readonly dataFolder: string;
  readonly isManagedIdentity: boolean;
  readonly appId: string;
  readonly tenantId: string;
  /** Object ids of people, each with an optional `=Name`. */
  readonly admins: readonly string[];
}

/** The settings file, in the format that systemd, `docker --env-file` and `gavel doctor --settings` read. */
function initialSettings(answers: InitAnswers): string {
  const { folder, dataFolder, isManagedIdentity, appId, tenantId, admins } = answers;
  const secret = isManagedIdentity
    ? ['# A managed identity has no secret.']
    : ['# The value of the client secret. Only the user Gavel runs as may read this file.', 'MicrosoftAppPassword='];
  return [
    '# Settings of Gavel. Every other setting, with its default, is in .env.example.',
    'NODE_ENV=production',
    '',
    '# The bot registration, see docs/teams.md.',
    `MicrosoftAppType=${isManagedIdentity ? 'UserAssignedMSI' : 'SingleTenant'}`,
    `MicrosoftAppId=${appId}`,
    ...secret,
    `MicrosoftAppTenantId=${tenantId}`,
    '',
    '# The first admins, by Entra object ID, separated by commas. They grant everybody else their roles in chat.',
    `GAVEL_ADMINS=${admins.join(',')}`,
    '',
    `GAVEL_CATALOG=${folder}/catalog.yaml`,
    `GAVEL_DATA=${dataFolder}`,
    '',
    '# The public address of the bot. With it, the doctor checks that it leads to Gavel.',
    '# GAVEL_ENDPOINT=https://gavel.example.com/api/messages',
    '# A folder on another disk or machine for the anchors of the audit log, so that nobody who can change the store can change them too.',
    '# GAVEL_AUDIT_ANCHORS=/mnt/elsewhere/gavel-anchors',
    '# Numbers for Prometheus at /metrics.',
    '# GAVEL_METRICS=on',
    '',
  ].join('\n');
}

/** The smallest useful catalog for a team. */
export function initialCatalog(): string {
  return `# The catalog of Gavel: people, permissions, services, and rules. Gavel reads it again whenever it changes;
# mistakes are reported with their line, and the last good catalog stays in use.

# The zone of all times that name none. Everybody can set their own with \`settings\`.
timeZone: UTC

# People named in grants, groups, or commits. Everybody else in your tenant is known by sign-in alone.
#   dana:
#     id: entra:<tenant id>/<object id of the person>
#     name: Dana Developer
people: {}

# Nobody can do anything that isn’t granted here. Roles: viewer, developer, operator, approver, admin.
# Admins named in GAVEL_ADMINS are admins everywhere; \`grant developer on portal to @Dana until Friday\` works in chat, too.
grants:
  - { everyone: true, role: viewer }

# The outside systems that Gavel uses, each listed once. Name credentials here, and set their values in the environment, never here.
#   server: { kind: host }
connections: {}

# What is deployed and watched, and which connection provides what. This one runs on Gavel’s own server; see docs/deploy.md, "Gavel deploys Gavel".
#   portal:
#     description: What customers see
#     environments: [production]
#     limits: { p95Ms: 500, p50Ms: 250, errorPercent: 2, minimumRequestsPerSecond: 0 }
#     bindings:
#       source: { connection: server, releases: /opt/portal/releases }
#       running: [{ connection: server, health: 'http://127.0.0.1:8080/health' }]
#       metrics: [{ connection: server, health: 'http://127.0.0.1:8080/health' }]
#       pipelines:
#         connection: server
#         releases: /opt/portal/releases
#         health: http://127.0.0.1:8080/health
#         deploy: [/usr/bin/node, '/opt/portal/releases/{version}/deploy.js', '{version}']
services: {}

# Where services run, and which rules hold there; see docs/policy.md.
environments:
  staging:
    risk: low
    deploy: { required: 0 }
    rollback: { required: 0 }
    restart: { required: 0 }
    verifyForSeconds: 60
    rollBackAutomatically: true
  production:
    risk: high
    # Someone else approves a deployment; an approver can roll back alone.
    deploy: { required: 1, role: approver, committersMayApprove: false }
    rollback: { required: 1, role: approver, requesterMayApprove: true }
    restart: { required: 1, role: approver }
    verifyForSeconds: 300
    rollBackAutomatically: true

# No deployments over the weekend.
# freezes:
#   - name: Weekend
#     reason: Nobody is there to help
#     environments: [production]
#     weekly: { from: Fri 16:00, to: Mon 08:00 }

# Operations that need a second person, and operations that need a confirmation.
# fourEyes:
#   - { operation: grant, approval: { required: 1, role: admin } }
# confirm:
#   - { operation: unfreeze, environments: [production] }
`;
}
