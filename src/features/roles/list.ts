import type { Arguments, CardContent, Command, Reply, Turn } from '../../chat/contract';
import { rights } from '../../core/catalog';
import type { Catalog, Right } from '../../core/catalog';
import { coversPipelines, coversServices } from '../../core/catalog/pipelines/coverage';
import { grantsFor, rightsOfRole } from '../../core/catalog/rights';
import type { Scope } from '../../core/catalog/rights';
import { UserError } from '../../core/errors';
import { cleanText, enumerate, plainText, plural, quoteClean } from '../../core/text';
import { describeMoment } from '../../core/time/clock';
import { answerAlone, drawList } from '../contract';
import type { FeatureDependencies } from '../contract';
import { rightNamed, roleNames, scopeOf, whereArguments } from './commands';
import type { RoleParts } from './commands';
import { isSameScope, overlaps, receiversOf, widest } from './record';
import type { StoredGrant } from './record';
import { describeWhere } from './text';

/** Who can do what, at this moment. */

const rightDescriptions: Readonly<Record<Right, string>> = {
  view: 'view everything',
  deploy: 'request deployments, roll back, lock',
  run: 'run pipelines',
  operate: 'restart, cancel other people’s deployments',
  approve: 'approve or reject requests',
  announce: 'choose where notifications go',
  audit: 'read the audit log',
  admin: 'grant and revoke roles, change rules',
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
        {
          name: 'what',
          label: 'Permission or role',
          kind: 'word',
          summary: 'a permission, a command, or a role',
          required: true,
        },
        ...whereArguments,
      ],
      examples: ['who can deploy shop to production', 'who can approve shop'],
      right: 'view',
      run: async (turn, args) => whoCan(parts, turn, args, commands()),
    },
    {
      ...look,
      name: 'role permissions',
      phrasings: [
        'what am i allowed to do',
        'what are my rights|permissions',
        'my permissions',
        'what can i not do',
        "why can't i deploy|approve|restart|freeze|lock",
        'what do i have access to',
        'what can i do here|now',
      ],
      synonyms: ['what can i do', 'what may i do', 'my rights'],
      summary: 'List what you can do, and where',
      shows: ['granted-rights'],
      examples: ['what can i do'],
      run: (turn) => answerAlone(deps, turn, whatCanIDo(deps, turn)),
    },
    {
      ...look,
      name: 'role mine',
      phrasings: ['what is my role', 'what are my roles', 'which|what roles do i have', 'who am i'],
      synonyms: ['my roles'],
      summary: 'List your roles: where, until when, from whom',
      shows: ['granted-rights'],
      examples: ['role mine'],
      run: (turn) => answerAlone(deps, turn, myRoles(parts, turn)),
    },
    {
      ...look,
      name: 'role list',
      phrasings: ['what roles are there', 'which|what roles (exist|do we have)', 'roles and permissions', 'role'],
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
      return { text: `**Everybody can use \`${plainText(said, 40)}\`**: it needs no permission.` };
    throw new UserError(
      `There is no permission, command, or role called ${plainText(said, 40)}. The permissions are ${enumerate([...rights])}.`,
    );
  }
  const allows = (role: string): boolean =>
    typeof wanted === 'string' ? rightsOfRole(catalog, role).includes(wanted) : role === wanted.role;
  const rows = Object.values(catalog.people).flatMap(({ id, name }) => {
    const held = grantsFor(catalog, id).filter((grant) => allows(grant.role) && isAbout(wanted, grant, scope));
    if (held.length === 0) return [];
    const words = [...new Set(held.map((grant) => `${grant.role} ${describeWhere(grant)}${sourceOf(grant)}`))];
    return [{ name, words: enumerate(words), when: endOf(deps, grants.grants(), id, held) }];
  });
  const what = typeof wanted === 'string' ? `the ${wanted} permission` : `the ${wanted.role} role`;
  const where = wanted === 'run' ? '' : describeNamed(scope);
  const lead =
    rows.length === 0
      ? `**Nobody has ${what}${where}.** An admin can type \`grant\` to give someone ${typeof wanted === 'string' ? 'a role that includes the permission' : 'the role'}.`
      : `**${plural(rows.length, 'person has', 'people have')} ${what}${where}.** Nobody else does.`;
  return roleCard(deps, turn, { kind: 'Permissions', title: `Who has ${what}${where}`, sentence: lead, rows });
}

