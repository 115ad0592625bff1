import type { Feature, RecordTurn, Turn } from '../../chat/contract';
import { defineAction } from '../../chat/contract';
import { mayAnywhere } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import type { FeatureDependencies } from '../contract';
import { olderInput, readOlder } from '../../core/text/older-entries';
import { showHistory } from './list';
import { createHistoryStore } from './store';

/** What was asked of Gavel and what came of it; kept as long as the catalog's `retention` says. */
export function createHistory(deps: FeatureDependencies): {
  feature: Feature;
  recordTurn: RecordTurn;
  /** Resolves when all that was recorded is written. */
  idle: () => Promise<void>;
  /** How many lines in a row of this person there weren't understood until now. Rejects with `StoreUnavailableError`. */
  stumbles: (turn: Turn) => Promise<number>;
} {
  const history = createHistoryStore(deps);
  const parts = { deps, history };
  return {
    feature: {
      name: 'history',
      commands: [
        {
          name: 'history',
          operation: 'look',
          summary: 'What was asked here, and what came of it',
          topic: 'Look',
          arguments: [{ name: 'wish', kind: 'phrase', summary: 'who, what or when: Dana, deploy, yesterday' }],
          examples: ['history', 'history deploy yesterday', 'history me today'],
          right: 'view',
          run: (turn, { wish = '' }) => showHistory(parts, turn, wish),
        },
      ],
      actions: [
        defineAction({
          verb: 'history.older',
          operation: 'look',
          input: olderInput,
          run: async (turn, { id }) => {
            if (!mayAnywhere(deps.catalog(), turn.person.id, 'view'))
              throw new UserError("You can't look at the history. Write `access viewer` to ask for it.");
            const older = readOlder(id, 'history');
            return showHistory(parts, turn, older.words, older);
          },
        }),
      ],
      personalData: [history.personalData],
    },
    recordTurn: history.recordTurn,
    idle: history.idle,
    stumbles: history.stumbles,
  };
}
