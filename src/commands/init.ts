import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { initialCatalog, initialSettings } from './init-files';
import type { InitAnswers } from './init-files';
import type { LineCall, LineCommand } from './contract';

export const init: LineCommand = {
  name: 'init',
  summary: 'write the settings file and the catalog of a new installation',
  options: [
    { name: 'folder', value: 'folder', summary: 'where to write them; the current folder by default' },
    { name: 'data', value: 'folder', summary: 'where Gavel keeps its store; /var/lib/gavel by default' },
    { name: 'app-id', value: 'id', summary: 'the app id of the bot registration' },
    { name: 'tenant-id', value: 'id', summary: 'the tenant of the registration' },
    { name: 'admin', value: 'id', multiple: true, summary: 'the object id of a first admin, with =Name if you like' },
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

/** Writes both files and overwrites nothing. Returns 0, or 2 when a file is there already. */
export function runInit(answers: InitAnswers, print: (line: string) => void): number {
  const folder = resolve(answers.folder);
  const files = [
    // The settings hold the client secret.
    { path: join(folder, 'gavel.env'), text: initialSettings({ ...answers, folder }), mode: 0o600 },
    { path: join(folder, 'catalog.yaml'), text: initialCatalog(), mode: 0o644 },
  ];
  const taken = files.find(({ path }) => existsSync(path));
  if (taken) {
    print(`${taken.path} is there already, so nothing was written. Name another folder with --folder.`);
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
