import { listTopic } from '../../chat/contract';
import type { Command, Reply, Turn } from '../../chat/contract';
import { requireEverywhere } from '../../core/catalog/refusals';
import { answerAlone } from '../contract';
import type { FeatureDependencies } from '../contract';
import { placesCard } from './cards';
import { readPlaces } from './facts';

/** `environments`: what outside systems have and the catalog doesn’t. */

const placeShows = ['deployments'];

export function placeCommands(deps: FeatureDependencies): Command[] {
  return [
    {
      name: 'environments',
      synonyms: ['discover', 'discover environments'],
      phrasings: [
        'which|what environments are missing|unknown [in the catalog]',
        'which|what environments does the catalog not have',
        'which|what environments are not in [the] catalog',
      ],
      operation: 'look',
      // A deployment can make an environment in its tool.
      shows: placeShows,
      summary: 'List environments of your tools that the catalog lacks',
      topic: 'Look',
      examples: ['environments', 'which environments are missing'],
      right: 'admin',
      run: (turn) => showPlaces(deps, turn),
    },
  ];
}

export async function showPlaces(deps: FeatureDependencies, turn: Turn): Promise<Reply> {
  requireCatalogEditor(deps, turn);
  const card = placesCard(deps, turn, await readPlaces(deps));
  return answerAlone(deps, turn, { ...card, about: listTopic('environments', placeShows) });
}

/** Only who looks after the installation sees names of systems that nobody else may know. */
export function requireCatalogEditor({ catalog }: Pick<FeatureDependencies, 'catalog'>, { person }: Turn): void {
  requireEverywhere(catalog(), person.id, { right: 'admin', what: 'look for environments' });
}
