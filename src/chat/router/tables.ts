import type { Catalog } from '../../core/catalog';
import { mayAnywhere } from '../../core/catalog/rights';
import type { Reach } from '../../core/catalog/rights';
import type { Action, Arguments, Command, Feature } from '../contract';
import type { KnownNames } from '../language/arguments';
import type { Language } from '../language';
import { known } from './cards';

/** What the router looks things up in. */

const names = new WeakMap<Catalog, KnownNames>();

/** Read from a catalog once, not for each line. */
export function knownNames(catalog: Catalog): KnownNames {
  let found = names.get(catalog);
  if (!found) {
    const { services, environments } = catalog;
    const people = Object.entries(catalog.people).flatMap(([key, { name }]) => [key, name.toLowerCase()]);
    found = {
      services: new Set(Object.keys(services)),
      environments: new Set(Object.keys(environments)),
      people: new Set(people),
    };
    names.set(catalog, found);
  }
  return found;
}

/** Throws when two features claim one verb, or a verb does not begin with the name of its feature. */
export function collectActions(features: readonly Feature[]): Map<string, Action> {
  const actions = new Map<string, Action>();
  for (const feature of features)
    for (const action of feature.actions ?? []) {
      if (feature.name === 'chat' || action.verb.split('.')[0] !== feature.name)
        throw new Error(`The verb ${action.verb} must begin with its feature: ${feature.name}.`);
      if (actions.has(action.verb)) throw new Error(`Two actions answer to ${action.verb}`);
      actions.set(action.verb, action);
    }
  return actions;
}

/** Only names that the catalog has: for others the command itself says what there is. */
export function namedReach({ services, environments }: Catalog, args: Arguments): Reach {
  return { service: known(services, args['service']), environment: known(environments, args['environment']) };
}

/** The line that asks for the right a command needs; undefined where nobody can be asked. */
export function lineThatAsks(
  language: Language,
  { right }: Command,
  { service, environment }: Reach,
): string | undefined {
  if (right === undefined || !language.command('access')) return undefined;
  const where = [...(service ? ['on', service] : []), ...(environment ? ['in', environment] : [])];
  return ['access', right, ...where].join(' ');
}

/** All commands, or those this person may use: for help, completion and the manifest. */
export function commandList(features: readonly Feature[], catalog: Catalog, personId?: string): readonly Command[] {
  const all = features.flatMap((feature) => feature.commands ?? []);
  if (personId === undefined) return all;
  return all.filter(({ right }) => right === undefined || mayAnywhere(catalog, personId, right));
}
