import { z } from 'zod';
import { defineAction } from '../../../chat/contract';
import type { Action, Arguments, Command, Reply, Turn } from '../../../chat/contract';
import { UserError } from '../../../core/errors';
import { describeReach } from '../../../core/catalog/rights';
import { plainText } from '../../../core/text';
import { timeZoneOf } from '../../contract';
import type { FeatureDependencies } from '../../contract';
import { describeScope, readScope } from '../../scopes';
import type { ScopeKind } from '../../scopes';
import { findMetrics, matchMetrics, visibleTarget } from '../facts';
import { GraphId, metricIn, readRange, wishOf } from '../parse';
import type { GraphWish } from '../parse';
import { askToKeep, describeWish, favoritesCard, removalCard } from './cards';
import { favoriteName } from './parse';
import { auditedName } from './store';
import type { Favorites } from './store';

/** Keeping a graph, listing the kept ones, and removing one. */

interface FavoriteParts {
  readonly deps: FeatureDependencies;
  readonly favorites: Favorites;
}

const look = { topic: 'Look', right: 'view' } as const;

export function favoriteCommands(parts: FavoriteParts): Command[] {
  return [
    {
      ...look,
      name: 'graph keep',
      synonyms: ['keep graph', 'save graph'],
      operation: 'keep-graph',
      summary: 'Save a graph under a name, for yourself or for a channel',
      arguments: [
        { name: 'metric', kind: 'phrase', summary: 'what it shows', required: true },
        { name: 'service', kind: 'service', summary: 'the service', keyword: 'of', required: true },
        { name: 'environment', kind: 'environment', summary: 'where it runs', keyword: 'in' },
        { name: 'period', kind: 'phrase', summary: 'how far back', keyword: 'last' },
        { name: 'name', kind: 'phrase', summary: 'what to call it', keyword: 'as', required: true },
      ],
      examples: [
        'graph keep p95 of shop in production last 3h as checkout',
        'graph keep errors of shop as failures for this channel',
      ],
      run: (turn, args) => keepTyped(parts, turn, args),
    },
    {
      ...look,
      name: 'graph favorites',
      synonyms: ['favorites', 'favorite graphs', 'my graphs'],
      phrasings: [
        'my|our graphs',
        '[my|our] favorite|saved|kept graphs',
        'which|what graphs did|have i|we keep|kept|save|saved',
      ],
      operation: 'look',
      summary: 'List the graphs saved here',
      shows: ['favorites', 'granted-rights'],
      examples: ['graph favorites'],
      run: async (turn) => favoritesCard(parts.deps, turn, await parts.favorites.list(turn)),
    },
    {
      ...look,
      name: 'graph remove',
      synonyms: ['graph forget', 'graph delete'],
      operation: 'remove-graph',
      summary: 'Remove a saved graph',
      arguments: [{ name: 'graph', kind: 'phrase', summary: 'its name', required: true }],
      examples: ['graph remove checkout'],
      opens: (turn) => openRemoval(parts, turn),
      run: (turn, args) => remove(parts, turn, args),
    },
  ];
}

/** The button that keeps what a card shows. */
export function keepAction(parts: FavoriteParts): Action {
  const wishFor = (turn: Turn, id: string): GraphWish => {
    const wish = wishOf(id);
    return { ...wish, ...visibleTarget(parts.deps.catalog(), turn.person.id, wish.service, wish.environment) };
  };
  return defineAction({
    verb: 'graphs.keep',
    operation: 'keep-graph',
    input: z.object({
      id: GraphId,
      name: z.string().trim().min(1, 'Enter a name.').max(100),
      for: z.enum(['personal', 'place']).default('personal'),
    }),
    freeText: ['name'],
    async acts(turn, { id }) {
      const { service, environment } = wishFor(turn, id);
      return [{ operation: 'keep-graph', reach: { service, environment } }];
    },
    asks: async (turn, id) => askToKeep(turn, wishFor(turn, id)),
    async run(turn, { id, name: typed, for: kind }) {
      const { name } = await parts.favorites.keep(turn, typed, kind, wishFor(turn, id));
      return {
        notice: `Saved as “${plainText(name)}”, ${describeScope(kind, turn.place)}. To see it, type \`graph ${plainText(name)}\`.`,
        audit: { target: auditedName(kind, name), outcome: 'kept' },
      };
    },
  });
}

async function keepTyped({ deps, favorites }: FavoriteParts, turn: Turn, args: Arguments): Promise<Reply> {
  const { service = '', environment, period, metric: typed = '', name: words = '' } = args;
  const target = visibleTarget(deps.catalog(), turn.person.id, service, environment);
  const found = matchMetrics(await findMetrics(deps, deps.catalog(), target), metricIn(typed));
  const [metric] = found;
  const reach = plainText(describeReach(target), 120);
  const named = `“${plainText(typed, 40)}”`;
  if (!metric || found.length > 1)
    throw new UserError(
      `${metric ? `Several metrics of ${reach} match ${named}` : `There’s no metric called ${named} for ${reach}`}. Nothing was saved. Type \`metrics of ${service}\` to see the metric names.`,
    );
  const asked = { now: deps.clock.now(), timeZone: await timeZoneOf(deps, turn.person.id) };
  const wish = { ...target, metric: metric.name, overMs: readRange({ period }, asked) };
  const { kind = 'personal', rest } = readScope(words);
  const { name, replaced } = await favorites.keep(turn, rest, kind, wish);
  const before = replaced ? ' This replaced the graph that was saved under that name.' : '';
  return {
    text: `Saved **${plainText(name)}** ${describeScope(kind, turn.place)}: ${plainText(describeWish(wish), 200)}.${before} To see it, type \`graph ${plainText(name)}\`.`,
    audit: { target: auditedName(kind, name), outcome: 'kept' },
  };
}

async function openRemoval({ deps, favorites }: FavoriteParts, turn: Turn): Promise<Reply> {
  const entries = await favorites.list(turn);
  return entries.length === 0 ? favoritesCard(deps, turn, entries) : removalCard(turn, entries);
}

async function remove({ favorites }: FavoriteParts, turn: Turn, { graph = '' }: Arguments): Promise<Reply> {
  const { kind, rest } = readScope(graph);
  const removed: ScopeKind | undefined = await favorites.remove(turn, rest, kind);
  const name = favoriteName(rest);
  if (!removed)
    throw new UserError(
      `No graph is saved as “${plainText(name, 40)}” here. Nothing was changed. Type \`graph favorites\` to list the saved graphs.`,
    );
  return {
    text: `Removed the graph **${plainText(name, 40)}**, which was saved ${describeScope(removed, turn.place)}.`,
    audit: { target: auditedName(removed, name), outcome: 'removed' },
  };
}
