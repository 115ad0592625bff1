import type { Arguments, CardContent, Command, Reply, Turn } from '../../chat/contract';
import { rights } from '../../core/catalog';
import type { Catalog, Right } from '../../core/catalog';
import { UserError } from '../../core/errors';
import { lookUp } from '../../core/keys';
import { grantsFor, mayAnywhere, rightsOfRole } from '../../core/catalog/rights';
import type { Reach, Scope } from '../../core/catalog/rights';
import { cleanText, enumerate, plainText, plural } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import type { FeatureDependencies } from '../contract';
import { answerAlone, drawList } from '../contract';
import type { RoleParts } from './commands';
import { rightNamed, roleNames, scopeOf, whereArguments } from './parse';
import { isActive, widest } from './record';
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
  const show = (
    command: Pick<Command, 'name' | 'synonyms' | 'summary' | 'arguments' | 'examples' | 'right' | 'run'>,
  ): Command => ({ ...command, operation: 'look', topic: 'Look' });
  return [
    show({
      name: 'who can',
      synonyms: ['who may'],
      summary: 'Who may do something, where, and until when',
      arguments: [
        { name: 'what', kind: 'word', summary: 'a right, a command or a role', required: true },
        ...whereArguments,
      ],
      examples: ['who can deploy shop in production', 'who can approve shop'],
      right: 'view',
      run: async (turn, args) => whoCan(parts, turn, args, commands()),
    }),
    show({
      name: 'what can i do',
      synonyms: ['what may i do', 'my rights'],
      summary: 'What you may do, and where',
      arguments: [],
      examples: ['what can i do'],
      right: undefined,
      run: (turn) => answerAlone(deps, turn, whatCanIDo(deps, turn)),
    }),
    show({
      name: 'my roles',
      summary: 'Your roles: where, until when, from whom',
      arguments: [],
      examples: ['my roles'],
      right: undefined,
      run: (turn) => answerAlone(deps, turn, myRoles(parts, turn)),
    }),
    show({
      name: 'roles',
      summary: 'Which roles there are and what they allow',
      arguments: [],
      examples: ['roles'],
      right: undefined,
      run: async (turn) => allRoles(deps, turn),
    }),
  ];
}

function whoCan({ deps, grants }: RoleParts, turn: Turn, args: Arguments, commands: readonly Command[]): Reply {
  const catalog = deps.catalog();
  const said = args['what'] ?? '';
  const scope = scopeOf(catalog, args);
  const target: Reach = { service: scope.services?.[0], environment: scope.environments?.[0] };
  const wanted = rightNamed(catalog, commands, said);
  if (wanted === undefined) {
    if (commands.some(({ name }) => name === said.toLowerCase()))
      return { text: `**Everybody may write \`${plainText(said, 40)}\`**: it needs no right.` };
    throw new UserError(
      `There is no right, command or role called ${plainText(said, 40)}. There are the rights ${enumerate([...rights])}.`,
    );
  }
  const allows = (role: string): boolean =>
    typeof wanted === 'string' ? rightsOfRole(catalog, role).includes(wanted) : role === wanted.role;
  const reachesTarget = (grant: Scope): boolean =>
    (target.service === undefined || (grant.services?.includes(target.service) ?? true)) &&
    (target.environment === undefined || (grant.environments?.includes(target.environment) ?? true));
  const stored = grants.grants();
  const rows = Object.values(catalog.people).flatMap((person): RoleRow[] => {
    const held = grantsFor(catalog, person.id).filter((grant) => allows(grant.role) && reachesTarget(grant));
    if (held.length === 0) return [];
    const words = [...new Set(held.map((grant) => `${grant.role} ${describeWhere(grant)}${sourceOf(grant)}`))];
    return [{ name: person.name, words: enumerate(words), when: endOf(deps, stored, catalog, person.id, held) }];
  });
  const what = typeof wanted === 'string' ? `may ${wanted}` : `is ${wanted.role}`;
  const where = target.service === undefined && target.environment === undefined ? 'somewhere' : describeWhere(scope);
  return roleCard(deps, turn, {
    kind: 'Rights',
    title: `Who ${what} ${where}`,
    sentence:
      rows.length === 0
        ? '**Nobody.** An admin can give it with `grant`.'
        : `**${plural(rows.length, 'person', 'people')}.** Everybody else is refused.`,
    rows,
  });
}

