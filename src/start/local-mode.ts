import { join } from 'node:path';
import type { Command } from '../chat/contract';
import type { Config } from '../config';
import { startFleet } from '../connectors/local';
import type { Fleet } from '../connectors/local';
import type { Logger } from '../core/telemetry/logger';
import { startPlayground } from '../playground';
import type { Playground } from '../playground';

interface LocalModeOptions {
  readonly config: Pick<Config, 'dataDir' | 'playgroundPort' | 'catalog'>;
  readonly childEnvironment: Readonly<Record<string, string>>;
  commands(): readonly Command[];
  readonly logger: Logger;
}

/** What runs beside Gavel when there is no Teams: the playground in the browser and the fleet of the sandbox. */
export function createLocalMode({ config, childEnvironment, commands, logger }: LocalModeOptions) {
  const { dataDir, playgroundPort, catalog } = config;
  let playground: Playground | undefined;
  let fleet: Fleet | undefined;

  return {
    /** Resolves when the services run and Gavel has been introduced to the people of the playground. `port`: where the bot listens. */
    async start(port: number): Promise<void> {
      const completions = commands().map(({ examples, name, summary }) => ({ command: examples[0] ?? name, summary }));
      playground = await startPlayground({
        port: playgroundPort,
        botUrl: `http://127.0.0.1:${port}/api/messages`,
        dataFile: join(dataDir, 'playground.ndjson'),
        completions: () => completions,
      });
      fleet = startFleet({ dataDir, catalog, logger, environment: childEnvironment });
      await fleet.ready;
      await playground.introduce();
    },
    /** Where the playground is; undefined before it runs. */
    url: () => playground?.url,
    // Both also while it is still starting.
    closePlayground: async () => playground?.close(),
    stopFleet: async () => fleet?.stop(),
  };
}
