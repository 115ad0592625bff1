import { UserError } from '../../core/errors';
import { plainText } from '../../core/text';
import type { Stored } from '../../store/contract';
import type { ArgumentSpec, Command } from '../../chat/contract';
import type { FeatureDependencies } from '../contract';
import { decideAndShow, decisionActs, foreseen, viewerOf } from './actions';
import { personOf } from './book';
import type { ApprovalBook } from './book';
import { listCard } from './list-card';
import type { Approval } from './record';

const which: ArgumentSpec = {
  name: 'id',
  kind: 'word',
  summary: 'what to decide on, for example D-1042',
  required: true,
};

/** What one may type about approvals. */
export function approvalCommands(deps: FeatureDependencies, book: ApprovalBook): Command[] {
  async function named(label: string): Promise<Stored<Approval>> {
    const record = await book.find(label);
    if (!record)
      throw new UserError(`There is no request ${plainText(label, 40)}. Write \`approvals\` to see what waits.`);
    return record;
  }
  return [
    {
      name: 'approvals',
      operation: 'look',
      summary: 'What waits for your decision, in every place',
      topic: 'Decide',
      arguments: [],
      examples: ['approvals'],
      right: 'view',
      inManifest: true,
      run: (turn) => listCard(deps, book, turn),
    },
    {
      name: 'approve',
      operation: 'approve',
      summary: 'Approves a request',
      topic: 'Decide',
      arguments: [
        { ...which, required: false },
        { name: 'note', kind: 'text', summary: 'a note to go with it' },
      ],
      examples: ['approve D-1042'],
      right: 'approve',
      inManifest: true,
      acts: async (turn, { id }) =>
        id === undefined ? [] : decisionActs(deps, book, turn, 'approve', [(await named(id)).id]),
      preview: async (turn, { id }) => (id === undefined ? '' : foreseen(deps, book, turn, await named(id), 'approve')),
      async run(turn, { id, note = '' }) {
        if (id === undefined) return listCard(deps, book, turn);
        const record = await named(id);
        return decideAndShow(deps, book, turn, record.id, {
          kind: 'approve',
          person: personOf(turn),
          note: note.slice(0, 500),
        });
      },
    },
    {
      name: 'reject',
      operation: 'reject',
      summary: 'Rejects a request, with the reason',
      topic: 'Decide',
      arguments: [
        { ...which, required: false },
        { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      ],
      examples: ['reject D-1042 because the tax fix has no test'],
      right: 'approve',
      inManifest: true,
      acts: async (turn, { id }) =>
        id === undefined ? [] : decisionActs(deps, book, turn, 'reject', [(await named(id)).id]),
      preview: async (turn, { id }) => (id === undefined ? '' : foreseen(deps, book, turn, await named(id), 'reject')),
      async run(turn, { id, reason = '' }) {
        if (id === undefined) return listCard(deps, book, turn);
        const record = await named(id);
        // Without a reason the card asks for one.
        if (reason.trim() === '' && (await book.deciders(record.value)).some(({ id }) => id === turn.person.id))
          return book.card(record, viewerOf(turn));
        return decideAndShow(deps, book, turn, record.id, {
          kind: 'reject',
          person: personOf(turn),
          reason: reason.slice(0, 500),
        });
      },
    },
  ];
}
