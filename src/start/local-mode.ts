import { join } from 'node:path';
import type { Config } from '../config';
import type { BoundTargets } from '../connectors/bindings';
import type { Target } from '../core/catalog/rights';
import { distinctTargets } from '../connectors/machine/by-name';
import { localKind, startFleet } from '../connectors/local';
import type { Fleet } from '../connectors/local';
import { sandboxTicketsKind } from '../connectors/sandbox-tickets';
import type { Logger } from '../core/telemetry/logger';
import { startPlayground } from '../playground';
import type { Playground } from '../playground';
import type { Completion } from '../playground/page-api';

interface LocalModeOptions {
  readonly config: Pick<Config, 'dataDir' | 'playgroundPort' | 'catalog'>;
  readonly targets: BoundTargets;
  readonly childEnvironment: Readonly<Record<string, string>>;
  /** The commands, for the page to complete. */
  completions(): readonly Completion[];
  readonly logger: Logger;
}

/** What runs next to Gavel without Teams: the playground in the browser, and the sandbox. */
export function createLocalMode({ config, targets, childEnvironment, completions, logger }: LocalModeOptions) {
  const { dataDir, playgroundPort, catalog } = config;
  let playground: Playground | undefined;
  let fleet: Fleet | undefined;

  return {
    /** Resolves when the services are running and Gavel has been introduced in the playground. `port`: where the bot listens. */
    async start(port: number): Promise<void> {
      playground = await startPlayground({
        port: playgroundPort,
        botUrl: `http://127.0.0.1:${port}/api/messages`,
        dataFile: join(dataDir, 'playground.ndjson'),
        completions,
      });
      fleet = startFleet({
        ...{ dataDir, logger, environment: childEnvironment, targets: sandboxIn(catalog, targets) },
        withTracker: Object.values(catalog.connections).some(({ kind }) => kind === sandboxTicketsKind),
      });
      await fleet.ready;
      await playground.introduce();
    },
    /** The address of the playground; undefined before it runs. */
    url: () => playground?.url,
    // Both work while it is still starting.
    closePlayground: async () => playground?.close(),
    stopFleet: async () => fleet?.stop(),
  };
}

/** The services and environments that run in the sandbox: all that are measured or deployed there. */
function sandboxIn({ connections }: Config['catalog'], targets: BoundTargets): readonly Target[] {
  const names = Object.entries(connections).filter(([, { kind }]) => kind === localKind);
  return distinctTargets(names.flatMap(([name]) => [...targets.to(name, 'pipelines'), ...targets.to(name, 'metrics')]));
}
