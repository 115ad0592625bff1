import type { Arguments, Command, OutboxMessage, Person, Reply, Turn } from '../../chat/contract';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { personName } from '../../core/catalog/rights';
import { bandState } from '../../core/card/status';
import { cleanText, plainText } from '../../core/text';
import { readMoment } from '../../core/time/typed/moment';
import { describeUnread } from '../../core/time/typed/term';
import { footerTime, momentInZone } from '../../core/time/words';
import type { FeatureDependencies } from '../contract';
import { timeZoneOf } from '../time-zone';
import type { ApprovalBook } from './book';
import { personOf } from './book';
import { wouldCircle } from './delegations';

/** Giving one's say to somebody else for a while, and taking it back. */
export function delegationCommands(deps: FeatureDependencies, book: ApprovalBook): Command[] {
  return [
    {
      name: 'delegate my approvals',
      operation: 'delegate',
      summary: 'Somebody else decides for you until then',
      topic: 'Decide',
      arguments: [
        { name: 'person', kind: 'person', summary: 'to whom', keyword: 'to', required: true },
        { name: 'time', kind: 'moment', summary: 'until when', keyword: 'until', required: true },
      ],
      examples: ['delegate my approvals to Noor Operator until Friday'],
      right: 'approve',
      inManifest: false,
      run: (turn, args) => give(deps, book, turn, args),
    },
    {
      name: 'take back my approvals',
      operation: 'end-delegation',
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
      operation: 'look',
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

async function give(deps: FeatureDependencies, book: ApprovalBook, turn: Turn, args: Arguments): Promise<Reply> {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const to = receiverOf(catalog, turn);
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const read = readMoment(args['time'] ?? '', 'until', { now, timeZone });
  const example = `\`delegate my approvals to ${plainText(to.name, 60)} until Friday\``;
  if ('problem' in read) throw new UserError(describeUnread(read, 'nothing was changed', example));
  const until = read.at;
  const from = personOf(turn);
  if (to.id === from.id) throw new UserError('You decide for yourself already, so nothing was changed.');
  if (wouldCircle(await book.delegations.active(), from, to))
    throw new UserError(
      `${plainText(to.name, 60)} gave their own say away, in the end to you, so nothing was changed.`,
    );
  const theirs = momentInZone(until, now, await timeZoneOf(deps, to.id));
  await book.delegations.give({ from, to, until });
  await follow(deps, book, turn, from.id, {
    key: `delegation:${turn.correlationId}`,
    destination: { to: 'person', personId: to.id },
    content: {
      text: `**You decide for ${plainText(from.name, 60)} until ${theirs}.** What waits for them waits for you too; write \`approvals\` to see it. You can't decide on their own requests for them.`,
    },
    revision: 1,
    final: true,
  });
  return {
    text: `**${plainText(to.name, 60)} decides for you until ${momentInZone(until, now, timeZone)}.** You can still decide yourself; only one decision counts. Take it back with \`take back my approvals\`.`,
    audit: { target: to.id, outcome: 'delegated', detail: { until } },
  };
}

async function takeBack(deps: FeatureDependencies, book: ApprovalBook, turn: Turn): Promise<Reply> {
  const given = await book.delegations.takeBack(turn.person.id);
  if (!given) throw new UserError('You have not given your say to anybody, so nothing was changed.');
  await follow(deps, book, turn, turn.person.id, {
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

/** Tells the other and redraws what waits. What was decided stands already, so a failure here isn't one of the command. */
async function follow(
  { outbox, logger }: FeatureDependencies,
  book: ApprovalBook,
  { correlationId }: Turn,
  fromId: string,
  message: OutboxMessage,
): Promise<void> {
  try {
    await outbox.put(message);
    await book.redraw(fromId, `delegation:${correlationId}`);
  } catch (error) {
    logger.error({ error, correlationId }, 'A delegation was changed, but not everybody could be shown');
  }
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
        when: `until ${momentInZone(until, now, timeZone)}`,
      })),
      more: active.length > 15 ? `and ${active.length - 15} more` : '',
      actions: [],
      footer: `${footerTime(now, timeZone)} · ref ${turn.reference}`,
    },
  };
}

/** Somebody whom the catalog knows: the router has found out who is meant. */
function receiverOf(catalog: Catalog, turn: Turn): Person {
  const named = turn.people?.['person'];
  const name = named && personName(catalog, named.id);
  if (named && name !== undefined) return { id: named.id, name };
  throw new UserError(
    `${named ? plainText(named.name, 60) : 'Nobody of that name'} isn't in the catalog and can't approve anything, so nothing was changed. Name somebody who can.`,
  );
}