function whatCanIDo(deps: FeatureDependencies, turn: Turn): CardContent {
  const catalog = deps.catalog();
  const mine = rights.filter((right) => mayAnywhere(catalog, turn.person.id, right));
  const rows = mine.map((right): RoleRow => {
    const held = grantsFor(catalog, turn.person.id).filter(({ role }) => rightsOfRole(catalog, role).includes(right));
    return {
      name: right,
      words: `${deeds[right]}: ${enumerate(widest(held).map((grant) => describeWhere(grant)))}`,
      when: '',
    };
  });
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
  const stored = grants.grants().filter((grant) => isFor(catalog, grant, turn.person.id));
  const given = stored.map((grant): RoleRow => ({
    name: grant.role,
    words: cleanText(
      `${describeWhere(grant)}${'group' in grant.to ? `, through the group ${grant.to.group}` : ''}; given by ${grant.by.name}${grant.reason === '' ? '' : `: ${grant.reason}`}`,
      240,
    ),
    when: grant.until === undefined ? '' : `until ${describeMoment(grant.until, now, catalog.timeZone)}`,
  }));
  const ofFile = grantsFor(catalog, turn.person.id).slice(0, grantsFor(catalog, turn.person.id).length - stored.length);
  const fixed = ofFile.map((grant): RoleRow => ({
    name: grant.role,
    words: `${describeWhere(grant)}${sourceOf(grant)}; by the catalog`,
    when: '',
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
  const rows = roleNames(catalog).map((role): RoleRow => ({
    name: role,
    words: enumerate(rightsOfRole(catalog, role).map((right) => `${right} (${deeds[right]})`)),
    when: mine.has(role) ? 'yours' : '',
  }));
  return roleCard(deps, turn, {
    kind: 'Roles',
    title: `${plural(rows.length, 'role')}`,
    sentence: '**A role is a set of rights**, held on services and environments. Ask for one with `access`.',
    rows,
  });
}

const sourceOf = ({ everyone, group }: Catalog['grants'][number]): string =>
  everyone === true ? ', as everyone' : group === undefined ? '' : `, through the group ${group}`;

function isFor(catalog: Catalog, { to }: StoredGrant, personId: string): boolean {
  if ('person' in to) return to.person.id === personId;
  return (lookUp(catalog.groups, to.group) ?? []).some((key) => lookUp(catalog.people, key)?.id === personId);
}

/** When the last of what somebody has by chat runs out, where nothing without an end stands beside it. */
function endOf(
  deps: FeatureDependencies,
  stored: readonly StoredGrant[],
  catalog: Catalog,
  personId: string,
  held: Catalog['grants'],
): string {
  const now = deps.clock.now();
  const given = stored.filter(
    (grant) => isActive(grant, now) && isFor(catalog, grant, personId) && held.some((each) => isThis(each, grant)),
  );
  if (given.length < held.length || given.some(({ until }) => until === undefined)) return '';
  return `until ${describeMoment(Math.max(...given.map(({ until = now }) => until)), now, catalog.timeZone)}`;
}

function isThis(held: Catalog['grants'][number], grant: StoredGrant): boolean {
  const names = (list?: readonly string[]): string => list?.join() ?? '';
  return (
    held.role === grant.role &&
    names(held.services) === names(grant.services) &&
    names(held.environments) === names(grant.environments) &&
    (held.group !== undefined) === 'group' in grant.to
  );
}

type ListData = CardContent<'policy/list'>['data'];
interface RoleRow {
  readonly name: string;
  readonly words: string;
  readonly when: string;
}

const maxRows = 20;

function roleCard(
  deps: FeatureDependencies,
  turn: Turn,
  {
    rows,
    ...list
  }: Pick<ListData, 'kind' | 'title' | 'sentence'> &
    Partial<Pick<ListData, 'actions'>> & { readonly rows: readonly RoleRow[] },
): CardContent {
  return drawList(deps, turn, {
    ...list,
    state: { glyph: '•', word: rows.length === 0 ? 'None' : `${rows.length}`, tone: 'emphasis' },
    summary: `${list.kind}: ${list.title}`,
    rows: rows.slice(0, maxRows).map(({ name, words, when }) => ({
      glyph: '•',
      color: 'Default',
      name: cleanText(name, 60),
      words: cleanText(words, 300),
      when,
    })),
    more: rows.length > maxRows ? `and ${rows.length - maxRows} more` : '',
  });
}
