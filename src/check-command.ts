import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { readConfig } from './config';
import type { Config } from './config';
import { systemClock } from './core/clock';
import { StartError } from './core/errors';
import { silentLogger } from './core/logger';
import { openConnectors } from './open-connectors';
import { embeddedFile, openStore } from './open-store';
import { selfCheck } from './self-check';
import type { SelfCheckOptions } from './self-check';

const storeLimitMs = 5_000;

/** `npx gavel check`: every problem in one sentence with its cure. Resolves to 0 when there is none, else 1. */
export async function runCheck(
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
  places: Pick<SelfCheckOptions, 'loginUrl' | 'openIdUrl' | 'packageFile'> = {},
): Promise<number> {
  const result = readConfig(environment);
  if ('problems' in result) {
    for (const problem of result.problems) print(`problem  ${problem}`);
    print('Gavel would not start with these settings.');
    return 1;
  }
  const { config } = result;
  const parts = { catalog: () => config.catalog, clock: systemClock, logger: silentLogger };
  const connectors = openConnectors(config, parts);
  const findings = await selfCheck({
    config,
    catalog: config.catalog,
    catalogProblems: [],
    // The sandbox of local mode is made at its first start.
    connectors:
      config.mode === 'teams'
        ? connectors
        : new Map([...connectors].map(([name, each]) => [name, { ...each, check: async () => undefined }])),
    store: () => tryStore(config),
    clock: systemClock,
    ...places,
  });
  await Promise.all([...connectors.values()].map((connector) => connector.close()));
  for (const { about, problem } of findings) print(problem === undefined ? `good     ${about}` : `problem  ${problem}`);
  const problems = findings.filter(({ problem }) => problem !== undefined).length;
  if (config.mode === 'local')
    print('There are no MicrosoftApp settings: Gavel would start in local mode, for this machine only.');
  print(problems === 0 ? 'No problem was found.' : `${problems} ${problems === 1 ? 'problem' : 'problems'}.`);
  return problems === 0 ? 0 : 1;
}

/** Looks without making: a store made by whoever checks might not be open to whoever serves. */
async function tryStore(config: Config): Promise<void> {
  if (!config.mongo && !existsSync(embeddedFile(config))) return checkWritable(config.dataDir);
  const store = await openStore({ ...config, instance: 'command-line' }, silentLogger, storeLimitMs);
  try {
    await store.check();
  } finally {
    await store.close();
  }
}

function checkWritable(folder: string): void {
  let nearest = folder;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  try {
    accessSync(nearest, constants.W_OK);
  } catch (cause) {
    throw new StartError(
      `Gavel may not write to ${nearest}; give that folder to the user it runs as, or set GAVEL_DATA to another.`,
      {
        cause,
      },
    );
  }
}
