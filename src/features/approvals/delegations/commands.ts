import type { Arguments, Command, Person, Reply, Turn } from '../../../chat/contract';
import type { Catalog } from '../../../core/catalog';
import { UserError } from '../../../core/errors';
import { personName } from '../../../core/catalog/rights';
import { bandState } from '../../../core/card';
import { cleanText, plainText } from '../../../core/text';
import { describeUnread, readMoment } from '../../../core/time/typed/moment';
import { momentInZone } from '../../../core/time/clock';
import { drawList, timeZoneOf } from '../../contract';
import type { ApprovalParts } from '../commands';

/** Giving one's say to somebody else for a while, and taking it back. */
export function delegationCommands(parts: ApprovalParts): Command[] {
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
      run: (turn, args) => give(parts, turn, args),
    },
    {
      name: 'take back my approvals',
      operation: 'end-delegation',
      summary: 'You decide yourself again',
      topic: 'Decide',
      arguments: [],
      examples: ['take back my approvals'],
      right: 'approve',
      run: (turn) => takeBack(parts, turn),
    },
    {
      name: 'delegations',
      operation: 'look',
      summary: 'Who decides for whom, and until when',
      topic: 'Look',
      arguments: [],
      examples: ['delegations'],
      right: 'view',
      run: (turn) => list(parts, turn),
    },
  ];
}

async function give({ deps, approvals }: ApprovalParts, turn: Turn, args: Arguments): Promise<Reply> {
  const now = deps.clock.now();
  const to = receiverOf(deps.catalog(), turn);
  const name = plainText(to.name, 60);
  const timeZone = await timeZoneOf(deps, turn.person.id);
  const read = readMoment(args['time'] ?? '', 'until', { now, timeZone });
  const example = `\`delegate my approvals to ${name} until Friday\``;
  if ('problem' in read) throw new UserError(describeUnread(read, 'nothing was changed', example));
  const until = read.at;
  const { person: from, correlationId } = turn;
  const { verdict } = await approvals.delegations.apply(from.id, { type: 'give', from, to, until }, correlationId);
  if ('refusal' in verdict)
    throw new UserError(
      verdict.refusal === 'circle'
        ? `${name} gave their own say away, in the end to you, so nothing was changed.`
        : 'You decide for yourself already, so nothing was changed.',
    );
  return {
    text: `**${name} decides for you until ${momentInZone(until, now, timeZone)}.** You can still decide yourself; only one decision counts. Take it back with \`take back my approvals\`.`,
    audit: { target: to.id, outcome: 'delegated', detail: { until } },
  };
}

async function takeBack({ approvals }: ApprovalParts, turn: Turn): Promise<Reply> {
  const { delegations } = approvals;
  const { verdict } = await delegations.apply(turn.person.id, { type: 'take back' }, turn.correlationId);
  if ('refusal' in verdict) throw new UserError('You have not given your say to anybody, so nothing was changed.');
  const { to } = verdict.record;
  return {
    text: `**You decide yourself again.** ${plainText(to.name, 60)} was told.`,
    audit: { target: to.id, outcome: 'taken back' },
  };
}

async function list({ deps, approvals }: ApprovalParts, turn: Turn): Promise<Reply> {
  const { timeZone } = deps.catalog();
  const now = deps.clock.now();
  const active = await approvals.delegations.active();
  return drawList(deps, turn, {
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
  });
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
