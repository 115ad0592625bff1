import type { CatalogReading } from '../core/catalog';
import type { Connector } from './contract/kinds';
import { modernizeCatalog } from './earlier-catalog';
import { connectors } from '.';

/** How a catalog is read that can name every connector. `isSet`: whether a setting that it names has a value. */
export function readingOf(
  isSet: (setting: string) => boolean,
  kinds: ReadonlyMap<string, Connector> = connectors,
): CatalogReading {
  return { kinds, isSet, modernize: modernizeCatalog };
}
