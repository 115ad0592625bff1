import type { Turn } from '../../../chat/contract';
import { may } from '../../../core/catalog/rights';
import { UserError } from '../../../core/errors';
import type { FeatureDependencies } from '../../contract';
import { createScopedStore, describeEntry } from '../../scopes';
import type { ScopedEntry, ScopedStore, ScopeKind } from '../../scopes';
import { graphId, wishOf } from '../parse';
import type { GraphWish } from '../parse';
import { favoriteName, nameProblem } from './parse';

/** Graphs that people save under a name, for themselves or for a channel. A right is checked when the graph is shown. */

export interface Favorites extends Pick<ScopedStore, 'list' | 'personalData'> {
  /** Saves it under this name. Throws `UserError` for a name that can't be one. */
  keep(turn: Turn, name: string, kind: ScopeKind, wish: GraphWish): Promise<ScopedEntry>;
  /** The nearest one with this name. */
  find(turn: Turn, typed: string): Promise<GraphWish | undefined>;
  /** Removes the nearest one with this name; undefined if there is none. */
  remove(turn: Turn, typed: string, kind: ScopeKind | undefined): Promise<ScopeKind | undefined>;
}

/** The words after `graph` that are commands. */
const commandWords = ['show', 'list', 'stats', 'keep', 'favorites', 'remove'];

export function createFavorites(deps: FeatureDependencies): Favorites {
  const { put, find, list, remove, personalData } = createScopedStore(deps, {
    name: 'favorites',
    one: 'a graph',
    most: { personal: 50, place: 50, everybody: 50 },
  });
  return {
    ...{ list, personalData },
    async keep(turn, typed, kind, wish) {
      const name = favoriteName(typed);
      const problem = nameProblem(name, commandWords);
      if (problem !== undefined) throw new UserError(`${problem} Nothing was saved.`);
      return put(turn, kind, name, graphId(wish));
    },
    async find(turn, typed) {
      const name = favoriteName(typed);
      const entry = name === '' ? undefined : await find(turn, name);
      return entry && wishOf(entry.text);
    },
    remove: (turn, typed, kind) => remove(turn, favoriteName(typed), kind),
  };
}

/** Whether this person can see the graph. */
export function canSee({ catalog }: Pick<FeatureDependencies, 'catalog'>, personId: string, { text }: ScopedEntry) {
  return may(catalog(), personId, 'view', wishOf(text));
}

/** What the audit log says it is about. */
export const auditedName = (kind: ScopeKind, name: string): string => describeEntry('graph', kind, name);
