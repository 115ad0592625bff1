import type { CardContent, Reply, Turn } from '../../chat/contract';
import { UserError } from '../../core/errors';
import { bandState } from '../../core/status';
import { cleanText, plainText, plural } from '../../core/text';
import { footerTime, momentWords } from '../../core/time-words';
import type { Stored } from '../../store/contract';
import type { ArgumentSpec, Command, FeatureDependencies } from '../contract';
import { decideAndShow } from './actions';
import { personOf } from './book';
import type { ApprovalBook } from './book';
import type { Approval } from './record';

const mostListed = 10;
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
      summary: 'What waits for your decision, in every place',
      topic: 'Decide',
      arguments: [],
      examples: ['approvals'],
      right: 'view',
      inManifest: true,
      run: (turn) => list(deps, book, turn),
    },
    {
      name: 'approve',
      summary: 'Approves a request',
      topic: 'Decide',
      arguments: [
        { ...which, required: false },
        { name: 'note', kind: 'text', summary: 'a note to go with it' },
      ],
      examples: ['approve D-1042'],
      right: 'view',
      inManifest: true,
      async run(turn, { id, note = '' }) {
        if (id === undefined) return list(deps, book, turn);
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
      summary: 'Rejects a request, with the reason',
      topic: 'Decide',
      arguments: [
        { ...which, required: false },
        { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      ],
      examples: ['reject D-1042 because the tax fix has no test'],
      right: 'view',
      inManifest: true,
      async run(turn, { id, reason = '' }) {
        if (id === undefined) return list(deps, book, turn);
        const record = await named(id);
        // Without a reason the card asks for one.
        if (reason.trim() === '' && book.mayDecide(turn.person.id, record.value))
          return book.card(record, turn.person.id);
        return decideAndShow(deps, book, turn, record.id, {
          kind: 'reject',
          person: personOf(turn),
          reason: reason.slice(0, 500),
        });
      },
    },
  ];
}

async function list(deps: FeatureDependencies, book: ApprovalBook, turn: Turn): Promise<Reply> {
  const waiting = await book.waiting();
  const me = turn.person.id;
  const asked = waiting.filter(({ value }) => value.request.requester.id === me);
  const mine = waiting.filter(
    ({ value }) =>
      book.mayDecide(me, value) &&
      !value.approvals.some((each) => each.person.id === me) &&
      (value.request.rule.requesterMayApprove || value.request.requester.id !== me),
  );
  const zone = deps.catalog().timeZone;
  const now = deps.clock.now();
  const row = async (record: Stored<Approval>) => ({
    id: record.id,
    title: `Open ${cleanText(record.value.label)}`,
    what: `${cleanText(record.value.label)}: ${await titleOf(book, record)}`,
    detail: `${cleanText(record.value.request.requester.name, 60)} asked, until ${momentWords(record.value.request.expiresAt, now, zone)}`,
  });
  const rows = await Promise.all(mine.slice(0, mostListed).map(row));
  const others = await Promise.all(asked.slice(0, mostListed).map(row));
  const count =
    mine.length === 0
      ? '**Nothing waits for you.**'
      : `**${plural(mine.length, 'request waits', 'requests wait')} for you.**`;
  const card: CardContent = {
    card: 'approvals/list',
    data: {
      kind: 'Approvals',
      state: bandState(mine.length > 0 ? 'waiting' : 'done'),
      title: 'Yours to decide',
      summary: mine.length === 0 ? 'Nothing waits for your decision' : `${mine.length} waiting for your decision`,
      sentence: `${count} ${asked.length > 0 ? `You asked for ${asked.length}.` : ''}`.trim(),
      rows,
      rowsMore: mine.length > mostListed ? `and ${mine.length - mostListed} more` : '',
      othersTitle: others.length > 0 ? 'Asked by you, others decide' : '',
      others,
      footer: `For you · ${footerTime(now, zone)} · ref ${turn.reference}`,
    },
  };
  return card;
}

async function titleOf(book: ApprovalBook, record: Stored<Approval>): Promise<string> {
  const card = await book.card(record, undefined);
  return String(card.data['title']).replaceAll('\\', '');
}
