import type { Catalog } from '../core/catalog';
import type { Action, Feature } from '../features/contract';
import type { KnownNames } from './arguments';

/** What the router looks things up in. */

const names = new WeakMap<Catalog, KnownNames>();

/** Read from a catalog once, not for each line. */
export function namesOf(catalog: Catalog): KnownNames {
  let known = names.get(catalog);
  if (!known) {
    const { services, environments } = catalog;
    known = { services: new Set(Object.keys(services)), environments: new Set(Object.keys(environments)) };
    names.set(catalog, known);
  }
  return known;
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