/** ` on shop in production`: only what was named, because a grant for a part of it counts, too. */
function describeNamed({ services = [], environments = [] }: Scope): string {
  const on = services.length === 0 ? '' : ` on ${enumerate(services.map((name) => plainText(name)))}`;
  return environments.length === 0 ? on : `${on} in ${enumerate(environments.map((name) => plainText(name)))}`;
}

/** Whether what somebody wants to know includes this grant. Pipelines don't belong to a service. */
function isAbout(wanted: Right | { readonly role: string }, grant: Scope, scope: Scope): boolean {
  if (wanted === 'run') return coversPipelines(grant);
  return overlaps(grant, scope) || (typeof wanted !== 'string' && !coversServices(grant));
}

function whatCanIDo(deps: FeatureDependencies, turn: Turn): CardContent {
  const catalog = deps.catalog();
  const held = grantsFor(catalog, turn.person.id);
  const rows = rights
    .map((right) => ({
      right,
      there: held.filter((grant) => rightsOfRole(catalog, grant.role).includes(right) && isAbout(right, grant, {})),
    }))
    .filter(({ there }) => there.length > 0)
    .map(({ right, there }) => ({
      name: right,
      words: `${rightDescriptions[right]} · ${enumerate(widest(there).map(describeWhere))}`,
    }));
  return roleCard(deps, turn, {
    kind: 'Permissions',
    title: rows.length === 0 ? 'You have no permissions yet' : 'What you can do',
    sentence:
      rows.length === 0
        ? '**To request a role**, type `access developer on <service>`.'
        : '**These are your permissions now.** They’re checked again on every click. Type `access` to request more.',
    rows,
    actions: [
      { title: 'Show my commands', verb: 'chat.run', id: 'help' },
      { title: 'Request access', verb: 'chat.run', id: 'access' },
    ],
  });
}

function myRoles({ deps, grants }: RoleParts, turn: Turn): CardContent {
  const catalog = deps.catalog();
  const now = deps.clock.now();
  const mine = grants.grants().filter(({ to }) => receiversOf(catalog, to).includes(turn.person.id));
  const given = mine.map((grant) => {
    const { role, to, by, reason, until } = grant;
    const words = `${describeWhere(grant)}${sourceOf(to)}; granted by ${by.name}${reason === '' ? '' : `: ${quoteClean(reason)}`}`;
    const when = until === undefined ? '' : `until ${describeMoment(until, now, catalog.timeZone)}`;
    return { name: role, words: cleanText(words, 240), when };
  });
  const all = grantsFor(catalog, turn.person.id);
  const fixed = all.slice(0, all.length - given.length).map((grant) => ({
    name: grant.role,
    words: `${describeWhere(grant)}${sourceOf(grant)}; set in the catalog`,
  }));
  const rows = [...given, ...fixed];
  return roleCard(deps, turn, {
    kind: 'Roles',
    title: rows.length === 0 ? 'You have no roles yet' : `You have ${plural(rows.length, 'role')}`,
    sentence:
      rows.length === 0
        ? '**To request a role**, type `access developer on <service>`.'
        : '**These are your roles.** `what can I do` shows what they allow.',
    rows,
  });
}

function allRoles(deps: FeatureDependencies, turn: Turn): Reply {
  const catalog = deps.catalog();
  const mine = new Set(grantsFor(catalog, turn.person.id).map(({ role }) => role));
  const rows = roleNames(catalog).map((role) => ({
    name: role,
    words: enumerate(rightsOfRole(catalog, role).map((right) => `${right} (${rightDescriptions[right]})`)),
    when: mine.has(role) ? 'yours' : '',
  }));
  const sentence = '**A role is a set of permissions** on services and environments. Request one with `access`.';
  return roleCard(deps, turn, { kind: 'Roles', title: plural(rows.length, 'role'), sentence, rows });
}

function sourceOf({ everyone, group }: { everyone?: boolean; group?: string; person?: unknown }): string {
  return everyone === true ? ', as everyone' : group === undefined ? '' : `, through the group ${group}`;
}

/** When the last of somebody's grants from chat expires, unless another one has no end. */
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
    summary: `${list.kind}: ${list.title}`,
    most: 20,
    rows: rows.map((row) => ({ ...row, name: cleanText(row.name, 60), words: cleanText(row.words, 500) })),
  });
}
