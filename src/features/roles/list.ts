import type { Arguments, CardContent, Command, Reply, Turn } from '../../chat/contract';
import { rights } from '../../core/catalog';
import type { Catalog, Right } from '../../core/catalog';
import { grantsFor, rightsOfRole } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { cleanText, enumerate, plainText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { answerAlone, drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { rightNamed, roleNames, scopeOf, whereArguments } from './commands';
import type { RoleParts } from './commands';
import { isSameScope, overlaps, receiversOf, widest } from './record';
import type { StoredGrant } from './record';
import { describeWhere } from './text';

/** Who may do what, as it is at this moment. */

const deeds: Readonly<Record<Right, string>> = {
  view: 'look at everything there',
  deploy: 'ask for deployments, roll back, lock',
  operate: 'restart, cancel what others began',
  approve: 'decide what waits for approval',
  announce: 'choose where messages go',
  audit: 'read the audit',
  admin: 'give and take rights, change rules',
};

export function roleLists(parts: RoleParts, commands: () => readonly Command[]): Command[] {
  const { deps } = parts;
  const look = { operation: 'look', topic: 'Look' } as const;
  return [
    {
      ...look,
      name: 'role who can',
      synonyms: ['who can', 'who may'],
      summary: 'List who can do something, where, and until when',
      shows: ['granted-rights'],
      arguments: [
        { name: 'what', kind: 'word', summary: 'a right, a command or a role', required: true },
        ...whereArguments,
      ],
      examples: ['who can deploy shop in production', 'who can approve shop'],
      right: 'view',
      run: async (turn, args) => whoCan(parts, turn, args, commands()),
    },
    {
      ...look,
      name: 'role permissions',
      synonyms: ['what can i do', 'what may i do', 'my rights'],
      summary: 'List what you can do, and where',
      shows: ['granted-rights'],
      examples: ['what can i do'],
      run: (turn) => answerAlone(deps, turn, whatCanIDo(deps, turn)),
    },
    {
      ...look,
      name: 'role mine',
      synonyms: ['my roles'],
      summary: 'List your roles: where, until when, from whom',
      shows: ['granted-rights'],
      examples: ['role mine'],
      run: (turn) => answerAlone(deps, turn, myRoles(parts, turn)),
    },
    {
      ...look,
      name: 'role list',
      synonyms: ['roles'],
      summary: 'List the roles and what they allow',
      shows: ['granted-rights'],
      examples: ['role list'],
      run: async (turn) => allRoles(deps, turn),
    },
  ];
}

function whoCan({ deps, grants }: RoleParts, turn: Turn, args: Arguments, commands: readonly Command[]): Reply {
  const catalog = deps.catalog();
  const said = args['what'] ?? '';
  const scope = scopeOf(catalog, args);
  const wanted = rightNamed(catalog, commands, said);
  if (wanted === undefined) {
    if (commands.some(({ name, synonyms = [] }) => [name, ...synonyms].includes(said.toLowerCase())))
      return { text: `**Everybody may write \`${plainText(said, 40)}\`**: it needs no right.` };
    throw new UserError(
      `There is no right, command or role called ${plainText(said, 40)}. There are the rights ${enumerate([...rights])}.`,
    );
  }
  const allows = (role: string): boolean =>
    typeof wanted === 'string' ? rightsOfRole(catalog, role).includes(wanted) : role === wanted.role;
  const rows = Object.values(catalog.people).flatMap(({ id, name }) => {
    const held = grantsFor(catalog, id).filter((grant) => allows(grant.role) && overlaps(grant, scope));
    if (held.length === 0) return [];
    const words = [...new Set(held.map((grant) => `${grant.role} ${describeWhere(grant)}${sourceOf(grant)}`))];
    return [{ name, words: enumerate(words), when: endOf(deps, grants.grants(), id, held) }];
  });
  const what = typeof wanted === 'string' ? `may ${wanted}` : `is ${wanted.role}`;
  const where = scope.services || scope.environments ? describeWhere(scope) : 'somewhere';
  const lead =
    rows.length === 0
      ? '**Nobody.** An admin can give it with `grant`.'
      : `**${plural(rows.length, 'person', 'people')}.** Everybody else is refused.`;
  return roleCard(deps, turn, { kind: 'Rights', title: `Who ${what} ${where}`, sentence: lead, rows });
}

function whatCanIDo(deps: FeatureDependencies, turn: Turn): CardContent {
  const catalog = deps.catalog();
  const held = grantsFor(catalog, turn.person.id);
  const rows = rights
    .map((right) => ({ right, there: held.filter(({ role }) => rightsOfRole(catalog, role).includes(right)) }))
    .filter(({ there }) => there.length > 0)
    .map(({ right, there }) => ({
      name: right,
      words: `${deeds[right]}: ${enumerate(widest(there).map(describeWhere))}`,
    }));
  return roleCard(deps, turn, {
    kind: 'Rights',
    title: rows.length === 0 ? 'You have no rights yet' : 'What you may do',
    sentence:
      rows.length === 0
        ? '**Nothing is granted to you yet.** Ask with `access developer on <service>`; it goes to those who may give it.'
        : '**This counts now**, and is checked again at every click. Ask for more with `access`.',
    rows,
    actions: [
      { title: 'Commands for me', verb: 'chat.run', id: 'help' },
      { title: 'Ask for a right', verb: 'chat.run', id: 'access' },
    ],
  });
}

function myRoles({ deps, grants }: RoleParts, turn: Turn): CardContent {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const mine = grants.grants().filter(({ to }) => receiversOf(catalog, to).includes(turn.person.id));
  const given = mine.map((grant) => {
    const { role, to, by, reason, until } = grant;
    const words = `${describeWhere(grant)}${sourceOf(to)}; given by ${by.name}${reason === '' ? '' : `: ${reason}`}`;
    const when = until === undefined ? '' : `until ${describeMoment(until, now, catalog.timeZone)}`;
    return { name: role, words: cleanText(words, 240), when };
  });
  const all = grantsFor(catalog, turn.person.id);
  const fixed = all.slice(0, all.length - given.length).map((grant) => ({
    name: grant.role,
    words: `${describeWhere(grant)}${sourceOf(grant)}; by the catalog`,
  }));
  const rows = [...given, ...fixed];
  return roleCard(deps, turn, {
    kind: 'Roles',
    title: rows.length === 0 ? 'You have no role yet' : `You have ${plural(rows.length, 'role')}`,
    sentence:
      rows.length === 0
        ? '**Ask for one** with `access developer on <service>`.'
        : '**These are yours.** `what can I do` shows what they open.',
    rows,
  });
}

function allRoles(deps: FeatureDependencies, turn: Turn): Reply {
  const catalog = deps.catalog();
  const mine = new Set(grantsFor(catalog, turn.person.id).map(({ role }) => role));
  const rows = roleNames(catalog).map((role) => ({
    name: role,
    words: enumerate(rightsOfRole(catalog, role).map((right) => `${right} (${deeds[right]})`)),
    when: mine.has(role) ? 'yours' : '',
  }));
  const sentence = '**A role is a set of rights**, held on services and environments. Ask for one with `access`.';
  return roleCard(deps, turn, { kind: 'Roles', title: plural(rows.length, 'role'), sentence, rows });
}

function sourceOf({ everyone, group }: { everyone?: boolean; group?: string; person?: unknown }): string {
  return everyone === true ? ', as everyone' : group === undefined ? '' : `, through the group ${group}`;
}

/** When the last of what somebody has by chat runs out, where nothing without an end stands beside it. */
function endOf(
  { catalog, clock }: FeatureDependencies,
  stored: readonly StoredGrant[],
  personId: string,
  held: Catalog['grants'],
): string {
  const isThis = (grant: StoredGrant) => (each: Catalog['grants'][number]) =>
    each.role === grant.role && isSameScope(each, grant) && (each.group !== undefined) === 'group' in grant.to;
  const given = stored.filter(
    (grant) => receiversOf(catalog(), grant.to).includes(personId) && held.some(isThis(grant)),
  );
  if (given.length < held.length || given.some(({ until }) => until === undefined)) return '';
  const end = Math.max(...given.flatMap(({ until }) => until ?? []));
  return `until ${describeMoment(end, clock.now(), catalog().timeZone)}`;
}

function roleCard(
  deps: FeatureDependencies,
  turn: Turn,
  { rows = [], ...list }: Omit<Parameters<typeof drawList>[2], 'summary'>,
): CardContent {
  return drawList(deps, turn, {
    ...list,
    state: { glyph: '•', word: rows.length === 0 ? 'None' : `${rows.length}`, tone: 'emphasis' },
    summary: `${list.kind}: ${list.title}`,
    most: 20,
    rows: rows.map((row) => ({ ...row, glyph: '•', name: cleanText(row.name, 60), words: cleanText(row.words, 300) })),
  });
}
