import type { Command } from '../contract';
import { tourDialogId } from './tour-dialog';

/** `tour`: begins the guided tour in the personal chat of whoever asks. */
export function tourCommand(): Command {
  return {
    name: 'tour',
    synonyms: ['show me around', 'start tour'],
    summary: 'Two minutes on how shipping works here, just for you',
    topic: 'Talk',
    arguments: [],
    examples: ['tour'],
    right: undefined,
    inManifest: true,
    async run(turn) {
      await turn.begin(tourDialogId);
      return turn.place.kind === 'personal'
        ? { nothing: true }
        : { notice: 'Your tour has begun in our personal chat.' };
    },
  };
}
