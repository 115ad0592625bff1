import type { Reply, Turn } from '../../chat/contract';
import { builtInRoles } from '../../core/catalog';
import type { Catalog } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { newId } from '../../core/ids';
import { cleanText, plainText } from '../../core/text';
import type { Arguments, ArgumentSpec, Command, FeatureDependencies } from '../contract';
import type { GrantBook } from './book';
import type { Receiver } from './record';
import { refusalWords, scopeOf, termOf } from './scope';
import { receiverWords, scopeWords, untilWords } from './words';

/** Giving and taking rights. The router has asked for the right `admin`; the rest is decided over all grants at once. */

export const roleNames = ({ roles }: Catalog): string[] => [
  ...new Set([...Object.keys(builtInRoles), ...Object.keys(roles)]),
];

export const roleArgument: ArgumentSpec = {
  name: 'role',
  kind: 'word',
  summary: 'which role',
  required: true,
  choices: roleNames,
};
export const whereArguments: readonly ArgumentSpec[] = [
  { name: 'service', kind: 'service', summary: 'on which service; all without', keyword: 'on' },
  { name: 'environment', kind: 'environment', summary: 'in which environment; all without', keyword: 'in' },
];
const when: ArgumentSpec = { name: 'when', kind: 'text', summary: 'until when, and why', keyword: 'until' };

export function changeCommands(deps: FeatureDependencies, book: GrantBook): Command[] {
  return [
    {
      name: 'grant',
      summary: 'Gives a role to a person or a group',
      topic: 'Decide',
      arguments: [
        roleArgument,
        ...whereArguments,
        { name: 'person', kind: 'person', summary: 'to whom', keyword: 'to', required: true, groups: true },
        when,
      ],
      examples: [
        'grant approver on shop in production to @Nico Newcomer until Friday because Avery is away',
        'grant developer on shop to Nico Newcomer',
        'grant operator in staging to group:change-board for 7 days',
      ],
      right: 'admin',
      inManifest: false,
      run: (turn, args) => grant(deps, book, turn, args),
    },
    {
      name: 'revoke',
      summary: 'Takes a granted role back',
      topic: 'Decide',
      arguments: [
        roleArgument,
        ...whereArguments,
        { name: 'person', kind: 'person', summary: 'from whom', keyword: 'from', required: true, groups: true },
        { name: 'reason', kind: 'text', summary: 'why', keyword: 'because' },
      ],
      examples: ['revoke approver on shop in production from @Nico Newcomer because Avery is back'],
      right: 'admin',
      inManifest: false,
      run: (turn, args) => revoke(deps, book, turn, args),
    },
  ];
}

async function grant(deps: FeatureDependencies, book: GrantBook, turn: Turn, args: Arguments): Promise<Reply> {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const scope = scopeOf(catalog, args);
  const role = (args['role'] ?? '').toLowerCase();
  const { until, reason } = termOf(args['when'] ?? '', now, catalog.timeZone);
  const to = receiverOf(turn, args);
  const verdict = await book.apply({
    type: 'grant',
    id: newId(),
    to,
    role,
    ...scope,
    until,
    by: personOf(turn),
    reason: cleanText(reason, 200),
    turn: turn.correlationId,
  });
  if ('refusal' in verdict) throw new UserError(refusalWords(verdict, catalog, role, scope, now));
  const end = until === undefined ? ', until it is revoked' : untilWords(until, now, catalog.timeZone);
  const told = 'group' in to ? 'Its people are told.' : isOwn(turn, to) ? '' : 'They are told.';
  return {
    text: `**${capital(receiverWords(to))} has the role ${plainText(role)}** ${scopeWords(scope)}${end}. ${told}`.trim(),
  };
}

async function revoke(deps: FeatureDependencies, book: GrantBook, turn: Turn, args: Arguments): Promise<Reply> {
  const catalog = deps.catalog();
  const scope = scopeOf(catalog, args);
  const role = (args['role'] ?? '').toLowerCase();
  const to = receiverOf(turn, args);
  const reason = cleanText((args['reason'] ?? '').replace(/^because\s+/i, ''), 200);
  const verdict = await book.apply({
    type: 'revoke',
    to,
    role,
    ...scope,
    by: personOf(turn),
    reason,
    turn: turn.correlationId,
  });
  if ('refusal' in verdict) throw new UserError(refusalWords(verdict, catalog, role, scope, deps.clock.now()));
  const taken =
    verdict.became === 'revoked' ? verdict.taken.map((each) => scopeWords(each)).join('; ') : scopeWords(scope);
  return {
    text: `**${capital(receiverWords(to))} has the role ${plainText(role)} no more** ${taken}. It counts from now on, also for what is open.`,
  };
}

/** Who gets it: the router has found out who is meant. */
function receiverOf(turn: Turn, { person = '' }: Arguments): Receiver {
  const named = turn.people?.['person'];
  if (named) return { person: { id: named.id, name: named.name } };
  if (person.startsWith('group:')) return { group: person.slice('group:'.length) };
  throw new UserError('I do not know who is meant, so nothing was changed. Mention the person.');
}

const isOwn = (turn: Turn, to: Receiver): boolean => 'person' in to && to.person.id === turn.person.id;
const personOf = ({ person }: Turn) => ({ id: person.id, name: person.name });
const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
