import { z } from 'zod';
import { defineAction } from '../../chat/contract';
import type { Action } from '../../chat/contract';
import { UserError } from '../../core/errors';
import type { FeatureDependencies } from '../contract';
import { linesCard } from './cards';
import { requireCatalogEditor, showPlaces } from './commands';
import { readPlaces } from './facts';

/** The buttons of the list of environments. */
export function placeActions(deps: FeatureDependencies): Action[] {
  return [
    defineAction({
      verb: 'environments.view',
      operation: 'look',
      input: z.object({ id: z.literal('environments') }),
      run: (turn) => showPlaces(deps, turn),
    }),
    defineAction({
      verb: 'environments.lines',
      operation: 'look',
      input: z.object({ id: z.string().regex(/^[0-9a-f]{32}$/) }),
      async run(turn, { id }) {
        requireCatalogEditor(deps, turn);
        const { places, readAt } = await readPlaces(deps);
        const place = places.find((each) => each.id === id);
        if (place) return linesCard(deps, turn, place, readAt);
        throw new UserError(
          'That environment is in the catalog by now, or it’s gone. Type `environments` to look again.',
        );
      },
    }),
  ];
}
