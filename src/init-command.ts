import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { initialCatalog, initialSettings } from './init-files';
import type { InitAnswers } from './init-files';

/** `npx gavel init`: writes the two files a new installation begins with. Overwrites nothing. Resolves to 0, or to 2 when a file is there already. */
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
