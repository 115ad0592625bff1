import { stringify } from 'yaml';
import type { Catalog } from '../../core/catalog';
import { lookUp } from '../../core/keys';
import { enumerate, plainText, plural, withoutEnding } from '../../core/text';
import type { PlaceReport, UnboundPlace } from './facts';

/** Environments that the catalog doesn’t have, in words and as lines of a catalog. Pure. */

const longestName = 40;

/** The tool’s name of an environment or a service as the catalog can spell it: `EU Production` becomes `eu-production`. */
export function nameForCatalog(name: string): string {
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const first = words.findIndex((word) => /^[a-z]/.test(word));
  const spelled = withoutEnding((first < 0 ? [] : words.slice(first)).join('-').slice(0, longestName), '-');
  return spelled === '' ? 'unnamed' : spelled;
}

/** Careful until somebody decides otherwise: one approval for everything. */
const newEnvironment = {
  risk: 'high',
  deploy: { required: 1, role: 'approver' },
  rollback: { required: 1, role: 'approver' },
  restart: { required: 1, role: 'approver' },
  verifyForSeconds: 60,
  rollBackAutomatically: false,
} as const;

/** Capabilities that the catalog has a list of. */
const lists: readonly string[] = ['running', 'metrics', 'alerts', 'annotations'];

/** What the catalog has to say so that Gavel knows it, as lines of YAML, one for each part of the catalog. */
export function linesToAdd(catalog: Pick<Catalog, 'services' | 'environments'>, place: UnboundPlace): string[] {
  const environment = nameForCatalog(place.environment);
  const service = lookUp(catalog.services, place.service) ? place.service : nameForCatalog(place.service);
  const known = lookUp(catalog.services, service);
  const values = Object.fromEntries(Object.entries(place.values).map(([key, value]) => [key, withoutTemplates(value)]));
  const only = { in: { [environment]: { connection: place.connection, ...values } } };
  const all = [...new Set([...(known?.environments ?? []), environment])];
  const addition = {
    services: {
      [service]: {
        ...(!known && { description: 'What it does' }),
        environments: all,
        bindings: { [place.capability]: lists.includes(place.capability) ? [only] : only },
      },
    },
    ...(!lookUp(catalog.environments, environment) && { environments: { [environment]: newEnvironment } }),
  };
  // Without indentation, because a card would lose it.
  return Object.entries(addition).map(
    ([key, value]) => `${key}: ${stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()}`,
  );
}

/** One word in braces would stand for something else: see `readTemplates`. */
const withoutTemplates = (value: string): string => value.replaceAll(/\{([a-z_]+)\}/g, '{{$1}}');

/** `3 environments aren’t in the catalog.`, and which systems couldn’t be read. Markdown. */
export function describePlaces({ places, silent, asked }: PlaceReport): string {
  const lost =
    silent.length === 0 ? '' : ` Gavel couldn’t read ${enumerate(silent.map((each) => plainText(each, 40)))}.`;
  if (asked === 0)
    return '**No connection of the catalog knows environments.** GitHub does, for example: see the docs of connectors.';
  if (places.length === 0)
    return silent.length === asked
      ? `**Nobody knows whether environments are missing.**${lost}`
      : `**The catalog has every environment** of the services that it binds.${lost}`;
  const count = plural(places.length, 'environment isn’t', 'environments aren’t');
  return `**${count} in the catalog.** Click one for the lines to add.${lost}`;
}
