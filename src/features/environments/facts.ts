import type { FoundPlace } from '../../connectors/contract';
import { withTimeLimit } from '../../core/concurrency';
import { idFrom } from '../../core/keys';
import type { FeatureDependencies } from '../contract';

/** The environments that outside systems have and the catalog doesn’t. */

/** `id` is the same at each reading. */
export interface UnboundPlace extends FoundPlace {
  readonly id: string;
  readonly connection: string;
  /** What people call the system. */
  readonly system: string;
}

/** What one reading found. `silent`: the systems that couldn’t be read. */
export interface PlaceReport {
  readonly places: readonly UnboundPlace[];
  readonly silent: readonly string[];
  /** How many systems were asked. */
  readonly asked: number;
  readonly readAt: number;
}

const answerLimitMs = 15_000;

/** Asks every system that knows environments. One that fails never hides the others. */
export async function readPlaces({
  systems,
  clock,
  logger,
}: Pick<FeatureDependencies, 'systems' | 'clock' | 'logger'>): Promise<PlaceReport> {
  const sources = systems.placeSources();
  const silent: string[] = [];
  const found = await Promise.all(
    sources.map(async (source): Promise<UnboundPlace[]> => {
      const { connection } = source;
      const system = systems.titleOf(connection);
      try {
        const places = await withTimeLimit(source.findUnbound(), answerLimitMs);
        if (!places) throw new Error(`No answer in ${answerLimitMs} ms`);
        return places.map((place) => ({ ...place, id: idFrom('place', connection, place.name), connection, system }));
      } catch (error) {
        logger.warn({ error, connection }, 'Its environments could not be read');
        silent.push(system);
        return [];
      }
    }),
  );
  const places = found
    .flat()
    .sort((one, other) => (`${one.service} ${one.name}` < `${other.service} ${other.name}` ? -1 : 1));
  return { places, silent: silent.sort(), asked: sources.length, readAt: clock.now() };
}
