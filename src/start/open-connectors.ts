import type { Config } from '../config';
import type { Connector } from '../connectors/contract';
import { createHostConnector } from '../connectors/host';
import { createLocalConnector } from '../connectors/local';
import type { LocalOptions } from '../connectors/local';

/** The outside systems that the configuration names, by name. They aren't called yet. */
export function openConnectors(
  { dataDir, sandboxPace: pace }: Pick<Config, 'dataDir' | 'sandboxPace'>,
  parts: Pick<LocalOptions, 'catalog' | 'environment' | 'clock' | 'logger'>,
): ReadonlyMap<string, Connector> {
  const sampleIntervalMs = Math.max(200, 5_000 * Math.min(1, pace));
  const local = createLocalConnector({ ...parts, dataDir, pace, sampleIntervalMs });
  const host = createHostConnector({ ...parts, dataDir });
  return new Map([local, host].map((each) => [each.name, each]));
}
