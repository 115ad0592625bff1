import { existsSync } from 'node:fs';
import { readConfig } from '../config';
import type { Config } from '../config';
import { silentLogger } from '../core/telemetry/logger';
import { embeddedFile, openStore } from '../start/open-store';
import { startProblem } from '../start/text';
import type { Store } from '../store/contract';
import type { LineCall } from './contract';

const startMs = 5_000;

/** Opens the store of the settings next to a running Gavel, works with it and closes it. If it can't, it says why in a sentence and resolves to 2. */
export async function withStore(
  { environment, settingsFile, print }: Pick<LineCall, 'environment' | 'settingsFile' | 'print'>,
  work: (store: Store, config: Config) => Promise<number>,
): Promise<number> {
  const result = readConfig(environment);
  if ('problems' in result) {
    for (const problem of result.problems) print(problem);
    return 2;
  }
  const { config } = result;
  if (!config.mongo && !existsSync(embeddedFile(config))) {
    const cure =
      settingsFile === undefined
        ? ', or pass the service’s settings file with --settings <file>'
        : ` in ${settingsFile}`;
    print(`There is no store in ${config.dataDir}. Set GAVEL_DATA to Gavel’s data folder${cure}.`);
    return 2;
  }
  let store: Store | undefined;
  try {
    store = await openStore({ ...config, instance: 'command-line' }, silentLogger, { startMs, onlyLooks: true });
    return await work(store, config);
  } catch (error) {
    print(startProblem(error));
    return 2;
  } finally {
    await store?.close();
  }
}
