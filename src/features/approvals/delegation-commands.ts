import type { Person, Reply, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/look-up';
import { readMoment } from '../../core/moments';
import { bandState } from '../../core/status';
import { cleanText, listWords, plainText } from '../../core/text';
import { footerTime, momentWords } from '../../core/time-words';
import type { Command, FeatureDependencies } from '../contract';
import type { ApprovalBook } from './book';
import { personOf } from './book';
import { wouldCircle } from './delegations';

/** Giving one's say to somebody else for a while, and taking it back. */
export function delegationCommands(deps: FeatureDependencies, book: ApprovalBook): Command[] {
  return [
    {
      name: 'delegate my approvals',
      summary: 'Somebody else decides for you until then',
      topic: 'Decide',
      arguments: [{ name: 'person', kind: 'text', summary: 'to whom, and until when', keyword: 'to' }],
      examples: ['delegate my approvals to Noor Operator until Friday'],
      right: 'approve',
      inManifest: false,
      run: (turn, { person = '' }) => give(deps, book, turn, person),
    },
    {
      name: 'take back my approvals',
      summary: 'You decide yourself again',
      topic: 'Decide',
      arguments: [],
      examples: ['take back my approvals'],
      right: 'approve',
      inManifest: false,
      run: (turn) => takeBack(deps, book, turn),
    },
    {
      name: 'delegations',
      summary: 'Who decides for whom, and until when',
      topic: 'Look',
      arguments: [],
      examples: ['delegations'],
      right: 'view',
      inManifest: false,
      run: (turn) => list(deps, book, turn),
    },
  ];
}

async function give(deps: FeatureDependencies, book: ApprovalBook, turn: Turn, words: string): Promise<Reply> {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const [, name = '', when] = /^@?(.+?)(?:\s+until\s+(.+))?$/i.exec(words.trim()) ?? [];
  const to = personNamed(catalog, name);
  const until = when === undefined ? undefined : readMoment(when, now, catalog.timeZone);
  if (until === undefined)
    throw new UserError(
      `Until when is to be said, so nothing was changed. Write \`delegate my approvals to ${plainText(to.name, 60)} until Friday\`.`,
    );
  const from = personOf(turn);
  if (to.id === from.id) throw new UserError('You decide for yourself already, so nothing was changed.');
  if (wouldCircle(await book.delegations.active(), from, to))
    throw new UserError(
      `${plainText(to.name, 60)} gave their own say away, in the end to you, so nothing was changed.`,
    );
  await book.delegations.give({ from, to, until });
  await book.redraw(from.id, `delegated:${turn.correlationId}`);
  const end = momentWords(until, now, catalog.timeZone);
  await deps.outbox.put({
    key: `delegation:${turn.correlationId}`,
    destination: { to: 'person', personId: to.id },
    content: {
      text: `**You decide for ${plainText(from.name, 60)} until ${end}.** What waits for them waits for you too; write \`approvals\` to see it. Their own requests you can not decide for them.`,
    },
    revision: 1,
    final: true,
  });
  return {
    text: `**${plainText(to.name, 60)} decides for you until ${end}.** You may still decide yourself; each say counts once. Take it back with \`take back my approvals\`.`,
    audit: { target: to.id, outcome: 'delegated', detail: { until } },
  };
}

async function takeBack(deps: FeatureDependencies, book: ApprovalBook, turn: Turn): Promise<Reply> {
  const given = await book.delegations.takeBack(turn.person.id);
  if (!given) throw new UserError('You have not given your say to anybody, so nothing was changed.');
  await book.redraw(turn.person.id, `taken back:${turn.correlationId}`);
  await deps.outbox.put({
    key: `delegation:${turn.correlationId}`,
    destination: { to: 'person', personId: given.to.id },
    content: {
      text: `**${plainText(turn.person.name, 60)} decides again.** Nothing of theirs waits for you any more.`,
    },
    revision: 1,
    final: true,
  });
  return {
    text: `**You decide yourself again.** ${plainText(given.to.name, 60)} was told.`,
    audit: { target: given.to.id, outcome: 'taken back' },
  };
}

async function list(deps: FeatureDependencies, book: ApprovalBook, turn: Turn): Promise<Reply> {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const active = await book.delegations.active();
  return {
    card: 'policy/list',
    data: {
      kind: 'Delegations',
      state: { ...bandState('done'), word: active.length === 0 ? 'None' : `${active.length} given`, tone: 'emphasis' },
      title: active.length === 0 ? 'Everybody decides themselves' : 'Who decides for whom',
      summary: `Delegations: ${active.length === 0 ? 'none' : active.length}`,
      sentence:
        active.length === 0
          ? '**Nobody has given their say away.**'
          : '**These may decide for somebody else too.** Each say counts once, whoever uses it.',
      rows: active.slice(0, 15).map(({ from, to, until }) => ({
        glyph: '•',
        color: 'Default',
        name: cleanText(to.name, 60),
        words: `decides for ${cleanText(from.name, 60)}`,
        when: `until ${momentWords(until, now, timeZone)}`,
      })),
      more: active.length > 15 ? `and ${active.length - 15} more` : '',
      actions: [],
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

/** By key or by full name; two people of one name are told apart by their keys. */
function personNamed({ people }: Catalog, words: string): Person {
  const said = words.trim().toLowerCase();
  const byKey = lookUp(people, said);
  if (byKey) return { id: byKey.id, name: byKey.name };
  const found = Object.entries(people).filter(([, { name }]) => name.toLowerCase() === said);
  const [only, second] = found;
  if (!only)
    throw new UserError(
      `I know nobody called ${plainText(words, 60)}, so nothing was changed. Write their full name as in the catalog.`,
    );
  if (second)
    throw new UserError(
      `There are several: ${listWords(
        found.map(([key]) => key),
        'or',
      )}. Write one of these, so that it is clear who is meant.`,
    );
  return { id: only[1].id, name: only[1].name };
}
